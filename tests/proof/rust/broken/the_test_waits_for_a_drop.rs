use std::sync::Arc;

use tokio::sync::Notify;

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
        std::future::pending::<()>().await;
    });
    bell.notified().await;
}
