use std::time::{Duration, Instant};

use tokio::time::sleep;

#[tokio::test]
async fn a_task_takes_its_time() {
    let begun = Instant::now();
    let nap = tokio::spawn(sleep(Duration::from_millis(200)));
    nap.await.unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(200));
}
