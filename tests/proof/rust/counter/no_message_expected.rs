use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::sleep;

#[tokio::test]
async fn nothing_is_sent() {
    let (tx, mut rx) = mpsc::channel::<u32>(8);
    sleep(Duration::from_millis(300)).await;
    rx.try_recv().unwrap_err();
    tx.send(1).await.unwrap();
    assert_eq!(rx.recv().await, Some(1));
}
