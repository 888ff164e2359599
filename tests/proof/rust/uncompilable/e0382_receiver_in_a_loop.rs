use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

#[tokio::test]
async fn one_receiver_for_many_connections() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (_hold_tx, hold_rx) = tokio::sync::oneshot::channel::<()>();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                stream.write_all(b"x").await.unwrap();
                let _ = hold_rx.await;
            });
        }
    });
}
