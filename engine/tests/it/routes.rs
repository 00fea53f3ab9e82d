//! Every route, when all is well.

use crate::server::{Server, answer, id, mint, open, transfer};
use reqwest::{Method, StatusCode};
use serde_json::json;

#[tokio::test]
async fn an_account_is_opened_once() {
    let server = Server::start();
    let account = json!({"id": id(1), "balance": "0", "version": 1, "sequence": 1});
    let first = server.post("/v1/accounts", open(1)).await;
    assert_eq!(
        first,
        (
            StatusCode::CREATED,
            json!({"account": account, "replayed": false})
        )
    );
    server.mint(100, 1, "5").await;
    let again = server.post("/v1/accounts", open(1)).await;
    assert_eq!(
        again,
        (
            StatusCode::OK,
            json!({"account": account, "replayed": true})
        )
    );
}

#[tokio::test]
async fn a_mint_and_a_transfer_move_balances() {
    let server = Server::start();
    server.open([1, 2]).await;
    let (status, body) = server.post("/v1/mints", mint(100, 1, "12.50")).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        body,
        json!({"id": id(100), "status": "ok", "sequence": 3, "replayed": false})
    );
    for replayed in [false, true] {
        let (status, body) = server
            .post("/v1/transfers", transfer(101, 1, 2, "0.000000000000000001"))
            .await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(
            body,
            json!({"id": id(101), "status": "ok", "sequence": 4, "replayed": replayed})
        );
    }
    let (status, body) = server.get(&format!("/v1/accounts/{}", id(1))).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        body,
        json!({"id": id(1), "balance": "12.499999999999999999", "version": 3, "sequence": 4})
    );
}

#[tokio::test]
async fn the_key_may_come_in_the_header() {
    let server = Server::start();
    server.open([1, 2]).await;
    server.mint(100, 1, "1").await;
    let body = format!(
        r#"{{"debit":"{}","credit":"{}","amount":"1"}}"#,
        id(1),
        id(2)
    );
    for (key, replayed) in [(id(101), false), (format!("\"{}\"", id(101)), true)] {
        let request = server
            .request(Method::POST, "/v1/transfers")
            .header("Idempotency-Key", key);
        let (status, answer) = answer(request.body(body.clone())).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(answer["replayed"], replayed);
        assert_eq!(answer["id"], id(101));
    }
    let request = server
        .request(Method::POST, "/v1/accounts")
        .header("Idempotency-Key", id(7));
    let (status, answer) = answer(request.body(open(3))).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    assert_eq!(answer["account"]["id"], id(3));
    let (_, entry) = server.get(&format!("/v1/transfers/{}", id(7))).await;
    assert_eq!(entry["kind"], "open");
}

#[tokio::test]
async fn accounts_come_in_pages_in_order_of_id() {
    let server = Server::start();
    server.open([3, 1, 2]).await;
    let (_, first) = server.get("/v1/accounts?limit=2").await;
    assert_eq!(first["accounts"][0]["id"], id(1));
    assert_eq!(first["accounts"][1]["id"], id(2));
    assert_eq!(first["next"], id(2));
    let (_, second) = server
        .get(&format!("/v1/accounts?after={}&limit=2", id(2)))
        .await;
    assert_eq!(
        second,
        json!({"accounts": [{"id": id(3), "balance": "0", "version": 1, "sequence": 1}], "next": null})
    );
}

#[tokio::test]
async fn a_statement_shows_the_newest_first_with_the_balance_after_each() {
    let server = Server::start();
    server.open([1, 2]).await;
    server.mint(100, 1, "10").await;
    server.post("/v1/transfers", transfer(101, 1, 2, "3")).await;
    server
        .post("/v1/transfers", transfer(102, 1, 2, "100"))
        .await;
    let path = format!("/v1/accounts/{}/statement", id(1));
    let sent = json!({
        "sequence": 4, "id": id(101), "kind": "transfer", "debit": id(1), "credit": id(2), "amount": "3", "balance": "7",
    });
    let minted = json!({
        "sequence": 3, "id": id(100), "kind": "mint", "debit": null, "credit": id(1), "amount": "10", "balance": "10",
    });
    let (_, whole) = server.get(&path).await;
    assert_eq!(whole, json!({"entries": [sent, minted], "next": null}));
    let (_, first) = server.get(&format!("{path}?limit=1")).await;
    assert_eq!(first, json!({"entries": [sent], "next": 4}));
    let (_, second) = server.get(&format!("{path}?limit=1&before=4")).await;
    assert_eq!(second, json!({"entries": [minted], "next": null}));
}

