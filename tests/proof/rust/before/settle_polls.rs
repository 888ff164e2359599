use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::Duration;

#[tokio::test]
async fn three_tasks_report() {
    let reports = Arc::new(AtomicUsize::new(0));
    for _ in 0..3 {
        let reports = reports.clone();
        tokio::spawn(async move {
            reports.fetch_add(1, Ordering::SeqCst);
        });
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(reports.load(Ordering::SeqCst), 3);
}
