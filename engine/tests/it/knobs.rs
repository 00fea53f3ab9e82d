//! The knobs from outside: each has its effect, is shown, and leaves outcomes as they are.

use crate::child::{Folder, Running, output};
use crate::server::{Server, id, mint, options, transfer};
use engine::Options;
use engine::executor::balances::Balances;
use engine::ledger::{AccountId, Command, CommandId, CommandRecord};
use engine::switches::{Pool, Switches};
use reqwest::StatusCode;
use std::sync::Arc;

const RAW: &str = "application/octet-stream";
const PROTOBUF: &str = "application/x-protobuf";

fn with(switches: Switches) -> Options {
    Options {
        switches,
        ..options()
    }
}

fn switched(name: &str, value: &str) -> Switches {
    let mut switches = Switches::default();
    switches.set(name, value).unwrap();
    switches
}

async fn metrics(server: &Server) -> String {
    let url = format!("http://{}/metrics", server.admin);
    reqwest::get(url).await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn every_way_to_keep_balances_answers_the_same_and_survives_a_change_of_ways() {
    let folder = Folder::new();
    let mut totals = None;
    for (round, balances) in (0_u128..).zip(Balances::ALL) {
        let server = Server::start_with(Options {
            data: Some(folder.path().to_owned()),
            ..with(switched("balances", balances.name()))
        });
        if round == 0 {
            server.open(1..=8).await;
            for account in 1..=8 {
                server.mint(100 + account, account, "50").await;
            }
        } else {
            let (_, after) = server.get("/v1/audit/totals").await;
            assert_eq!(
                Some(after),
                totals,
                "{balances:?} reads what the way before it wrote"
            );
        }
        let server = Arc::new(server);
        let callers: Vec<_> = (0..8_u128)
            .map(|caller| {
                let server = Arc::clone(&server);
                tokio::spawn(async move {
                    let mut accepted = 0;
                    for step in 0..20 {
                        let key = 10_000 * (round + 1) + 100 * caller + step;
                        let (from, to) = ((caller + step) % 8 + 1, (caller + 3 * step + 1) % 8 + 1);
                        let to = if from == to { to % 8 + 1 } else { to };
                        let body = transfer(key, from, to, "7");
                        let (status, first) = server.post("/v1/transfers", body.clone()).await;
                        let (again, second) = server.post("/v1/transfers", body).await;
                        assert_eq!((status, &first["sequence"]), (again, &second["sequence"]));
                        accepted += u32::from(status == StatusCode::OK);
                        assert!(
                            status == StatusCode::OK || status == StatusCode::UNPROCESSABLE_ENTITY
                        );
                    }
                    accepted
                })
            })
            .collect();
        let mut accepted = 0;
        for caller in callers {
            accepted += caller.await.unwrap();
        }
        assert!(accepted > 0, "{balances:?}");
        let server = Arc::into_inner(server).unwrap();
        let (_, now) = server.get("/v1/audit/totals").await;
        assert_eq!(now["tokens"][0]["supply"], "400", "{now}");
        assert_eq!(now["tokens"][0]["sum_of_balances"], "400", "{now}");
        totals = Some(now);
        let (_, info) = server.get("/v1/info").await;
        assert_eq!(info["executor"], balances.name());
        server.join().unwrap();
    }
    assert!(output(&["verify", folder.text()]).status.success());
}

#[tokio::test]
async fn mints_go_through_the_pool_and_come_out_the_same() {
    let mut switches = switched("minting", "pool:3");
    switches.set("mint-work", "cpu:50us").unwrap();
    let server = Server::start_with(with(switches));
    server.open([1, 2]).await;
    for key in 0..20 {
        server.mint(100 + key, key % 2 + 1, "1").await;
    }
    let (status, body) = server.post("/v1/mints", mint(100, 1, "1")).await;
    assert_eq!((status, &body["replayed"]), (StatusCode::OK, &true.into()));
    let (status, _) = server.post("/v1/mints", mint(500, 9, "1")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (_, info) = server.get("/v1/info").await;
    assert_eq!(info["switches"]["minting"], "pool:3");
    assert_eq!(info["switches"]["mint-work"], "cpu:50us");
    let queue = r#"token_queue_commands{queue="minting"} 0"#;
    assert!(metrics(&server).await.lines().any(|line| line == queue));
}

#[tokio::test]
async fn a_form_that_is_not_read_is_415_and_says_what_is() {
    let server = Server::start_with(with(switched("codec", "view,raw")));
    let (status, body) = server.post("/v1/transfers", transfer(1, 1, 2, "1")).await;
    assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(
        body["detail"].as_str().unwrap().contains("view,raw"),
        "{body}"
    );
    let open = Command::open(CommandId::new(1), AccountId::new(1));
    let record = CommandRecord::new(&open).bytes().to_vec();
    assert_eq!(
        server.send("/v1/batch", RAW, record).await.0,
        StatusCode::OK
    );
    // Field 1 of the batch is a command with its id, its kind and its account.
    let number = |field: u8, value: u8| [vec![field << 3 | 2, 16, value], vec![0; 15]].concat();
    let command = [number(1, 2), vec![2 << 3, 1], number(3, 2)].concat();
    let batch = [vec![1 << 3 | 2, command.len() as u8], command].concat();
    assert_eq!(
        server.send("/v1/batch", PROTOBUF, batch.clone()).await.0,
        StatusCode::OK
    );
    assert_eq!(
        server.get(&format!("/v1/accounts/{}", id(2))).await.0,
        StatusCode::OK
    );

    let server = Server::start_with(with(switched("codec", "json")));
    for (form, body) in [(RAW, vec![0; 128]), (PROTOBUF, batch)] {
        let request = server
            .request(reqwest::Method::POST, "/v1/batch")
            .header("content-type", form);
        let (status, body) = crate::server::answer(request.body(body)).await;
        assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{body}");
    }
}

#[tokio::test]
async fn the_pool_counts_hits_and_misses_only_while_it_is_on() {
    for (pool, hits, misses) in [(Pool::On, 4, 1), (Pool::Off, 0, 0)] {
        let server = Server::start_with(with(switched("pool", pool.name())));
        let open = |number| Command::open(CommandId::new(number), AccountId::new(number));
        for batch in 0..5_u128 {
            let records = (1..=10).map(|at| CommandRecord::new(&open(10 * batch + at)));
            let body: Vec<u8> = records.flat_map(|record| record.bytes().to_vec()).collect();
            let (status, _) = server.send("/v1/batch", RAW, body).await;
            assert_eq!(status, StatusCode::OK);
        }
        let text = metrics(&server).await;
        for list in ["commands", "outcomes"] {
            for (result, count) in [("hit", hits), ("miss", misses)] {
                let sample =
                    format!(r#"runtime_pool_total{{pool="{list}",result="{result}"}} {count}"#);
                assert!(
                    text.lines().any(|line| line == sample),
                    "{pool:?} {sample}\n{text}"
                );
            }
        }
    }
}

#[tokio::test]
async fn every_switch_is_in_the_metrics_in_info_and_in_the_start_line() {
    let flags = [
        "--balances",
        "sharded",
        "--minting",
        "single",
        "--pool",
        "off",
        "--codec",
        "json,raw",
    ];
    let flags = [&flags[..], &["--admin", "127.0.0.1:0", "--journal", "none"]].concat();
    let mut child = Running::spawn(&flags);
    let line = child.line("switches ");
    child.url = child.line("serving ");
    let admin = child.line("operations ");
    let text = reqwest::get(format!("{admin}/metrics"))
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let info: serde_json::Value = {
        let text = reqwest::get(format!("{}/v1/info", child.url))
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        serde_json::from_str(&text).unwrap()
    };
    for (switch, value) in [
        ("balances", "sharded"),
        ("minting", "pool:1"),
        ("mint-work", "none"),
        ("codec", "json,raw"),
        ("pool", "off"),
        ("allocator", "system"),
    ] {
        let sample = format!(r#"runtime_switch_info{{switch="{switch}",value="{value}"}} 1"#);
        assert!(text.lines().any(|line| line == sample), "{sample}\n{text}");
        assert_eq!(info["switches"][switch], value);
        assert!(line.contains(&format!("{switch}={value}")), "{line}");
    }
    assert!(text.contains(r#"runtime_switch_info{switch="journal",value="none"} 1"#));
    assert_eq!(child.end("-TERM").code(), Some(0));
}

#[test]
fn another_allocator_is_refused_and_the_feature_is_named() {
    let output = output(&["serve", "--allocator", "mimalloc"]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.starts_with("error: --allocator is \"mimalloc\""),
        "{text}"
    );
    assert!(text.contains("--features mimalloc"), "{text}");
}

#[test]
fn a_lab_prints_lines_or_json() {
    let text = |args: &[&str]| {
        let output = output(args);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let lines = text(&["lab", "codec", "--count", "50", "--seed", "3"]);
    assert!(
        lines.starts_with("lab codec: ") && lines.contains("(article "),
        "{lines}"
    );
    // What the library's own tests cannot see: they have no allocator that counts.
    let reused = lines
        .lines()
        .find(|line| line.starts_with("write protobuf, reused"))
        .unwrap();
    assert!(reused.contains(" 0 allocations/message"), "{reused}");
    let json: serde_json::Value =
        serde_json::from_str(&text(&["lab", "pool", "--count", "100", "--json"])).unwrap();
    assert_eq!(json["lab"], "pool");
    let pooled = &json["rows"][1]["figures"];
    assert_eq!(pooled[0]["article"], 14.0);
    // The one that it began with.
    assert!(pooled[1]["ours"].as_f64().unwrap() < 0.1, "{json}");
}
