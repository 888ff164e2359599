use std::future::Future;

async fn serve_twice<F, R>(handler: F) -> u32
where
    F: Fn() -> R + Send + 'static,
    R: Future<Output = u32> + Send,
{
    tokio::spawn(async move { handler().await + handler().await }).await.unwrap()
}

#[tokio::test]
async fn one_receiver_for_many_calls() {
    let (_hold_tx, hold_rx) = tokio::sync::oneshot::channel::<()>();
    let answers = serve_twice(move || async move {
        let _ = hold_rx.await;
        1
    })
    .await;
    assert_eq!(answers, 2);
}
