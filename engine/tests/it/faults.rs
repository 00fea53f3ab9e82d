//! Faults on demand fire as often as asked for, say so, and do nothing else.

use crate::server::{Server, options, transfer};
use engine::Options;

fn with(faults: &[&str]) -> Server {
    Server::start_with(Options {
        faults: faults.iter().map(|fault| fault.parse().unwrap()).collect(),
        fault_seed: 1,
        ..options()
    })
}

#[tokio::test]
async fn they_fire_once_a_request_or_once_a_sync_and_info_counts_them() {
    let server = with(&["alloc=+1", "tail=100%:+1us", "fsync=1ms", "cpu=5%"]);
    server.open([1, 2]).await;
    server.mint(100, 1, "10").await;
    let (_, info) = server.get("/v1/info").await;
    let faults = info["faults"].as_array().unwrap();
    let fired: Vec<_> = faults.iter().map(|fault| fault["fired"].as_u64()).collect();
    // The question itself is a request; it needs no sync.
    assert_eq!(fired, [Some(4), Some(4), Some(3), Some(4)]);
    assert_eq!(faults[2]["spec"], "fsync=1000us");
    assert!(info["journal"]["sync_seconds"].as_f64().unwrap() >= 0.003);
}

#[tokio::test]
async fn leaks_and_holders_come_by_themselves_and_outcomes_stay_right() {
    let server = with(&[
        "timer-leak=1000/s",
        "task-leak=1000/s",
        "lock=1ms@100/s",
        "stall=1ms@1ms",
    ]);
    server.open([1, 2]).await;
    server.mint(100, 1, "10").await;
    let mut key = 101;
    loop {
        let (_, answer) = server
            .post("/v1/transfers", transfer(key, 1, 2, "0.001"))
            .await;
        assert_eq!(answer["replayed"], false, "{answer}");
        let (_, info) = server.get("/v1/info").await;
        let fired = |at: usize| info["faults"][at]["fired"].as_u64().unwrap();
        if (0..4).all(|at| fired(at) > 1) {
            break;
        }
        key += 1;
    }
    server.join().unwrap();
}

#[tokio::test]
async fn who_waits_for_a_sync_finds_it_in_its_ledger() {
    let server = with(&["fsync=20ms"]);
    server.open([1]).await;
    let url = format!("http://{}/debug/probe/requests?from=0", server.admin);
    let text = reqwest::get(url).await.unwrap().text().await.unwrap();
    // The table is the process's, so other tests' requests are in it too.
    // A request is still being polled when the sync begins, and pends for the rest of its 20 ms.
    let waited = |record: serde_json::Value| {
        let at_least = |nanos: &serde_json::Value| nanos.as_u64() >= Some(10_000_000);
        at_least(&record["pending_on_ns"]["fsync"]) && at_least(&record["pending_ns"])
    };
    let mut records = text.lines().skip(1);
    assert!(
        records.any(|line| waited(serde_json::from_str(line).unwrap())),
        "{text}"
    );
}

#[tokio::test]
async fn leaks_are_counted_by_the_place_that_makes_them() {
    let server = with(&["timer-leak=1000/s", "task-leak=1000/s"]);
    let url = format!("http://{}/metrics", server.admin);
    loop {
        let text = reqwest::get(&url).await.unwrap().text().await.unwrap();
        let leaks = |kind: &str| {
            text.lines().any(|line| {
                line.starts_with("runtime_live_objects{")
                    && line.contains(&format!("kind=\"{kind}\""))
                    && line.contains("inject/leak.rs:")
                    && line.rsplit(' ').next().unwrap().parse::<f64>().unwrap() >= 10.0
            })
        };
        if leaks("timer") && leaks("task") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn without_faults_info_names_none() {
    let (_, info) = Server::start().get("/v1/info").await;
    assert_eq!(info["faults"], serde_json::json!([]));
}
