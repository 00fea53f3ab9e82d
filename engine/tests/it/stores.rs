//! The engine on an SQL store, as its callers see it: the same answers, and what becomes of them when the database goes away.

use crate::operations::scrape;
use crate::server::{Server, id, mint, open, options, transfer};
use crate::servers::Postgres;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

fn on(postgres: &Postgres) -> Server {
    let mut options = options();
    options.store = Some(postgres.url().parse().unwrap());
    Server::start_with(options)
}

fn by_id(body: &str, key: u128) -> String {
    body.replace("KEY", &id(key))
        .replace("ONE", &id(1))
        .replace("TWO", &id(2))
        .replace("SIX", &id(6))
}

/// A walk over the surface: kinds, refusals of every sort, repeats, chains, an airdrop, and all reads behind them.
fn requests() -> Vec<(Method, String, String)> {
    let post = |path: &str, body: String| (Method::POST, path.to_owned(), body);
    let get = |path: String| (Method::GET, path, String::new());
    let command = |key: u128, body: &str| post("/v1/commands", by_id(body, key));
    let mut all: Vec<_> = [1, 2, 3, 1]
        .map(|number| post("/v1/accounts", open(number)))
        .into();
    all.extend([
        post("/v1/mints", mint(10, 1, "1000000.000000000000000001")),
        post("/v1/mints", mint(10, 1, "2")),
        post("/v1/transfers", transfer(11, 1, 2, "0.1")),
        post("/v1/transfers", transfer(11, 1, 2, "0.1")),
        post("/v1/transfers", transfer(12, 2, 1, "5")),
        post("/v1/transfers", transfer(12, 2, 1, "5")),
        post("/v1/transfers", transfer(13, 1, 9, "1")),
        post("/v1/transfers", transfer(14, 1, 1, "1")),
        command(20, r#"{"kind":"freeze","id":"KEY","account":"ONE","amount":"7.5"}"#),
        command(21, r#"{"kind":"unfreeze","id":"KEY","account":"ONE","amount":"8"}"#),
        command(22, r#"{"kind":"approve","id":"KEY","owner":"ONE","spender":"TWO","amount":"4"}"#),
        command(23, r#"{"kind":"burn","id":"KEY","account":"ONE","amount":"1.25"}"#),
        command(24, r#"{"kind":"hold","id":"KEY","debit":"ONE","credit":"TWO","amount":"3"}"#),
        command(25, r#"{"kind":"hold","id":"KEY","debit":"ONE","credit":"TWO","amount":"4"}"#),
        post(&format!("/v1/holds/{}/void", id(24)), by_id(r#"{"id":"KEY"}"#, 26)),
        post(&format!("/v1/holds/{}/post", id(25)), by_id(r#"{"id":"KEY","amount":"1.5"}"#, 27)),
        post(&format!("/v1/holds/{}/post", id(25)), by_id(r#"{"id":"KEY","amount":"1"}"#, 28)),
        post("/v1/batch", by_id(r#"[
            {"kind":"transfer","id":"00000000-0000-0000-0000-000000000101","debit":"ONE","credit":"TWO","amount":"2","linked":true},
            {"kind":"transfer","id":"00000000-0000-0000-0000-000000000102","debit":"TWO","credit":"ONE","amount":"900000000"},
            {"kind":"transfer","id":"00000000-0000-0000-0000-000000000103","debit":"ONE","credit":"TWO","amount":"2","linked":true},
            {"kind":"transfer","id":"00000000-0000-0000-0000-000000000104","debit":"TWO","credit":"ONE","amount":"1"}]"#, 0)),
        post("/v1/airdrops", by_id(r#"{"id":"KEY","source":"ONE","to":[{"account":"TWO","amount":"1"},{"account":"SIX","amount":"2"}]}"#, 40)),
    ]);
    all.extend([1, 2, 3, 9].map(|number| get(format!("/v1/accounts/{}", id(number)))));
    all.extend([11, 12, 13, 14, 77].map(|key| get(format!("/v1/transfers/{}", id(key)))));
    all.extend([24, 25, 77].map(|key| get(format!("/v1/holds/{}", id(key)))));
    all.extend([
        get(format!("/v1/allowances?owner={}&spender={}", id(1), id(2))),
        get(format!("/v1/accounts/{}/statement?limit=3", id(1))),
        get(format!("/v1/accounts/{}/statement?before=9&limit=3", id(1))),
        get(format!("/v1/accounts/{}/statement?before=2", id(1))),
        get(format!("/v1/airdrops/{}", id(40))),
        get("/v1/accounts?limit=2".to_owned()),
        get(format!("/v1/accounts?limit=2&after={}", id(1))),
        get("/v1/journal?from=3&limit=5".to_owned()),
        get("/v1/journal".to_owned()),
        get("/v1/audit/totals".to_owned()),
    ]);
    all
}

/// A hold shows when it ends by the clock, which is not the same for two engines.
fn without_times(mut answer: Value) -> Value {
    if let Some(fields) = answer.as_object_mut() {
        fields.remove("deadline_ms");
    }
    answer
}

async fn ask(
    server: &Server,
    (method, path, body): &(Method, String, String),
) -> (StatusCode, Value) {
    let request = server.request(method.clone(), path).body(body.clone());
    let (status, answer) = crate::server::answer(request).await;
    (status, without_times(answer))
}

#[tokio::test]
async fn answers_of_a_store_are_those_of_the_embedded_ledger() {
    let Some(postgres) = Postgres::start() else {
        return;
    };
    let (embedded, stored) = (Server::start(), on(&postgres));
    let mut statuses = BTreeSet::new();
    for request in requests() {
        let (expected, found) = (ask(&embedded, &request).await, ask(&stored, &request).await);
        assert_eq!(found, expected, "{request:?}");
        statuses.insert(found.0.as_u16());
    }
    assert!(
        statuses.is_superset(&[200, 201, 400, 404, 409, 422].into()),
        "{statuses:?}"
    );
    same_counters(&embedded, &stored).await;
    let (_, info) = stored.get("/v1/info").await;
    assert_eq!(info["store"]["kind"], "postgres");
    assert_eq!(info["store"]["url"], postgres.url());
    assert_eq!(info["store"]["faults"], Value::Array(Vec::new()));
    // What was answered is there after the engine, in another one.
    drop(stored);
    let again = on(&postgres);
    for request in requests()
        .into_iter()
        .filter(|request| request.0 == Method::GET)
    {
        assert_eq!(
            ask(&again, &request).await,
            ask(&embedded, &request).await,
            "{request:?}"
        );
    }
    let (status, again) = again.post("/v1/transfers", transfer(11, 1, 2, "0.1")).await;
    assert_eq!(
        (status, &again["replayed"]),
        (StatusCode::OK, &Value::Bool(true))
    );
}

/// Numbers from there on, until told to stop; keys that were acknowledged, and whether any was refused for want of the database.
async fn send(server: Arc<Server>, from: u128, stop: Arc<AtomicBool>) -> (Vec<u128>, bool) {
    let (mut acknowledged, mut was_down) = (Vec::new(), false);
    let mut key = from;
    while !stop.load(Ordering::Relaxed) {
        key += 1;
        let (status, answer) = server
            .post("/v1/transfers", transfer(key, 1, 2, "0.01"))
            .await;
        match status {
            StatusCode::OK => acknowledged.push(key),
            StatusCode::SERVICE_UNAVAILABLE => {
                let name = answer["name"].as_str().unwrap_or_default();
                was_down |= ["store_down", "outcome_unknown", "overloaded"].contains(&name);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            other => panic!("{other}: {answer}"),
        }
    }
    (acknowledged, was_down)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn load_goes_on_by_itself_when_the_database_is_back_and_nothing_acknowledged_is_lost() {
    let Some(mut postgres) = Postgres::start() else {
        return;
    };
    let server = Arc::new(on(&postgres));
    server.open([1, 2]).await;
    server.mint(3, 1, "1000000").await;
    let stop = Arc::new(AtomicBool::new(false));
    let senders: Vec<_> = (1..=8)
        .map(|number| {
            let (server, stop) = (Arc::clone(&server), Arc::clone(&stop));
            tokio::spawn(send(server, number * 1_000_000, stop))
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(400)).await;
    for _ in 0..2 {
        tokio::task::block_in_place(|| postgres.kill());
        tokio::time::sleep(Duration::from_millis(300)).await;
        let (status, _) = server.get(&format!("/v1/accounts/{}", id(1))).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        tokio::task::block_in_place(|| postgres.go_on());
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
    stop.store(true, Ordering::Relaxed);
    let (mut acknowledged, mut was_down) = (Vec::new(), false);
    for sender in senders {
        let (of_one, down) = sender.await.unwrap();
        acknowledged.extend(of_one);
        was_down |= down;
    }
    assert!(was_down && !acknowledged.is_empty());
    let (status, totals) = server.get("/v1/audit/totals").await;
    assert_eq!(status, StatusCode::OK, "{totals}");
    assert_eq!(totals["supply"], totals["sum_of_balances"]);
    let recorded = recorded(&server).await;
    let lost: Vec<_> = acknowledged
        .iter()
        .filter(|key| !recorded.contains(key))
        .collect();
    assert_eq!(lost, Vec::<&u128>::new());
    // Whatever was answered with 503 is either there or not; the balance says how many are.
    let (_, account) = server.get(&format!("/v1/accounts/{}", id(2))).await;
    let cents = account["balance"].as_str().unwrap().parse::<f64>().unwrap() * 100.0;
    assert!(
        (cents - recorded.len() as f64).abs() < 0.5,
        "{cents} and {}",
        recorded.len()
    );
    let (_, info) = server.get("/v1/info").await;
    let faults = info["store"]["faults"].to_string();
    assert!(faults.contains("connection"), "{faults}");
    let text = scrape(&server).await;
    let broken = r#"token_store_fault_total{store="postgres",kind="connection"} "#;
    let line = text.lines().find(|line| line.starts_with(broken));
    assert!(line.is_some_and(|line| !line.ends_with(" 0")), "{line:?}");
}

/// What the ledger answered and how much there is, as both engines show it.
async fn same_counters(embedded: &Server, stored: &Server) {
    let of_ledger = [
        "token_transfer_total",
        "token_operation_total",
        "token_duplicate_total",
        "token_supply_tokens",
        "token_frozen_tokens",
        "token_open_holds",
        "token_commit_duration_seconds_count",
    ];
    let shown = async |server| -> Vec<String> {
        let text = scrape(server).await;
        let lines = text.lines();
        lines
            .filter(|line| of_ledger.iter().any(|name| line.starts_with(name)))
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(shown(stored).await, shown(embedded).await);
}

/// The keys of all accepted transfers, each of which must stand once.
async fn recorded(server: &Server) -> BTreeSet<u128> {
    let (mut keys, mut from) = (BTreeSet::new(), Some(1));
    while let Some(start) = from {
        let (status, page) = server
            .get(&format!("/v1/journal?from={start}&limit=1000"))
            .await;
        assert_eq!(status, StatusCode::OK, "{page}");
        for entry in page["entries"].as_array().unwrap() {
            if entry["kind"] == "transfer" && entry["status"] == "ok" {
                let key = entry["id"].as_str().unwrap();
                let key = engine::ledger::CommandId::parse(key).unwrap().get();
                assert!(keys.insert(key), "{key} stands twice");
            }
        }
        from = page["next"].as_u64();
    }
    keys
}

#[test]
fn a_store_that_cannot_be_had_is_said_before_anything_is_served() {
    for (url, why) in [
        (
            "postgres://bank@127.0.0.1:1/postgres",
            "is the server running",
        ),
        ("mysql://bank@127.0.0.1/x", "expected postgres://"),
    ] {
        let output = crate::child::output(&["serve", "--listen", "127.0.0.1:0", "--store", url]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(why), "{said}");
    }
    let both = [
        "serve",
        "--store",
        "postgres://bank@127.0.0.1:1/x",
        "--data",
        "/tmp/x",
    ];
    let output = crate::child::output(&both);
    assert_eq!(output.status.code(), Some(2));
}
