use std::future::Future;
use std::time::Duration;

async fn serve_twice<F, R>(handler: F) -> u32
where
    F: Fn() -> R + Send + 'static,
    R: Future<Output = u32> + Send,
{
    tokio::spawn(async move { handler().await + handler().await }).await.unwrap()
}

#[tokio::test]
async fn a_slow_handler_answers_twice() {
    let answers = serve_twice(move || async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        1
    })
    .await;
    assert_eq!(answers, 2);
}
