use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

#[tokio::test]
async fn an_idle_timeout_passes_and_the_peer_still_answers() {
    let idle_timeout = Duration::from_millis(600);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut stream = std::net::TcpStream::connect(addr).unwrap();
        std::thread::sleep(Duration::from_millis(800));
        std::io::Write::write_all(&mut stream, b"x").unwrap();
    });
    let (mut stream, _) = listener.accept().await.unwrap();
    sleep(idle_timeout + Duration::from_millis(100)).await;
    assert_eq!(timeout(Duration::from_secs(2), stream.read_u8()).await.unwrap().unwrap(), b'x');
    let mut other = TcpStream::connect(addr).await.unwrap();
    other.write_all(b"y").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_feature_is_there() {
    sleep(Duration::from_secs(1)).await;
}
