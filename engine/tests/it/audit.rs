//! The audit log, and commands that operators sign.

use crate::child::{Folder, Running, engine, output};
use crate::server::{Server, answer, id, mint, open, options};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::amount::Amount;
use engine::evidence::SigningKey;
use engine::ledger::{AccountId, Command, CommandId, CommandRecord};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

fn freeze(key: u128, account: u128) -> String {
    json!({"id": id(key), "account": id(account), "amount": "1"}).to_string()
}

#[tokio::test]
async fn the_log_tells_who_did_what_and_survives_a_kill() {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.path()).unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (data, log) = (path("journal"), path("audit.ndjson"));
    let args = [
        "--data",
        &data,
        "--audit-log",
        &log,
        "--operator-token",
        "secret",
        "--operator-name",
        "alice",
    ];
    let client = Client::builder().no_proxy().build().unwrap();
    let send = async |child: &Running, path: &str, body: String| {
        let request = client
            .post(format!("{}{path}", child.url))
            .bearer_auth("secret");
        let request = request.header("Operator-Proof", "idp:42").header(
            "traceparent",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        );
        assert!(
            request
                .body(body)
                .send()
                .await
                .unwrap()
                .status()
                .is_success()
        );
    };
    let child = Running::start(&args);
    let account = json!({"id": id(1), "kyc_level": 2, "jurisdiction": "DE"}).to_string();
    send(&child, "/v1/accounts", account).await;
    send(&child, "/v1/mints", mint(100, 1, "5")).await;
    send(&child, "/v1/freezes", freeze(101, 1)).await;
    assert_eq!(child.end("-KILL").code(), None);
    // Whatever was written before the kill, a start and an orderly end make it whole.
    let child = Running::start(&args);
    send(&child, "/v1/freezes", freeze(102, 1)).await;
    let info = client.get(format!("{}/v1/info", child.url)).send().await;
    let info: Value = info.unwrap().json().await.unwrap();
    assert_eq!(info["audit"]["file"], log);
    assert_eq!(info["audit"]["problem"], Value::Null);
    assert_eq!(child.end("-TERM").code(), Some(0));
    let written = std::fs::read_to_string(&log).unwrap();
    let lines: Vec<Value> = written
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 4);
    for (line, kind) in lines.iter().zip(["open", "mint", "freeze", "freeze"]) {
        for (name, expected) in [
            ("kind", json!(kind)),
            ("status", json!("ok")),
            ("operator", json!("alice")),
            ("operator_ip", json!("127.0.0.1")),
            ("operator_proof", json!("idp:42")),
            ("trace_id", json!("0af7651916cd43dd8448eb211c80319c")),
            ("kyc_level", json!(2)),
            ("regulatory_jurisdiction", json!("DE")),
        ] {
            assert_eq!(line[name], expected, "{line}");
        }
        assert!(
            line["tx_hash"]
                .as_str()
                .is_some_and(|hash| hash.len() == 66)
        );
    }
    std::fs::remove_file(&log).unwrap();
    assert_eq!(Running::start(&args).end("-TERM").code(), Some(0));
    assert_eq!(std::fs::read_to_string(&log).unwrap(), written);
}

#[test]
fn a_log_that_cannot_be_is_said_at_the_start() {
    let serve = ["serve", "--listen", "127.0.0.1:0", "--audit-log"];
    for (rest, complaint) in [
        (
            &["/nowhere/audit.ndjson"][..],
            "error: cannot open the audit log /nowhere/audit.ndjson",
        ),
        (
            &["/tmp/never", "--journal", "none"],
            "error: the audit log is written from the journal",
        ),
    ] {
        let output = output(&[&serve[..], rest].concat());
        assert_eq!(output.status.code(), Some(1));
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.starts_with(complaint), "{text}");
    }
    assert!(engine(&["--help"]).status().unwrap().success());
}

fn key() -> SigningKey {
    SigningKey::new(&[3; 32])
}

fn signing_server() -> Server {
    Server::start_with(engine::Options {
        operator_token: Some("secret".to_owned()),
        operator_key: Some(key().public()),
        ..options()
    })
}

/// Signs the 128-byte record of a command, as an operator's tool does.
fn signed(request: RequestBuilder, command: &Command) -> RequestBuilder {
    let signature = key().sign(CommandRecord::new(command).bytes());
    let request = request.bearer_auth("secret");
    request.header("Operator-Signature", STANDARD.encode(signature))
}

fn name(refused: &(StatusCode, Value)) -> (u16, &str) {
    (refused.0.as_u16(), refused.1["name"].as_str().unwrap())
}

#[tokio::test]
async fn with_a_key_operators_sign_what_they_do() {
    let server = signing_server();
    let account = AccountId::new(1);
    let opening = Command::open(CommandId::new(1), account);
    let post = |path: &str| server.request(Method::POST, path);
    let unsigned = post("/v1/accounts").bearer_auth("secret").body(open(1));
    assert_eq!(name(&answer(unsigned).await), (401, "signature_missing"));
    let malformed = post("/v1/accounts")
        .bearer_auth("secret")
        .header("Operator-Signature", "AAAA");
    assert_eq!(
        name(&answer(malformed.body(open(1))).await),
        (400, "signature_malformed")
    );
    let other = signed(post("/v1/accounts"), &opening).body(open(2));
    assert_eq!(name(&answer(other).await), (401, "signature_wrong"));
    let right = signed(post("/v1/accounts"), &opening).body(open(1));
    assert_eq!(answer(right).await.0, StatusCode::CREATED);
    let command = Command::mint(CommandId::new(100), account, Amount::parse("5").unwrap());
    // The record is signed as it is; what the head says about time is not in it.
    let minted = signed(post("/v1/mints"), &command).header("Request-Timeout-Ms", "60000");
    assert_eq!(
        answer(minted.body(mint(100, 1, "5"))).await.0,
        StatusCode::OK
    );
    let (status, lines) = answer(post("/v1/batch").bearer_auth("secret").body(format!(
        r#"[{{"kind":"freeze","id":"{}","account":"{}","amount":"1"}}]"#,
        id(101),
        id(1)
    )))
    .await;
    assert_eq!(
        (status, &lines[0]["status"]),
        (StatusCode::OK, &json!("role_denied"))
    );
}
