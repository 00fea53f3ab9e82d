//! Stores as `GET /v1/info` shows them.

use crate::http::Stores;
use serde::Serialize;

/// The store behind the ledger, and the cache beside it.
#[derive(Debug, Serialize)]
pub struct StoreAnswer {
    /// `embedded` or `postgres`.
    kind: &'static str,
    /// Without password.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache: Option<CacheAnswer>,
    /// Faults met and handled since the start, those that happened.
    faults: Vec<FaultCount>,
    /// What a store said last when something was wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_fault: Option<String>,
}

/// The cache.
#[derive(Debug, Serialize)]
struct CacheAnswer {
    url: String,
    /// Whether it could be reached.
    up: bool,
    hits: u64,
    misses: u64,
    /// Writes that wait.
    waiting: usize,
}

#[derive(Debug, Serialize)]
struct FaultCount {
    store: &'static str,
    kind: &'static str,
    count: u64,
}

impl StoreAnswer {
    /// The answer for what there is.
    pub fn new(stores: &Stores) -> Self {
        let cache = stores.cache.as_ref().map(|cache| {
            let (hits, misses) = cache.looked_up();
            CacheAnswer {
                url: cache.url().to_string(),
                up: !cache.is_down(),
                hits,
                misses,
                waiting: cache.waiting(),
            }
        });
        let faults = stores.faults.each();
        Self {
            kind: stores.store.as_ref().map_or("embedded", |_| "postgres"),
            url: stores.store.as_ref().map(ToString::to_string),
            cache,
            faults: faults
                .filter(|(.., count)| *count > 0)
                .map(|(store, kind, count)| FaultCount { store, kind, count })
                .collect(),
            last_fault: stores.faults.last(),
        }
    }
}
