use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

async fn status(client: &mut TcpStream) -> std::io::Result<u8> {
    client.write_all(b"status?").await?;
    client.read_u8().await
}

#[tokio::test]
async fn a_status_comes_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"1").await.unwrap();
        sleep(Duration::from_secs(5)).await;
    });

    let mut client = TcpStream::connect(addr).await.unwrap();
    let answer = timeout(Duration::from_secs(1), status(&mut client)).await;
    assert_eq!(answer.unwrap().unwrap(), b'1');
    server.await.unwrap();
}
