use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::free_addr;

async fn run(addr: SocketAddr) {
    let listener = TcpListener::bind(addr).await.unwrap();
    let (mut stream, _) = listener.accept().await.unwrap();
    stream.write_all(b"x").await.unwrap();
}

#[tokio::test]
async fn connects_after_a_guess() {
    let addr = free_addr();
    tokio::spawn(run(addr));
    let mut client = TcpStream::connect(addr).await.unwrap();
    assert_eq!(client.read_u8().await.unwrap(), b'x');
}
