use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::sleep;

#[tokio::test]
async fn the_worker_counts_jobs() {
    let done = Arc::new(AtomicUsize::new(0));
    let (tx, mut rx) = mpsc::channel::<u32>(8);
    let counter = done.clone();
    let _worker = tokio::spawn(async move {
        while let Some(job) = rx.recv().await {
            counter.fetch_add(job as usize, Ordering::SeqCst);
        }
    });
    tx.send(1).await.unwrap();
    tx.send(2).await.unwrap();
    // Let the worker finish.
    sleep(Duration::from_millis(500)).await;
    assert_eq!(done.load(Ordering::SeqCst), 3);
}
