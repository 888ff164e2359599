use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

#[tokio::test]
async fn the_server_is_still_busy() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        let (_stream, _) = listener.accept().await.unwrap();
        sleep(Duration::from_millis(1500)).await;
    });
    let _client = TcpStream::connect(addr).await.unwrap();
    assert!(timeout(Duration::from_millis(300), server).await.is_err());
}
