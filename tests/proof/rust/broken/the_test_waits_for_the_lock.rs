use std::sync::{mpsc, Arc, Mutex};
use std::thread;

#[test]
fn a_held_lock_is_free_again() {
    let lock = Arc::new(Mutex::new(0));
    let held = lock.clone();
    let (locked_tx, locked) = mpsc::channel();
    let (hold_tx, hold_rx) = mpsc::channel::<()>();
    let holder = thread::spawn(move || {
        let _guard = held.lock().unwrap();
        locked_tx.send(()).unwrap();
        let _ = hold_rx.recv();
    });
    locked.recv().unwrap();
    *lock.lock().unwrap() += 1;
    drop(hold_tx);
    holder.join().unwrap();
    assert_eq!(*lock.lock().unwrap(), 1);
}
