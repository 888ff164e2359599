#[tokio::test]
async fn a_task_that_may_fail_first() {
    let task = tokio::spawn(async move {
        if std::env::var("NO_SUCH_NAME").is_ok() {
            return Ok::<u8, std::io::Error>(3);
        }
        std::future::pending::<()>().await;
    });
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
}
