use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

#[tokio::test]
async fn a_permit_comes_back() {
    let permits = Arc::new(Semaphore::new(1));
    let permit = permits.clone().acquire_owned().await.unwrap();
    let user = tokio::spawn(async move {
        let _permit = permit;
        sleep(Duration::from_millis(1200)).await;
    });
    let _again = timeout(Duration::from_secs(5), permits.acquire()).await.unwrap().unwrap();
    user.await.unwrap();
}
