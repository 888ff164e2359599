use std::sync::{Arc, Mutex};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_take_turns() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let shared = log.clone();
    let writer = tokio::spawn(async move {
        let mut lines = shared.lock().unwrap();
        lines.push("begin");
        tokio::time::sleep(Duration::from_millis(100)).await;
        lines.push("end");
    });
    writer.await.unwrap();
    assert_eq!(*log.lock().unwrap(), ["begin", "end"]);
}
