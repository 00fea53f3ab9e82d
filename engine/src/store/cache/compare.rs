//! A slow pass over the cache, which compares its entries with the ledger: versions find what no checksum can.

use super::redis::{Redis, Reply};
use super::{Cache, Value};
use crate::executor::Executor;
use crate::ledger::AccountId;
use crate::ledger::part::Needs;
use crate::store::Fault;
use std::io;
use std::sync::Weak;
use std::time::Duration;

/// Between two steps.
const PERIOD: Duration = Duration::from_secs(1);
/// Keys of one step, about.
const KEYS: &[u8] = b"100";

/// Compares about 100 entries a second, until the engine is gone. What is damaged is deleted, and what is older than the ledger is
/// written anew; both are counted.
pub async fn compare(cache: Weak<Cache>, executor: Weak<Executor>) {
    let mut cursor = b"0".to_vec();
    let mut redis = None;
    loop {
        tokio::time::sleep(PERIOD).await;
        let (Some(cache), Some(executor)) = (cache.upgrade(), executor.upgrade()) else {
            return;
        };
        if step(&cache, &executor, &mut redis, &mut cursor)
            .await
            .is_err()
        {
            // The other tasks count what they cannot reach.
            redis = None;
        }
    }
}

async fn step(
    cache: &Cache,
    executor: &Executor,
    redis: &mut Option<Redis>,
    cursor: &mut Vec<u8>,
) -> io::Result<()> {
    let Some(ledger) = cache.ledger.get() else {
        return Ok(());
    };
    let redis = match redis {
        Some(redis) => redis,
        None => redis.insert(Redis::connect(&cache.url).await?),
    };
    let prefix = Cache::prefix(*ledger);
    let pattern = format!("{prefix}*");
    let scan: [&[u8]; 6] = [
        b"SCAN",
        cursor,
        b"MATCH",
        pattern.as_bytes(),
        b"COUNT",
        KEYS,
    ];
    let (next, keys) = scanned(redis.ask(&scan).await?)?;
    for key in keys {
        let id = std::str::from_utf8(&key).ok().and_then(|key| {
            key.strip_prefix(&prefix)
                .and_then(|id| AccountId::parse(id).ok())
        });
        let Some(id) = id else { continue };
        if let Reply::Bytes(Some(raw)) = redis.ask(&[b"GET", &key]).await? {
            check(cache, executor, redis, (id, &key, &raw)).await?;
        }
    }
    *cursor = next;
    Ok(())
}

/// The cursor and the keys of a step.
fn scanned(reply: Reply) -> io::Result<(Vec<u8>, Vec<Vec<u8>>)> {
    let Reply::Many(parts) = reply else {
        return Err(io::Error::other("Redis answered SCAN with something else"));
    };
    let mut parts = parts.into_iter();
    match (parts.next(), parts.next()) {
        (Some(Reply::Bytes(Some(cursor))), Some(Reply::Many(keys))) => {
            let bytes = |reply| match reply {
                Reply::Bytes(bytes) => bytes,
                _ => None,
            };
            Ok((cursor, keys.into_iter().filter_map(bytes).collect()))
        }
        _ => Err(io::Error::other("Redis answered SCAN with something else")),
    }
}

async fn check(
    cache: &Cache,
    executor: &Executor,
    redis: &mut Redis,
    (id, key, raw): (AccountId, &[u8], &[u8]),
) -> io::Result<()> {
    let Some(value) = Value::decode(id, raw) else {
        cache.fault(Fault::Crc);
        redis.ask(&[b"DEL", key]).await?;
        return Ok(());
    };
    // What this engine knows to be on its way is not stale.
    if !cache.known().may_be_read(id, std::time::Instant::now()) {
        return Ok(());
    }
    let found = executor
        .read(Needs::Account(id), move |ledger| ledger.account(id))
        .await;
    if let Ok(Some(account)) = found
        && account.version > value.account.version
    {
        cache.fault(Fault::Stale);
        cache.write(&[account]);
    }
    Ok(())
}
