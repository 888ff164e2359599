use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

#[test]
fn reads_from_a_detached_thread() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"x").unwrap();
        thread::sleep(Duration::from_secs(5));
    });
    let mut client = TcpStream::connect(addr).unwrap();
    let mut byte = [0; 1];
    client.read_exact(&mut byte).unwrap();
    client.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    assert!(client.read_exact(&mut byte).is_err());
    assert_eq!(&byte, b"x");
}
