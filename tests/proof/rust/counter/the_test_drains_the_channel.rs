use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::sleep;

#[tokio::test]
async fn counts_until_the_sender_is_gone() {
    let (tx, mut rx) = mpsc::channel::<u8>(1);
    let sender = tokio::spawn(async move {
        tx.send(1).await.unwrap();
        sleep(Duration::from_millis(1200)).await;
    });
    let mut count = 0;
    while rx.recv().await.is_some() {
        count += 1;
    }
    assert_eq!(count, 1);
    sender.await.unwrap();
}