#[tokio::test]
async fn the_journal_and_the_outcome_of_a_key_show_refusals_too() {
    let server = Server::start();
    server.open([1, 2]).await;
    server.post("/v1/transfers", transfer(101, 1, 2, "3")).await;
    let opened = json!({
        "sequence": 2, "id": id(2), "kind": "open", "debit": id(2), "credit": null, "amount": null, "status": "ok",
    });
    let refused = json!({
        "sequence": 3, "id": id(101), "kind": "transfer", "debit": id(1), "credit": id(2), "amount": "3",
        "status": "insufficient_available",
    });
    let (_, page) = server.get("/v1/journal?from=2").await;
    assert_eq!(page, json!({"entries": [opened, refused], "next": null}));
    let (_, page) = server.get("/v1/journal?limit=2").await;
    assert_eq!(page["next"], 3);
    let outcome = server.get(&format!("/v1/transfers/{}", id(101))).await;
    assert_eq!(outcome, (StatusCode::OK, refused));
}

#[tokio::test]
async fn totals_are_exact() {
    let server = Server::start();
    let (_, empty) = server.get("/v1/audit/totals").await;
    let none = json!({"token": 1, "name": "Reference Token", "symbol": "REF", "supply": "0",
        "cap": "999999999999999999.999999999999999999", "sum_of_balances": "0", "sum_of_frozen": "0", "sum_of_held": "0",
        "minted": "0", "burned": "0", "accounts": 0, "open_holds": 0, "paused": false});
    assert_eq!(
        empty,
        json!({"accounts": 0, "supply": "0", "sum_of_balances": "0", "minted": "0", "burned": "0", "mints": 0,
            "transfers": 0, "refused": 0, "sequence": 0, "tokens": [none]})
    );
    server.open([1, 2]).await;
    server
        .mint(100, 1, "999999999999999999.999999999999999999")
        .await;
    server.post("/v1/transfers", transfer(101, 1, 2, "3")).await;
    server.post("/v1/transfers", transfer(102, 2, 1, "4")).await;
    let all = "999999999999999999.999999999999999999";
    let (_, totals) = server.get("/v1/audit/totals").await;
    for (name, expected) in [
        ("accounts", json!(2)),
        ("supply", json!(all)),
        ("sum_of_balances", json!(all)),
        ("minted", json!(all)),
        ("burned", json!("0")),
        ("mints", json!(1)),
        ("transfers", json!(1)),
        ("refused", json!(1)),
        ("sequence", json!(5)),
    ] {
        assert_eq!(totals[name], expected, "{name}");
    }
    assert_eq!(totals["tokens"][0]["sum_of_balances"], all);
}

#[tokio::test]
async fn info_says_what_runs_and_how_it_is_kept() {
    let server = Server::start();
    let (status, info) = server.get("/v1/info").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(info["name"], "engine");
    assert_eq!(info["durability"], "group");
    assert_eq!(info["limits"]["entries"], 50_000_000);
    assert_eq!(info["limits"]["body_bytes"], 65_536);
    assert_eq!(info["limits"]["page"]["journal"], 10_000);
}

#[tokio::test]
async fn both_listeners_are_healthy() {
    let server = Server::start();
    assert_eq!(
        server.get("/healthz").await,
        (StatusCode::OK, json!({"status": "ok"}))
    );
    let admin = reqwest::get(format!("http://{}/healthz", server.admin))
        .await
        .unwrap();
    assert_eq!(admin.status(), StatusCode::OK);
}
