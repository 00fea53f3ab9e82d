//! Many callers at once: nothing is lost, nothing is made, nothing happens twice.

use crate::server::{Server, transfer};
use reqwest::StatusCode;
use std::collections::BTreeSet;
use std::sync::Arc;

const CALLERS: u128 = 8;
const TRANSFERS: u128 = 150;
const ACCOUNTS: u128 = 5;

/// One caller's transfers, each sent twice, as after a broken connection; how many were accepted and how many recorded.
async fn call(server: Arc<Server>, caller: u128) -> (u64, u64) {
    let (mut accepted, mut recorded) = (0, 0);
    for number in 0..TRANSFERS {
        let key = 1_000 + caller * TRANSFERS + number;
        let debit = 1 + (caller + number) % ACCOUNTS;
        let credit = 1 + (caller + number * 3 + 1) % ACCOUNTS;
        let body = transfer(key, debit, credit, "0.7");
        let first = server.post("/v1/transfers", body.clone()).await;
        let second = server.post("/v1/transfers", body).await;
        assert_eq!(first.0, second.0);
        accepted += u64::from(first.0 == StatusCode::OK);
        // Some have the same account on both sides; they leave no entry.
        recorded += u64::from(first.0 != StatusCode::BAD_REQUEST);
    }
    (accepted, recorded)
}

#[tokio::test]
async fn concurrent_transfers_conserve() {
    let server = Arc::new(Server::start());
    server.open(1..=ACCOUNTS).await;
    for account in 1..=ACCOUNTS {
        server.mint(100 + account, account, "10").await;
    }
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| tokio::spawn(call(Arc::clone(&server), caller)))
        .collect();
    let (mut accepted, mut recorded) = (0, 2 * ACCOUNTS as u64);
    for caller in callers {
        let counts = caller.await.unwrap();
        accepted += counts.0;
        recorded += counts.1;
    }
    let (_, totals) = server.get("/v1/audit/totals").await;
    assert_eq!(totals["sum_of_balances"], "50");
    assert_eq!(totals["transfers"], accepted);
    assert!(accepted > 0);

    let (_, journal) = server.get("/v1/journal?limit=10000").await;
    let entries = journal["entries"].as_array().unwrap();
    let keys: BTreeSet<_> = entries
        .iter()
        .map(|entry| entry["id"].as_str().unwrap())
        .collect();
    assert_eq!(keys.len(), entries.len(), "every key once");
    let sequences: Vec<_> = entries
        .iter()
        .map(|entry| entry["sequence"].as_u64().unwrap())
        .collect();
    assert_eq!(sequences, (1..=entries.len() as u64).collect::<Vec<_>>());
    assert_eq!(entries.len() as u64, recorded);
}
