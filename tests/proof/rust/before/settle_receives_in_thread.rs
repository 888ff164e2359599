use std::sync::mpsc;
use std::thread;
use std::time::Duration;

#[test]
fn the_line_arrives() {
    let (tx, rx) = mpsc::channel::<String>();
    thread::spawn(move || {
        tx.send("line".to_string()).unwrap();
    });
    thread::sleep(Duration::from_millis(300));
    let line = rx.try_recv().expect("no line");
    assert_eq!(line, "line");
}
