use std::collections::HashMap;
use std::time::Duration;

use tokio::time::{sleep, Instant};

struct Cache {
    ttl: Duration,
    born: HashMap<&'static str, Instant>,
}

impl Cache {
    fn with_ttl(ttl: Duration) -> Self {
        Self {
            ttl,
            born: HashMap::new(),
        }
    }

    fn insert(&mut self, key: &'static str) {
        self.born.insert(key, Instant::now());
    }

    fn get(&self, key: &str) -> Option<&Instant> {
        self.born.get(key).filter(|born| born.elapsed() < self.ttl)
    }
}

#[tokio::test]
async fn an_entry_expires() {
    let mut cache = Cache::with_ttl(Duration::from_millis(900));
    cache.insert("key");
    sleep(Duration::from_millis(1100)).await;
    assert!(cache.get("key").is_none());
}

#[tokio::test(start_paused = true)]
async fn an_entry_lives_for_a_while() {
    let mut cache = Cache::with_ttl(Duration::from_secs(60));
    cache.insert("key");
    sleep(Duration::from_secs(59)).await;
    assert!(cache.get("key").is_some());
}
