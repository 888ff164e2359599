use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

#[tokio::test]
async fn the_reply_comes_at_once() {
    let (tx, rx) = oneshot::channel::<u32>();
    tokio::spawn(async move {
        tx.send(1).unwrap();
    });
    let reply = timeout(Duration::from_millis(40), rx).await.unwrap().unwrap();
    assert_eq!(reply, 1);
}
