//! Operators show a token once the engine has one.

use crate::server::{Server, answer, id, mint, open, options, transfer};
use reqwest::{Method, StatusCode};

fn guarded() -> Server {
    let operator_token = Some("secret".to_owned());
    Server::start_with(engine::Options {
        operator_token,
        ..options()
    })
}

async fn send(
    server: &Server,
    path: &str,
    token: Option<&str>,
    body: String,
) -> (StatusCode, serde_json::Value) {
    let request = server.request(Method::POST, path);
    let request = match token {
        Some(token) => request.header("Authorization", format!("Bearer {token}")),
        None => request,
    };
    answer(request.body(body)).await
}

#[tokio::test]
async fn only_an_operator_opens_mints_and_freezes_and_a_holder_transfers() {
    let server = guarded();
    let operator = Some("secret");
    for (account, token, expected) in [
        (1, operator, 201),
        (2, operator, 201),
        (3, None, 401),
        (3, Some("secreT"), 401),
    ] {
        let (status, body) = send(&server, "/v1/accounts", token, open(account)).await;
        assert_eq!(status.as_u16(), expected, "{body}");
    }
    let (status, refused) = send(&server, "/v1/mints", None, mint(100, 1, "5")).await;
    assert_eq!(
        (status.as_u16(), &refused["name"]),
        (401, &"role_denied".into())
    );
    let (status, _) = send(&server, "/v1/mints", operator, mint(100, 1, "5")).await;
    assert_eq!(status, StatusCode::OK);
    let (status, _) = send(&server, "/v1/transfers", None, transfer(101, 1, 2, "1")).await;
    assert_eq!(status, StatusCode::OK);
    let (status, refused) = send(
        &server,
        "/v1/transfers",
        Some("wrong"),
        transfer(102, 1, 2, "1"),
    )
    .await;
    assert_eq!(
        (status.as_u16(), &refused["name"]),
        (401, &"unauthorized".into())
    );
}

#[tokio::test]
async fn in_a_batch_only_the_commands_that_need_an_operator_are_denied() {
    let server = guarded();
    send(&server, "/v1/accounts", Some("secret"), open(1)).await;
    let body = format!(
        r#"[{{"kind":"mint","id":"{0}","account":"{1}","amount":"1"}},{{"kind":"transfer","id":"{2}","debit":"{1}","credit":"{3}","amount":"1"}}]"#,
        id(101),
        id(1),
        id(102),
        id(2),
    );
    let (status, lines) = send(&server, "/v1/batch", None, body).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(lines[0]["status"], "role_denied");
    assert_eq!(lines[1]["status"], "credit_unknown");
}

/// What takes an operator, on every path that leads to it: without the token 401, with it anything else.
#[tokio::test]
async fn every_way_to_an_operators_deed_asks_for_the_token() {
    let server = guarded();
    send(&server, "/v1/accounts", Some("secret"), open(1)).await;
    let one =
        |key: u128, more: &str| format!(r#"{{"id":"{}","account":"{}"{more}}}"#, id(key), id(1));
    let of_kind = |key, kind: &str, more: &str| one(key, &format!(r#","kind":"{kind}"{more}"#));
    let amount = r#","amount":"1""#;
    let pause = |key, kind: &str| format!(r#"{{"id":"{}","kind":"{kind}"}}"#, id(key));
    let airdrop = format!(
        r#"{{"id":"{}","source":"{}","each":"1","to":[{{"account":"{}"}}]}}"#,
        id(60),
        id(1),
        id(2)
    );
    let level = r#","kyc_level":1"#;
    for (path, body) in [
        ("/v1/accounts", open(2)),
        ("/v1/mints", one(10, amount)),
        ("/v1/freezes", one(11, amount)),
        ("/v1/freezes", one(12, r#","whole":true"#)),
        ("/v1/unfreezes", one(13, amount)),
        ("/v1/burns", one(14, r#","amount":"1","from_frozen":true"#)),
        ("/v1/airdrops", airdrop),
        ("/v1/commands", of_kind(20, "open", "")),
        ("/v1/commands", of_kind(21, "mint", amount)),
        ("/v1/commands", of_kind(22, "freeze", amount)),
        ("/v1/commands", of_kind(23, "unfreeze", amount)),
        ("/v1/commands", of_kind(24, "set_kyc", level)),
        ("/v1/commands", of_kind(25, "close", "")),
        ("/v1/commands", pause(26, "pause")),
        ("/v1/commands", pause(27, "unpause")),
    ] {
        let (status, answer) = send(&server, path, None, body.clone()).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{path} {body}: {answer}");
        let (status, answer) = send(&server, path, Some("secre"), body.clone()).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{path} {body}: {answer}");
        let (status, _) = send(&server, path, Some("secret"), body).await;
        assert_ne!(status, StatusCode::UNAUTHORIZED, "{path}");
    }
    let kyc = format!("/v1/accounts/{}/kyc", id(1));
    let body = format!(r#"{{"id":"{}"{level}}}"#, id(70));
    let put = |scheme: &str| {
        let request = server.request(Method::PUT, &kyc).body(body.clone());
        request.header("Authorization", format!("{scheme} secret"))
    };
    let without = server.request(Method::PUT, &kyc).body(body.clone());
    assert_eq!(answer(without).await.0, StatusCode::UNAUTHORIZED);
    // The scheme's case is nobody's secret.
    assert_eq!(answer(put("bearer")).await.0, StatusCode::OK);
}
