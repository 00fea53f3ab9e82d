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
