use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn answer_once(addr: SocketAddr) {
    let listener = TcpListener::bind(addr).unwrap();
    let (mut stream, _) = listener.accept().unwrap();
    stream.write_all(b"1").unwrap();
}

#[test]
fn answers_once() {
    let addr = free();
    let _server = thread::spawn(move || answer_once(addr));
    thread::sleep(Duration::from_millis(500));
    let mut client = TcpStream::connect(addr).unwrap();
    let mut answer = [0; 1];
    client.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"1");
}
