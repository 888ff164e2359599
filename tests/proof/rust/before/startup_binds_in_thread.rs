use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use crate::support::free_addr;

#[test]
fn a_thread_serves() {
    let addr = free_addr();
    thread::spawn(move || {
        let listener = TcpListener::bind(addr).unwrap();
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"up").unwrap();
    });
    thread::sleep(Duration::from_millis(500));
    let mut client = TcpStream::connect(addr).unwrap();
    let mut answer = [0; 2];
    client.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"up");
}
