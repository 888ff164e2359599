use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::free_addr;

const STARTUP: Duration = Duration::from_millis(600);

#[tokio::test]
async fn serves_on_its_own_address() {
    let addr = free_addr();
    tokio::spawn(async move {
        let listener = TcpListener::bind(addr).await.unwrap();
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"up").await.unwrap();
    });
    tokio::time::sleep(STARTUP).await;
    let mut client = TcpStream::connect(addr).await.unwrap();
    let mut answer = [0; 2];
    client.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"up");
}
