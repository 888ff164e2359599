use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

#[test]
fn the_log_has_two_lines() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let writer = Arc::clone(&log);
    thread::spawn(move || {
        writer.lock().unwrap().push("one");
        writer.lock().unwrap().push("two");
    });
    thread::sleep(Duration::from_millis(300));
    assert_eq!(log.lock().unwrap().len(), 2);
}
