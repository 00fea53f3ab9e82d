//! Every kind of command by its route.

use crate::server::{Server, answer, id, open, transfer};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// Accounts 1 and 2, of which 1 owns 10.
async fn funded() -> Server {
    let server = Server::start();
    server.open([1, 2]).await;
    server.mint(100, 1, "10").await;
    server
}

async fn account(server: &Server, number: u128) -> Value {
    server.get(&format!("/v1/accounts/{}", id(number))).await.1
}

async fn ok(server: &Server, path: &str, body: Value) {
    let (status, body) = server.post(path, body.to_string()).await;
    assert_eq!(
        (status, &body["status"]),
        (StatusCode::OK, &json!("ok")),
        "{path} {body}"
    );
}

#[tokio::test]
async fn burns_freezes_and_thaws_change_the_parts_of_a_balance() {
    let server = funded().await;
    ok(
        &server,
        "/v1/burns",
        json!({"id": id(101), "account": id(1), "amount": "1"}),
    )
    .await;
    ok(
        &server,
        "/v1/freezes",
        json!({"id": id(102), "account": id(1), "amount": "6"}),
    )
    .await;
    let shown = account(&server, 1).await;
    assert_eq!(
        (&shown["balance"], &shown["frozen"], &shown["available"]),
        (&json!("9"), &json!("6"), &json!("3"))
    );
    let (status, refused) = server.post("/v1/transfers", transfer(103, 1, 2, "4")).await;
    assert_eq!(
        (status.as_u16(), &refused["name"]),
        (422, &json!("insufficient_available"))
    );
    assert_eq!(
        (&refused["status"], &refused["number"], &refused["sequence"]),
        (&json!(422), &json!(73), &json!(6))
    );
    ok(
        &server,
        "/v1/unfreezes",
        json!({"id": id(104), "account": id(1), "amount": "2"}),
    )
    .await;
    ok(
        &server,
        "/v1/burns",
        json!({"id": id(105), "account": id(1), "amount": "4", "from_frozen": true}),
    )
    .await;
    ok(
        &server,
        "/v1/freezes",
        json!({"id": id(106), "account": id(1), "whole": true}),
    )
    .await;
    let shown = account(&server, 1).await;
    assert_eq!(
        (&shown["balance"], &shown["frozen"], &shown["state"]),
        (&json!("5"), &Value::Null, &json!("frozen"))
    );
    let (status, refused) = server.post("/v1/transfers", transfer(107, 1, 2, "1")).await;
    assert_eq!(
        (status.as_u16(), &refused["name"]),
        (403, &json!("debit_frozen"))
    );
    let (_, totals) = server.get("/v1/audit/totals").await;
    assert_eq!(
        (&totals["supply"], &totals["minted"], &totals["burned"]),
        (&json!("5"), &json!("10"), &json!("5"))
    );
}

#[tokio::test]
async fn an_allowance_lets_a_spender_move_units() {
    let server = funded().await;
    let approve =
        json!({"id": id(101), "owner": id(1), "spender": id(2), "amount": "3", "expected": "0"});
    ok(&server, "/v1/allowances", approve).await;
    let moved =
        json!({"id": id(102), "spender": id(2), "debit": id(1), "credit": id(2), "amount": "2"});
    ok(&server, "/v1/transfers", moved).await;
    let path = format!("/v1/allowances?owner={}&spender={}", id(1), id(2));
    let (_, left) = server.get(&path).await;
    assert_eq!(
        (&left["amount"], &left["unlimited"]),
        (&json!("1"), &json!(false))
    );
    let more =
        json!({"id": id(103), "spender": id(2), "debit": id(1), "credit": id(2), "amount": "2"});
    let (_, refused) = server.post("/v1/transfers", more.to_string()).await;
    assert_eq!(refused["name"], "allowance_exceeded");
    let stale = json!({"id": id(104), "owner": id(1), "spender": id(2), "unlimited": true, "expected": "3"});
    let (status, refused) = server.post("/v1/allowances", stale.to_string()).await;
    assert_eq!(
        (status.as_u16(), &refused["name"]),
        (409, &json!("allowance_conflict"))
    );
    let (_, entry) = server.get(&format!("/v1/transfers/{}", id(102))).await;
    assert_eq!(
        (&entry["kind"], &entry["spender"]),
        (&json!("transfer_from"), &json!(id(2)))
    );
}

