use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

#[tokio::test]
async fn becomes_ready() {
    let ready = Arc::new(AtomicBool::new(false));
    let setter = ready.clone();
    tokio::spawn(async move {
        setter.store(true, Ordering::SeqCst);
    });
    while !ready.load(Ordering::SeqCst) {
        sleep(Duration::from_millis(10)).await;
    }
    assert!(ready.load(Ordering::SeqCst));
}

#[tokio::test]
async fn finds_the_value() {
    let shared = Arc::new(std::sync::Mutex::new(None));
    let setter = shared.clone();
    tokio::spawn(async move {
        setter.lock().unwrap().replace(5);
    });
    let value = loop {
        if let Some(value) = *shared.lock().unwrap() {
            break value;
        }
        sleep(Duration::from_millis(10)).await;
    };
    assert_eq!(value, 5);
}
