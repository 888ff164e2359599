use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

#[tokio::test]
async fn ends_when_it_is_done() {
    let done = Arc::new(AtomicBool::new(false));
    let setter = done.clone();
    tokio::spawn(async move { setter.store(true, Ordering::SeqCst) });
    loop {
        if done.load(Ordering::SeqCst) {
            return;
        }
        sleep(Duration::from_millis(10)).await;
    }
}
