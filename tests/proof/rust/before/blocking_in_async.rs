use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_tasks_run() {
    let count = Arc::new(AtomicUsize::new(0));
    for _ in 0..2 {
        let count = count.clone();
        tokio::spawn(async move {
            count.fetch_add(1, Ordering::SeqCst);
        });
    }
    thread::sleep(Duration::from_millis(300));
    assert_eq!(count.load(Ordering::SeqCst), 2);
}
