use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::thread;

#[test]
fn is_up_before_the_first_client() {
    let up = Arc::new(AtomicBool::new(false));
    let set = up.clone();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    thread::spawn(move || {
        let names: usize = (0..3_000_000).map(|n| n.to_string().len()).sum();
        set.store(names > 0, Ordering::SeqCst);
        let _ = listener.accept();
    });
    let _client = TcpStream::connect(addr).unwrap();
    assert!(up.load(Ordering::SeqCst));
}
