use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[tokio::test]
async fn the_connection_stays_open_for_a_while() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"x").await.unwrap();
        tokio::time::sleep(Duration::from_millis(1500)).await;
    });
    let mut stream = TcpStream::connect(addr).await.unwrap();
    assert_eq!(stream.read_u8().await.unwrap(), b'x');
    let client = tokio::spawn(async move {
        let idle = tokio::time::timeout(Duration::from_millis(300), stream.read_u8()).await;
        assert!(idle.is_err(), "closed too early");
    });
    server.await.unwrap();
    client.await.unwrap();
}
