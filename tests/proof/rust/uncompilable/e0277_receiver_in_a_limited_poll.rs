use std::sync::mpsc;
use std::time::Duration;

#[tokio::test]
async fn a_task_takes_the_mail() {
    let (sender, mail) = mpsc::channel();
    let task = tokio::spawn(async move {
        tokio::time::timeout(Duration::from_secs(10), async {
            loop {
                if let Ok(letter) = mail.try_recv() {
                    break letter;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        })
        .await
        .expect("the condition did not hold within 10 s")
    });
    sender.send("news").unwrap();
    assert_eq!(task.await.unwrap(), "news");
}
