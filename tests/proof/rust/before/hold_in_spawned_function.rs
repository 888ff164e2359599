use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

async fn greet_and_hold(listener: TcpListener) {
    let (mut stream, _) = listener.accept().await.unwrap();
    stream.write_all(b"220 ready\r\n").await.unwrap();
    tokio::time::sleep(Duration::from_secs(30)).await;
}

#[tokio::test]
async fn reads_the_banner() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let _server = tokio::spawn(greet_and_hold(listener));
    let mut client = timeout(Duration::from_secs(2), TcpStream::connect(addr)).await.unwrap().unwrap();
    let mut banner = [0; 11];
    timeout(Duration::from_secs(2), client.read_exact(&mut banner)).await.unwrap().unwrap();
    assert_eq!(&banner, b"220 ready\r\n");
}
