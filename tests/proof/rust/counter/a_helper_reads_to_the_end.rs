use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

fn all_of(client: &mut TcpStream) -> Vec<u8> {
    let mut all = Vec::new();
    client.read_to_end(&mut all).unwrap();
    all
}

#[test]
fn a_helper_reads_until_the_close() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"body").unwrap();
        thread::sleep(Duration::from_millis(1200));
    });
    let mut client = TcpStream::connect(addr).unwrap();
    assert_eq!(all_of(&mut client), b"body");
    server.join().unwrap();
}
