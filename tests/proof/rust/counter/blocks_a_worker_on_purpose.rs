use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::Duration;

#[tokio::test]
async fn a_blocked_worker_runs_nothing_else() {
    let ran = Arc::new(AtomicBool::new(false));
    let flag = ran.clone();
    tokio::spawn(async move { flag.store(true, Ordering::SeqCst) });
    std::thread::sleep(Duration::from_millis(300));
    assert!(!ran.load(Ordering::SeqCst));
}
