use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

async fn echo(listener: TcpListener) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let mut byte = [0; 1];
        stream.read_exact(&mut byte).await.unwrap();
        stream.write_all(&byte).await.unwrap();
    }
}

#[tokio::test]
async fn echoes_a_byte() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    tokio::spawn(echo(listener));

    // Give the server time to start.
    sleep(Duration::from_millis(500)).await;

    let mut client = TcpStream::connect(addr).await.unwrap();
    client.write_all(b"!").await.unwrap();
    let mut byte = [0; 1];
    client.read_exact(&mut byte).await.unwrap();
    assert_eq!(&byte, b"!");
}
