use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::bound_listener;

#[tokio::test]
async fn answers_yes() {
    let (listener, addr) = bound_listener().await;
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"yes").await.unwrap();
    });
    tokio::time::sleep(Duration::from_millis(400)).await;
    let mut client = TcpStream::connect(addr).await.unwrap();
    let mut answer = [0; 3];
    client.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"yes");
}
