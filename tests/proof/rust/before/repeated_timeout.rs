use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;

#[tokio::test]
async fn five_events_in_order() {
    let (tx, mut rx) = mpsc::channel::<u32>(8);
    for event in 1..=5 {
        tx.send(event).await.unwrap();
    }
    let first = timeout(Duration::from_secs(3), rx.recv()).await.unwrap();
    let second = timeout(Duration::from_secs(3), rx.recv()).await.unwrap();
    let third = timeout(Duration::from_secs(3), rx.recv()).await.unwrap();
    let fourth = timeout(Duration::from_secs(3), rx.recv()).await.unwrap();
    let fifth = timeout(Duration::from_secs(3), rx.recv()).await.unwrap();
    assert_eq!([first, second, third, fourth, fifth], [Some(1), Some(2), Some(3), Some(4), Some(5)]);
}
