use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::Duration;

/// The program under test; the bug is that a ping ends the connection.
fn ping(alive: &Arc<AtomicBool>, buggy: bool) {
    let alive = alive.clone();
    tokio::spawn(async move {
        if buggy {
            alive.store(false, Ordering::SeqCst);
        }
    });
}

#[tokio::test]
async fn a_ping_does_not_end_the_connection() {
    let alive = Arc::new(AtomicBool::new(true));
    ping(&alive, false);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(alive.load(Ordering::SeqCst));
}
