//! The operations listener: what the metrics say, and that they are those of the catalog.

use crate::server::{Server, mint, transfer};
use record::catalog::{CATALOG, Kind, Owner, REQUEST_ROUTE_STALL, RUNTIME_LIVE_OBJECTS};
use std::collections::BTreeMap;

pub async fn scrape(server: &Server) -> String {
    let url = format!("http://{}/metrics", server.admin);
    reqwest::get(url).await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn every_family_of_an_engine_is_exposed_with_its_type() {
    let server = Server::start();
    server.open([1]).await;
    let text = scrape(&server).await;
    let types: BTreeMap<_, _> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '))
        .collect();
    // What is alive is told by place, and nothing need be; stalls by route come with the first request that is looked at closely.
    let absent = [RUNTIME_LIVE_OBJECTS, REQUEST_ROUTE_STALL];
    let expected = CATALOG.iter().filter(|family| {
        matches!(family.owner, Owner::Engine | Owner::Target) && !absent.contains(family)
    });
    for family in expected {
        let kind = match family.kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram(_) => "histogram",
        };
        assert_eq!(types.get(family.name), Some(&kind), "{}", family.name);
    }
    let known: Vec<_> = CATALOG.iter().map(|family| family.name).collect();
    assert!(types.keys().all(|name| known.contains(name)), "{types:?}");
}

#[tokio::test]
async fn outcomes_are_counted() {
    let server = Server::start();
    server.open([1, 2]).await;
    server.mint(100, 1, "2.5").await;
    for (key, amount) in [(101, "1"), (101, "1"), (101, "2"), (102, "100"), (103, "0")] {
        server
            .post("/v1/transfers", transfer(key, 1, 2, amount))
            .await;
    }
    server.post("/v1/mints", mint(104, 9, "1")).await;
    server.post("/v1/mints", "no command").await;
    server.post("/v1/freezes", mint(105, 1, "0.5")).await;
    let held = transfer(106, 1, 2, "0.5");
    server.post("/v1/holds", held).await;
    server.post("/v1/batch", vec![0; 1024 * 1024 + 1]).await;
    let text = scrape(&server).await;
    for sample in [
        r#"token_transfer_total{chain="local",status="success"} 1"#,
        r#"token_transfer_total{chain="local",status="replayed"} 1"#,
        r#"token_transfer_total{chain="local",status="mismatch"} 1"#,
        r#"token_transfer_total{chain="local",status="insufficient"} 1"#,
        r#"token_transfer_total{chain="local",status="invalid"} 1"#,
        r#"token_shed_total{reason="too_large"} 1"#,
        r#"token_shed_total{reason="overloaded"} 0"#,
        r#"token_frozen_tokens{chain="local"} 0.5"#,
        r#"token_open_holds{chain="local"} 1"#,
        r#"token_queue_commands{queue="journal"} 0"#,
        r#"token_request_duration_seconds_count{surface="single"} 12"#,
        r#"token_request_duration_seconds_count{surface="batch"} 1"#,
        r#"token_request_duration_seconds_count{surface="admin"} 0"#,
        "token_commit_duration_seconds_count 8",
        "token_journal_group_commands_sum 8",
        r#"token_operation_total{chain="local",operation="open",status="success"} 2"#,
        r#"token_operation_total{chain="local",operation="mint",status="unknown"} 1"#,
        r#"token_duplicate_total{source="api",result="replayed"} 1"#,
        r#"token_duplicate_total{source="api",result="mismatch"} 1"#,
        r#"token_supply_tokens{chain="local"} 2.5"#,
        r#"http_requests_total{method="POST",route="/v1/transfers",code="200"} 2"#,
    ] {
        assert!(text.lines().any(|line| line == sample), "{sample}\n{text}");
    }
}