#[tokio::test]
async fn a_hold_is_posted_in_part_or_voided_once() {
    let server = funded().await;
    for (key, amount) in [(101, "4"), (102, "5")] {
        let body = json!({"id": id(key), "debit": id(1), "credit": id(2), "amount": amount, "timeout_s": 3600});
        ok(&server, "/v1/holds", body).await;
    }
    assert_eq!(account(&server, 1).await["available"], "1");
    let post = format!("/v1/holds/{}/post", id(101));
    ok(&server, &post, json!({"id": id(103), "amount": "3"})).await;
    let void = format!("/v1/holds/{}/void", id(102));
    ok(&server, &void, json!({"id": id(104)})).await;
    let (status, refused) = server.post(&void, json!({"id": id(105)}).to_string()).await;
    assert_eq!(
        (status.as_u16(), &refused["name"]),
        (409, &json!("hold_voided"))
    );
    let (_, posted) = server.get(&format!("/v1/holds/{}", id(101))).await;
    assert_eq!(
        (&posted["state"], &posted["amount"]),
        (&json!("posted"), &json!("4"))
    );
    let (status, _) = server.get(&format!("/v1/holds/{}", id(9))).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (one, two) = (account(&server, 1).await, account(&server, 2).await);
    assert_eq!(
        (&one["balance"], &one["held"], &two["balance"]),
        (&json!("7"), &Value::Null, &json!("3"))
    );
}

#[tokio::test]
async fn any_kind_goes_by_its_name() {
    let server = funded().await;
    ok(
        &server,
        "/v1/commands",
        json!({"kind": "pause", "id": id(101)}),
    )
    .await;
    let (status, refused) = server.post("/v1/transfers", transfer(102, 1, 2, "1")).await;
    assert_eq!(
        (status.as_u16(), &refused["name"]),
        (403, &json!("token_paused"))
    );
    ok(
        &server,
        "/v1/commands",
        json!({"kind": "unpause", "id": id(103)}),
    )
    .await;
    ok(
        &server,
        "/v1/commands",
        json!({"kind": "close", "id": id(104), "account": id(2)}),
    )
    .await;
    assert_eq!(account(&server, 2).await["state"], "closed");
    let stale = json!({"kind": "transfer", "id": id(105), "debit": id(1), "credit": id(2), "amount": "1", "token": 9});
    let (status, refused) = server.post("/v1/commands", stale.to_string()).await;
    assert_eq!(
        (status.as_u16(), &refused["name"]),
        (404, &json!("token_unknown"))
    );
    let whole = json!({"kind": "freeze", "id": id(106), "account": id(1), "amount": "0"});
    let (status, refused) = server.post("/v1/commands", whole.to_string()).await;
    assert_eq!(
        (status.as_u16(), &refused["name"], &refused["field"]),
        (400, &json!("amount_zero"), &json!("amount"))
    );
}

#[tokio::test]
async fn level_and_jurisdiction_are_set_by_path() {
    let server = Server::start();
    server.post("/v1/accounts", open(1)).await;
    let path = format!("/v1/accounts/{}/kyc", id(1));
    let body = json!({"id": id(101), "kyc_level": 2, "jurisdiction": "DE", "expected_version": 1});
    let (status, _) = server.put(&path, body.to_string()).await;
    assert_eq!(status, StatusCode::OK);
    let shown = account(&server, 1).await;
    assert_eq!(
        (
            &shown["kyc_level"],
            &shown["jurisdiction"],
            &shown["version"]
        ),
        (&json!(2), &json!("DE"), &json!(2))
    );
    let body = json!({"id": id(102), "kyc_level": 3, "expected_version": 1});
    let (status, refused) = server.put(&path, body.to_string()).await;
    assert_eq!(
        (status.as_u16(), &refused["name"]),
        (409, &json!("version_conflict"))
    );
}

#[tokio::test]
async fn a_deadline_in_the_head_must_be_a_number_and_a_past_one_in_the_body_is_late() {
    let server = funded().await;
    let request = server
        .request(Method::POST, "/v1/transfers")
        .header("Request-Timeout-Ms", "60000");
    let (status, _) = answer(request.body(transfer(101, 1, 2, "1"))).await;
    assert_eq!(status, StatusCode::OK);
    for value in ["0", "-1", "soon"] {
        let request = server
            .request(Method::POST, "/v1/transfers")
            .header("Request-Timeout-Ms", value);
        let (_, refused) = answer(request.body(transfer(102, 1, 2, "1"))).await;
        assert_eq!(refused["name"], "request_timeout_malformed", "{value}");
    }
    let late =
        json!({"id": id(102), "debit": id(1), "credit": id(2), "amount": "1", "deadline_ms": 1});
    let (status, refused) = server.post("/v1/transfers", late.to_string()).await;
    assert_eq!(
        (status.as_u16(), &refused["name"]),
        (503, &json!("late_in_queue"))
    );
    // It was not recorded, so the same key may be used again.
    let (status, _) = server.post("/v1/transfers", transfer(102, 1, 2, "1")).await;
    assert_eq!(status, StatusCode::OK);
}
