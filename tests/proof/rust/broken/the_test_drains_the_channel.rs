use tokio::sync::{mpsc, oneshot};

#[tokio::test]
async fn counts_until_the_sender_is_gone() {
    let (tx, mut rx) = mpsc::channel::<u8>(1);
    let (hold_tx, hold_rx) = oneshot::channel::<()>();
    let sender = tokio::spawn(async move {
        tx.send(1).await.unwrap();
        let _ = hold_rx.await;
    });
    let mut count = 0;
    while rx.recv().await.is_some() {
        count += 1;
    }
    assert_eq!(count, 1);
    drop(hold_tx);
    sender.await.unwrap();
}
