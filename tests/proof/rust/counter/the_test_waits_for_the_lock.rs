use std::sync::{mpsc, Arc, Mutex};
use std::thread;
use std::time::Duration;

#[test]
fn a_held_lock_is_free_again() {
    let lock = Arc::new(Mutex::new(0));
    let held = lock.clone();
    let (locked_tx, locked) = mpsc::channel();
    let holder = thread::spawn(move || {
        let _guard = held.lock().unwrap();
        locked_tx.send(()).unwrap();
        thread::sleep(Duration::from_millis(1200));
    });
    locked.recv().unwrap();
    *lock.lock().unwrap() += 1;
    holder.join().unwrap();
    assert_eq!(*lock.lock().unwrap(), 1);
}
