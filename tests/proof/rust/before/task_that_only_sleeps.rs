use std::time::Duration;

use tokio::time::sleep;

#[tokio::test]
async fn adds() {
    tokio::spawn(async { sleep(Duration::from_secs(1)).await });
    assert_eq!(1 + 1, 2);
}
