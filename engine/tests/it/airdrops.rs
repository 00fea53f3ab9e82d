//! Airdrops: everybody gets what is due, and the rest goes back.

use crate::server::{Server, id};
use reqwest::StatusCode;
use serde_json::json;

#[tokio::test]
async fn what_a_receiver_refuses_goes_back_and_a_repeated_request_changes_nothing() {
    let server = Server::start();
    server.open([1, 2, 3]).await;
    server.mint(100, 1, "100").await;
    let to = json!([{"account": id(2), "amount": "10"}, {"account": id(9), "amount": "20"}, {"account": id(3), "amount": "30"}]);
    let body = json!({"id": id(500), "source": id(1), "to": to}).to_string();
    let (status, first) = server.post("/v1/airdrops", body.clone()).await;
    assert_eq!(status, StatusCode::OK, "{first}");
    assert_eq!(
        (
            &first["total"],
            &first["delivered"],
            &first["refused"],
            &first["returned"]
        ),
        (&json!("60"), &json!(2), &json!(1), &json!("20"))
    );
    let (_, second) = server.post("/v1/airdrops", body).await;
    assert_eq!(second, first);
    for (number, balance) in [(1, "60"), (2, "10"), (3, "30")] {
        let (_, account) = server.get(&format!("/v1/accounts/{}", id(number))).await;
        assert_eq!(account["balance"], balance);
    }
    let (_, state) = server.get(&format!("/v1/airdrops/{}", id(500))).await;
    assert_eq!(
        (&state["total"], &state["undelivered"]),
        (&json!("60"), &json!("0"))
    );
    let (status, _) = server.get(&format!("/v1/airdrops/{}", id(501))).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn weights_divide_a_total_without_losing_a_unit() {
    let server = Server::start();
    server.open(1..=2000).await;
    server.mint(5000, 1, "100").await;
    let to: Vec<_> = (2..=2000)
        .map(|number| json!({"account": id(number), "weight": number}))
        .collect();
    let body = json!({"id": id(6000), "source": id(1), "total": "100", "to": to});
    let (status, done) = server.post("/v1/airdrops", body.to_string()).await;
    assert_eq!(
        (status, &done["delivered"]),
        (StatusCode::OK, &json!(1999)),
        "{done}"
    );
    let (_, totals) = server.get("/v1/audit/totals").await;
    assert_eq!(totals["sum_of_balances"], "100");
    let (_, source) = server.get(&format!("/v1/accounts/{}", id(1))).await;
    assert_eq!(source["balance"], "0");
}

#[tokio::test]
async fn a_source_without_units_is_refused_before_anybody_gets_something() {
    let server = Server::start();
    server.open([1, 2]).await;
    let body = json!({"id": id(500), "source": id(1), "each": "1", "to": [{"account": id(2)}]});
    let (status, refused) = server.post("/v1/airdrops", body.to_string()).await;
    assert_eq!(
        (status.as_u16(), &refused["name"]),
        (422, &json!("insufficient_available"))
    );
}
