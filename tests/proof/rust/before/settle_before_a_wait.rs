use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

#[tokio::test]
async fn the_answer_comes() {
    let (tx, rx) = oneshot::channel::<u32>();
    tokio::spawn(async move {
        tx.send(42).unwrap();
    });
    sleep(Duration::from_millis(300)).await;
    let answer = timeout(Duration::from_secs(2), rx).await.unwrap().unwrap();
    assert_eq!(answer, 42);
}
