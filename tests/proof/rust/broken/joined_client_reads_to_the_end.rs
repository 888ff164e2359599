use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[tokio::test]
async fn reads_all_and_joins() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let (hold_tx, hold_rx) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"body").await.unwrap();
        let _ = hold_rx.await;
    });
    let mut client = TcpStream::connect(addr).await.unwrap();
    let mut body = Vec::new();
    client.read_to_end(&mut body).await.unwrap();
    drop(hold_tx);
    server.await.unwrap();
    assert_eq!(body, b"body");
}
