use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

#[test]
fn a_taken_port_cannot_be_bound() {
    let (addr_tx, addr_rx) = mpsc::channel();
    let holder = thread::spawn(move || {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        addr_tx.send(listener.local_addr().unwrap()).unwrap();
        thread::sleep(Duration::from_secs(3));
    });
    let addr = addr_rx.recv().unwrap();
    TcpStream::connect(addr).unwrap();
    holder.join().unwrap();
}
