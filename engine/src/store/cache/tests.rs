//! Against a real Redis: whoever comes late does not win.

use super::*;
use crate::ledger::Sequence;
use crate::store::servers::Redis;

fn account(version: u64) -> Account {
    let mut account = Account::opened(AccountId::new(7), Sequence::FIRST);
    account.version = version;
    account
}

async fn written(cache: &Cache) {
    let began = Instant::now();
    while cache.waiting() > 0 {
        assert!(
            began.elapsed() < Duration::from_mins(1),
            "it is not written"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn stale_never_wins() {
    let Some(redis) = Redis::start() else {
        return;
    };
    let start = || {
        let url = redis.url().parse().unwrap();
        let cache = Cache::start(url, Arc::default(), &Handle::current());
        cache.belongs_to(5);
        cache
    };
    let (one, other) = (start(), start());
    one.write(&[account(10)]);
    written(&one).await;
    other.write(&[account(9)]);
    written(&other).await;
    assert_eq!(other.faults.get(Place::Redis, Fault::Stale), 1);
    for cache in [&one, &other] {
        let found = cache.get(AccountId::new(7)).await.unwrap();
        assert_eq!(found.account, account(10));
    }
    other.write(&[account(11)]);
    written(&other).await;
    let found = one.get(AccountId::new(7)).await.unwrap();
    assert_eq!(found.account.version, 11);
    assert_eq!(one.looked_up(), (2, 0));
    // Entries of another ledger are not found.
    let stranger = Cache::start(
        redis.url().parse().unwrap(),
        Arc::default(),
        &Handle::current(),
    );
    stranger.belongs_to(6);
    assert_eq!(stranger.get(AccountId::new(7)).await, None);
}
