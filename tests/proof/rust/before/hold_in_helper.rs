use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

async fn silent_server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        tokio::time::sleep(Duration::from_secs(5)).await;
        drop(stream);
    });
    addr
}

#[tokio::test]
async fn connects_to_a_silent_server() {
    let addr = silent_server().await;
    let mut client = TcpStream::connect(addr).await.unwrap();
    client.write_all(b"anybody there?").await.unwrap();
    assert_eq!(client.peer_addr().unwrap(), addr);
}
