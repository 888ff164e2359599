use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{oneshot, Semaphore};
use tokio::time::timeout;

#[tokio::test]
async fn a_permit_comes_back() {
    let permits = Arc::new(Semaphore::new(1));
    let permit = permits.clone().acquire_owned().await.unwrap();
    let (hold_tx, hold_rx) = oneshot::channel::<()>();
    let user = tokio::spawn(async move {
        let _permit = permit;
        let _ = hold_rx.await;
    });
    let _again = timeout(Duration::from_secs(5), permits.acquire()).await.unwrap().unwrap();
    drop(hold_tx);
    user.await.unwrap();
}
