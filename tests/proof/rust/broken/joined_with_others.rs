use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};

#[tokio::test]
async fn client_and_server_end_together() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        let (_stream, _) = listener.accept().await.unwrap();
        std::future::pending::<()>().await;
    });
    let client = async {
        let mut stream = TcpStream::connect(addr).await.unwrap();
        let _ = stream.read_u8().await;
    };
    let (joined, ()) = tokio::join!(server, client);
    joined.unwrap();
}
