use std::time::Duration;

use tokio::time::sleep;

#[tokio::test]
async fn adds() {
    tokio::spawn(sleep(Duration::from_secs(1)));
    assert_eq!(1 + 1, 2);
}
