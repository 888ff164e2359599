use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::sleep;

#[tokio::test]
async fn an_endless_worker_counts() {
    let handled = Arc::new(AtomicUsize::new(0));
    let (tx, mut rx) = mpsc::channel::<u32>(8);
    let counter = handled.clone();
    let _worker = tokio::spawn(async move {
        loop {
            if rx.recv().await.is_none() {
                sleep(Duration::from_millis(5)).await;
            } else {
                counter.fetch_add(1, Ordering::SeqCst);
            }
        }
    });
    tx.send(1).await.unwrap();
    sleep(Duration::from_millis(300)).await;
    assert!(handled.load(Ordering::SeqCst) < 2);
}
