use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::sleep;

#[tokio::test]
async fn the_event_arrives() {
    let (tx, mut rx) = mpsc::channel::<u32>(8);
    tokio::spawn(async move {
        tx.send(7).await.unwrap();
    });
    sleep(Duration::from_millis(300)).await;
    let event = rx.try_recv().unwrap();
    assert_eq!(event, 7);
}
