//! The two tasks of a cache, each with its connection: one writes what waits, one answers look-ups.

use super::redis::{Redis, Reply};
use super::value::VERSION_DIGITS;
use super::{Cache, Lookup, TIME_TO_LIVE, Value, now_ms};
use crate::ledger::Account;
use crate::store::Fault;
use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::mpsc;

/// Writes of one script call.
const WRITE_AT_ONCE: usize = 128;
/// Look-ups of one command.
const LOOK_UP_AT_ONCE: usize = 256;
/// Between two tries to reach Redis.
const PAUSE: Duration = Duration::from_millis(500);

/// Writes each value unless the key has one of a higher version; how many had. Versions are digits, which compare as text in every
/// collation. An entry that cannot be read is overwritten, and one of the same version gets a new time to live.
const SCRIPT: &str = "
local late = 0
for at, key in ipairs(KEYS) do
  local old = redis.call('GETRANGE', key, 0, tonumber(ARGV[2]) - 1)
  local new = ARGV[at + 2]
  if string.match(old, '^%d+$') and #old == tonumber(ARGV[2]) and old > string.sub(new, 1, #old) then
    late = late + 1
  else
    redis.call('SET', key, new, 'PX', ARGV[1])
  end
end
return late";

/// Writes what waits, until the cache is gone.
pub(super) async fn write(cache: Weak<Cache>) {
    let mut redis = None;
    while let Some(cache) = cache.upgrade() {
        let filled = cache.filled.notified();
        let accounts = cache.known().take(WRITE_AT_ONCE);
        if accounts.is_empty() {
            // Looked at again now and then, so that a cache without an engine ends.
            let _ = tokio::time::timeout(PAUSE, filled).await;
            continue;
        }
        match write_some(&cache, &mut redis, &accounts).await {
            Ok(late) => {
                cache.known().confirm(&accounts);
                cache
                    .faults
                    .count_many(super::Place::Redis, Fault::Stale, late);
                cache.down.store(false, Ordering::Relaxed);
            }
            Err(error) => {
                redis = None;
                cache.known().give_back(&accounts);
                cache.broke(&error);
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// A connection and the name of the script there.
type Writing = (Redis, Vec<u8>);

async fn write_some(
    cache: &Cache,
    redis: &mut Option<Writing>,
    accounts: &[Account],
) -> io::Result<u64> {
    if redis.is_none() {
        let mut fresh = Redis::connect(&cache.url).await?;
        let loaded = fresh.ask(&[b"SCRIPT", b"LOAD", SCRIPT.as_bytes()]).await?;
        let Reply::Bytes(Some(name)) = loaded else {
            return Err(io::Error::other("Redis did not take the script"));
        };
        *redis = Some((fresh, name));
    }
    let Some((redis, script)) = redis else {
        return Ok(0);
    };
    let written_ms = now_ms();
    let (mut keys, mut values) = (Vec::new(), Vec::new());
    for account in accounts {
        if let Some(key) = cache.key(account.id) {
            keys.push(key.into_bytes());
            let account = *account;
            values.push(
                Value {
                    account,
                    written_ms,
                }
                .encode(),
            );
        }
    }
    let numbers = [
        keys.len().to_string(),
        TIME_TO_LIVE.as_millis().to_string(),
        VERSION_DIGITS.to_string(),
    ];
    let mut command: Vec<&[u8]> = vec![b"EVALSHA", script, numbers[0].as_bytes()];
    command.extend(keys.iter().map(Vec::as_slice));
    command.extend(numbers[1..].iter().map(String::as_bytes));
    command.extend(values.iter().map(Vec::as_slice));
    match redis.ask(&command).await? {
        Reply::Line(late) => Ok(late.parse().unwrap_or_default()),
        _ => Err(io::Error::other(
            "Redis answered a script with something else",
        )),
    }
}

/// Answers look-ups, until the cache is gone.
pub(super) async fn look_up(cache: Weak<Cache>, mut waiting: mpsc::Receiver<Lookup>) {
    let mut redis = None;
    let mut lookups = Vec::new();
    while waiting.recv_many(&mut lookups, LOOK_UP_AT_ONCE).await > 0 {
        let Some(cache) = cache.upgrade() else {
            return;
        };
        match find(&cache, &mut redis, &lookups).await {
            Ok(found) => {
                for (lookup, value) in lookups.drain(..).zip(found) {
                    // Who does not wait any more has asked the store.
                    let _ = lookup.reply.send(value);
                }
            }
            Err(error) => {
                redis = None;
                cache.broke(&error);
                // Dropping them sends their readers to the store.
                lookups.clear();
            }
        }
    }
}

async fn find(
    cache: &Cache,
    redis: &mut Option<Redis>,
    lookups: &[Lookup],
) -> io::Result<Vec<Option<Value>>> {
    let redis = match redis {
        Some(redis) => redis,
        None => redis.insert(Redis::connect(&cache.url).await?),
    };
    let keys: Option<Vec<String>> = lookups
        .iter()
        .map(|lookup| cache.key(lookup.account))
        .collect();
    let Some(keys) = keys else {
        return Ok(vec![None; lookups.len()]);
    };
    let mut command: Vec<&[u8]> = vec![b"MGET"];
    command.extend(keys.iter().map(String::as_bytes));
    let Reply::Many(replies) = redis.ask(&command).await? else {
        return Err(io::Error::other("Redis answered MGET with something else"));
    };
    let mut found = Vec::with_capacity(lookups.len());
    let mut damaged: Vec<&[u8]> = vec![b"DEL"];
    for ((lookup, key), reply) in lookups.iter().zip(&keys).zip(&replies) {
        let Reply::Bytes(Some(raw)) = reply else {
            found.push(None);
            continue;
        };
        let value = Value::decode(lookup.account, raw);
        if value.is_none() {
            cache.fault(Fault::Crc);
            damaged.push(key.as_bytes());
        }
        found.push(value);
    }
    if damaged.len() > 1 {
        redis.ask(&damaged).await?;
    }
    Ok(found)
}

impl Cache {
    /// Redis cannot be reached or makes no sense: reads go to the store until a write got through or a probe finds it again.
    fn broke(self: &Arc<Self>, error: &io::Error) {
        let fault = if error.kind() == io::ErrorKind::TimedOut {
            Fault::Timeout
        } else {
            Fault::Connection
        };
        self.fault(fault);
        self.faults.note(format!("redis: {error}"));
        if !self.down.swap(true, Ordering::Relaxed) {
            tokio::spawn(probe(Arc::downgrade(self)));
        }
    }
}

/// Looks for Redis until it is there again.
async fn probe(cache: Weak<Cache>) {
    loop {
        tokio::time::sleep(PAUSE).await;
        let Some(cache) = cache.upgrade() else {
            return;
        };
        if !cache.is_down() {
            return;
        }
        if Redis::connect(&cache.url).await.is_ok() {
            cache.down.store(false, Ordering::Relaxed);
            return;
        }
    }
}
