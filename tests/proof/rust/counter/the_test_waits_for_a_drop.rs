use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;

struct Ringer(Arc<Notify>);

impl Drop for Ringer {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

#[tokio::test]
async fn a_drop_is_told() {
    let bell = Arc::new(Notify::new());
    let ringer = Ringer(bell.clone());
    tokio::spawn(async move {
        let _ringer = ringer;
        sleep(Duration::from_millis(1200)).await;
    });
    bell.notified().await;
}
