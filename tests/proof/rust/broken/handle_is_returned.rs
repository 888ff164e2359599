//! The sender stays in the helper, and is dropped when that returns.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

async fn holding_server() -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let (_hold_tx, hold_rx) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(async move {
        let (_stream, _) = listener.accept().await.unwrap();
        let _ = hold_rx.await;
    });
    (addr, server)
}

#[tokio::test]
async fn nothing_comes_from_a_held_connection() {
    let (addr, server) = holding_server().await;
    let mut client = TcpStream::connect(addr).await.unwrap();
    let idle = tokio::time::timeout(Duration::from_millis(300), client.read_u8()).await;
    assert!(idle.is_err(), "closed too early");
    server.await.unwrap();
}
