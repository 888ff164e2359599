use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;

#[tokio::test]
async fn nothing_is_sent() {
    let (tx, mut rx) = mpsc::channel::<u32>(8);
    timeout(Duration::from_secs(1), rx.recv()).await.expect("no message");
    tx.send(1).await.unwrap();
    assert_eq!(rx.recv().await, Some(1));
}
