//! The seventeen families as somebody outside sees them, and that they equal the journal.

use crate::operations::scrape;
use crate::server::{Server, id, mint, transfer};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Name, type and label keys of each family: what only a major version may change.
const FAMILIES: [(&str, &str, &[&str]); 17] = [
    (
        "token_chain_transition_total",
        "counter",
        &["chain", "state"],
    ),
    ("token_commit_duration_seconds", "histogram", &[]),
    ("token_duplicate_total", "counter", &["result", "source"]),
    ("token_frozen_tokens", "gauge", &["chain"]),
    ("token_journal_group_commands", "histogram", &[]),
    ("token_journal_sync_duration_seconds", "histogram", &[]),
    ("token_open_holds", "gauge", &["chain"]),
    (
        "token_operation_total",
        "counter",
        &["chain", "operation", "status"],
    ),
    ("token_pending_withdrawals", "gauge", &["chain"]),
    ("token_queue_commands", "gauge", &["queue"]),
    ("token_request_duration_seconds", "histogram", &["surface"]),
    ("token_rpc_failover_total", "counter", &["chain", "reason"]),
    (
        "token_settlement_level_tokens",
        "gauge",
        &["chain", "direction"],
    ),
    ("token_shed_total", "counter", &["reason"]),
    ("token_store_fault_total", "counter", &["kind", "store"]),
    ("token_supply_tokens", "gauge", &["chain"]),
    ("token_transfer_total", "counter", &["chain", "status"]),
];

/// The label keys of a sample such as `name{a="x",b="y"} 0`, without those of buckets.
fn keys(sample: &str) -> BTreeSet<&str> {
    let labels = sample.split_once('{').map_or("", |(_, rest)| rest);
    let pairs = labels.split('}').next().unwrap_or_default().split(',');
    let keys = pairs.filter_map(|pair| pair.split_once('=').map(|(key, _)| key));
    keys.filter(|key| *key != "le").collect()
}

#[tokio::test]
async fn a_scrape_has_exactly_the_seventeen_families_with_types_and_labels() {
    let server = Server::start();
    let text = scrape(&server).await;
    let families: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '))
        .filter(|(name, _)| name.starts_with("token_"))
        .collect();
    let expected = FAMILIES.map(|(name, kind, _)| (name, kind));
    assert_eq!(families, expected);
    for (name, kind, labels) in FAMILIES {
        let sample = if kind == "histogram" {
            format!("{name}_count")
        } else {
            name.to_owned()
        };
        let mut samples = text
            .lines()
            .filter(|line| line.split(['{', ' ']).next() == Some(sample.as_str()))
            .peekable();
        assert!(samples.peek().is_some(), "no series of {name}");
        for line in samples {
            assert_eq!(keys(line), labels.iter().copied().collect(), "{line}");
            assert!(line.ends_with(" 0"), "before the first command: {line}");
        }
    }
    let bounds: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("token_journal_group_commands_bucket{le=\""))
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert_eq!(bounds.len(), 15);
    assert_eq!((bounds[0], bounds[13], bounds[14]), ("1", "8192", "+Inf"));
}

/// Samples of both families of the ledger that are not 0, as (operation, status).
fn counted(text: &str) -> BTreeMap<(String, String), u64> {
    let value = |line: &str, key: &str| {
        let from = line.find(&format!("{key}=\""))? + key.len() + 2;
        Some(line[from..].split('"').next()?.to_owned())
    };
    text.lines()
        .filter(|line| {
            line.starts_with("token_transfer_total{") || line.starts_with("token_operation_total{")
        })
        .filter_map(|line| {
            let count = line.rsplit(' ').next()?.parse().ok()?;
            let operation = value(line, "operation").unwrap_or_else(|| "transfer".to_owned());
            (count > 0).then_some(((operation, value(line, "status")?), count))
        })
        .collect()
}

/// The same from the journal: kinds that are transfers together, statuses under their label.
fn journalled(page: &Value) -> BTreeMap<(String, String), u64> {
    let mut counts = BTreeMap::new();
    for entry in page["entries"].as_array().unwrap() {
        let kind = match entry["kind"].as_str().unwrap() {
            "transfer" | "transfer_from" | "post" => "transfer",
            other => other,
        };
        let status = match entry["status"].as_str().unwrap() {
            "ok" => "success",
            "insufficient_available" => "insufficient",
            "hold_expired" => "expired",
            "credit_unknown" => "unknown",
            other => panic!("this test does not provoke {other}"),
        };
        *counts
            .entry((kind.to_owned(), status.to_owned()))
            .or_default() += 1;
    }
    counts
}

#[tokio::test]
async fn counters_equal_the_journal_for_every_recorded_status() {
    let server = Server::start();
    server.open([1, 2]).await;
    server.mint(100, 1, "10").await;
    for (key, amount) in [(101, "1"), (102, "2"), (103, "100"), (101, "1"), (101, "3")] {
        server
            .post("/v1/transfers", transfer(key, 1, 2, amount))
            .await;
    }
    server.post("/v1/mints", mint(104, 9, "1")).await;
    let hold = format!(
        r#"{{"id":"{}","debit":"{}","credit":"{}","amount":"1","timeout_s":1}}"#,
        id(105),
        id(1),
        id(2)
    );
    server.post("/v1/holds", hold).await;
    // A shape error is answered and recorded nowhere.
    server.post("/v1/transfers", transfer(106, 1, 1, "1")).await;
    let journal = loop {
        let (_, page) = server.get("/v1/journal?limit=1000").await;
        let entries = page["entries"].as_array().unwrap();
        if entries.iter().any(|entry| entry["kind"] == "expire") {
            break page;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    let mut counted = counted(&scrape(&server).await);
    let apart = |status: &str| ("transfer".to_owned(), status.to_owned());
    for unrecorded in ["replayed", "mismatch", "invalid"] {
        assert_eq!(counted.remove(&apart(unrecorded)), Some(1), "{unrecorded}");
    }
    assert_eq!(counted, journalled(&journal));
}
