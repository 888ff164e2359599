use std::time::{Duration, Instant};

use tokio::time::sleep;

struct Cache {
    ttl: Duration,
    born: Instant,
}

impl Cache {
    fn with_ttl(ttl: Duration) -> Self {
        Self {
            ttl,
            born: Instant::now(),
        }
    }

    fn get(&self) -> Option<u32> {
        (self.born.elapsed() < self.ttl).then_some(1)
    }
}

#[tokio::test]
async fn the_cache_forgets() {
    let cache = Cache::with_ttl(Duration::from_millis(500));
    sleep(Duration::from_millis(700)).await;
    assert!(cache.get().is_none());
}

#[tokio::test(start_paused = true)]
async fn the_feature_is_there() {
    sleep(Duration::from_secs(1)).await;
}
