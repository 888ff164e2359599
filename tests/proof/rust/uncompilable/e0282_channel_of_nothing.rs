#[tokio::test]
async fn a_channel_of_no_type() {
    let (hold_tx, hold_rx) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let _ = hold_rx.await;
    });
    drop(hold_tx);
}
