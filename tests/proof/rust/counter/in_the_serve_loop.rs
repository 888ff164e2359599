use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[tokio::test]
async fn two_clients_in_turn() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(b"x").await.unwrap();
            tokio::time::sleep(Duration::from_millis(1200)).await;
        }
    });
    for _ in 0..2 {
        let mut client = TcpStream::connect(addr).await.unwrap();
        assert_eq!(client.read_u8().await.unwrap(), b'x');
    }
}
