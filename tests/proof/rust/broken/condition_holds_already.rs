//! The poll is over before the bug shows: what the sleep would find goes by. That it passes is what fails here.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

fn ping(alive: &Arc<AtomicBool>, buggy: bool) {
    let alive = alive.clone();
    tokio::spawn(async move {
        if buggy {
            alive.store(false, Ordering::SeqCst);
        }
    });
}

#[tokio::test]
#[should_panic(expected = "the bug was found")]
async fn a_ping_does_not_end_the_connection() {
    let alive = Arc::new(AtomicBool::new(true));
    ping(&alive, true);
    let deadline = Instant::now() + Duration::from_secs(1);
    while !alive.load(Ordering::SeqCst) && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(alive.load(Ordering::SeqCst), "the bug was found");
}
