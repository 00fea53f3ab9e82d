//! Deliveries of others: believed by their signatures, credited once, whatever happens in between.

use crate::child::{Folder, Running};
use crate::server::{Server, answer, id, open, options};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::evidence::text_of;
use engine::webhook::{article, command_id, standard};
use hmac::{Hmac, Mac};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use sha2::Sha256;
use std::time::{SystemTime, UNIX_EPOCH};

const SECRET: &str = "c2VjcmV0IG9mIHRoZSBjaGFpbg==";

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap().as_secs()
}

fn server() -> Server {
    let webhooks = [
        "exchange=article:key".to_owned(),
        format!("chain=standard:{SECRET}"),
    ];
    Server::start_with(engine::Options {
        webhooks: webhooks.iter().map(|text| text.parse().unwrap()).collect(),
        operator_token: Some("secret".to_owned()),
        ..options()
    })
}

/// Opens accounts as the operator.
async fn prepare(server: &Server) {
    for account in [1, 2] {
        let request = server.request(Method::POST, "/v1/accounts");
        let request = request.bearer_auth("secret").body(open(account));
        assert_eq!(answer(request).await.0, StatusCode::CREATED);
    }
}

pub fn deposit(event: &str, account: u128, amount: &str) -> String {
    json!({"event": event, "type": "deposit", "account": id(account), "amount": amount}).to_string()
}

/// Signs in the form of the article.
pub fn by_article(request: RequestBuilder, body: &str, seconds: u64) -> RequestBuilder {
    let timestamp = seconds.to_string();
    let event = article::event_id(body.as_bytes(), b"key", &timestamp);
    request
        .header(article::TIMESTAMP, timestamp)
        .header(article::EVENT_ID, text_of(&event))
        .body(body.to_owned())
}

/// Signs in the form of Standard Webhooks.
fn by_standard(
    request: RequestBuilder,
    secret: &str,
    event: &str,
    body: &str,
    seconds: u64,
) -> RequestBuilder {
    let secret = STANDARD.decode(secret).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
    mac.update(format!("{event}.{seconds}.{body}").as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    request
        .header(standard::ID, event)
        .header(standard::TIMESTAMP, seconds.to_string())
        .header(standard::SIGNATURE, format!("v1,{signature}"))
        .body(body.to_owned())
}

async fn exchange(server: &Server, body: &str, seconds: u64) -> (StatusCode, Value) {
    let request = server.request(Method::POST, "/v1/webhooks/exchange");
    answer(by_article(request, body, seconds)).await
}

async fn chain(server: &Server, event: &str, body: &str, seconds: u64) -> (StatusCode, Value) {
    let request = server.request(Method::POST, "/v1/webhooks/chain");
    answer(by_standard(request, SECRET, event, body, seconds)).await
}

async fn balance(server: &Server, account: u128) -> Value {
    let (_, body) = server.get(&format!("/v1/accounts/{}", id(account))).await;
    body["balance"].clone()
}

fn name(refused: &(StatusCode, Value)) -> (u16, &str) {
    (refused.0.as_u16(), refused.1["name"].as_str().unwrap())
}

/// Row S40: the article's key changes with every signature, and yet the money moves once.
#[tokio::test]
async fn resigned_retry_applied_once() {
    let server = server();
    prepare(&server).await;
    let body = deposit("e-1", 1, "2.5");
    let (status, first) = exchange(&server, &body, now()).await;
    assert_eq!(status, StatusCode::OK, "{first}");
    assert_eq!(
        (&first["event"], &first["status"], &first["replayed"]),
        (&json!("e-1"), &json!("ok"), &json!(false))
    );
    assert_eq!(first["command"], command_id("exchange", "e-1").to_string());
    for seconds in [now(), now() - 10, now() + 10] {
        let (status, again) = exchange(&server, &body, seconds).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(again["sequence"], first["sequence"]);
        assert_eq!(
            (&again["status"], &again["replayed"]),
            (&json!("ok"), &json!(true))
        );
    }
    assert_eq!(balance(&server, 1).await, "2.5");
    // The same event of another provider is another event.
    let (status, _) = chain(&server, "e-1", &body, now()).await;
    assert_eq!(
        (status, balance(&server, 1).await),
        (StatusCode::OK, json!("5"))
    );
}

#[tokio::test]
async fn signed_events_are_credited_once_and_redemptions_destroy() {
    let server = server();
    prepare(&server).await;
    let body = json!({"type": "deposit", "account": id(1), "amount": "9", "tx_hash": format!("0x{}", "ab".repeat(32))}).to_string();
    for (seconds, replayed) in [(now(), false), (now() - 200, true)] {
        let (status, answer) = chain(&server, "msg_1", &body, seconds).await;
        assert_eq!(
            (status, &answer["replayed"]),
            (StatusCode::OK, &json!(replayed)),
            "{answer}"
        );
    }
    let redemption = body
        .replace("deposit", "redemption")
        .replace("\"9\"", "\"4\"");
    assert_eq!(
        chain(&server, "msg_2", &redemption, now()).await.0,
        StatusCode::OK
    );
    assert_eq!(balance(&server, 1).await, "5");
    let other = body.replace("\"9\"", "\"8\"");
    assert_eq!(
        name(&chain(&server, "msg_1", &other, now()).await),
        (409, "id_reused")
    );
    assert_eq!(balance(&server, 1).await, "5");
}

#[tokio::test]
async fn what_cannot_be_done_is_taken_once_and_for_all() {
    let server = server();
    let body = deposit("e-1", 7, "1");
    for replayed in [false, true] {
        let (status, answer) = exchange(&server, &body, now()).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(
            (&answer["status"], &answer["replayed"]),
            (&json!("credit_unknown"), &json!(replayed))
        );
    }
    let zero = deposit("e-2", 7, "0");
    assert_eq!(
        name(&exchange(&server, &zero, now()).await),
        (400, "amount_zero")
    );
}

#[tokio::test]
async fn only_what_is_signed_and_fresh_is_believed() {
    let server = server();
    prepare(&server).await;
    let body = deposit("e-1", 1, "1");
    let post = |provider: &str| server.request(Method::POST, &format!("/v1/webhooks/{provider}"));
    for (request, expected) in [
        (
            by_article(post("exchange"), &body, now() - 301),
            (400, "delivery_stale"),
        ),
        (
            by_article(post("exchange"), &body, now() + 302),
            (400, "delivery_stale"),
        ),
        (
            by_article(post("exchange"), &body, 7),
            (400, "header_malformed"),
        ),
        (
            by_article(post("exchange"), &body, now()).body(body.replace("\"1\"", "\"2\"")),
            (401, "signature_wrong"),
        ),
        (post("exchange").body(body.clone()), (400, "header_missing")),
        (
            by_article(post("chain"), &body, now()),
            (400, "header_missing"),
        ),
        (
            by_article(post("nobody"), &body, now()),
            (404, "provider_unknown"),
        ),
        (
            by_article(post("exchange"), "{}", now()),
            (400, "field_missing"),
        ),
        (
            by_article(post("exchange"), "no json", now()),
            (400, "json_malformed"),
        ),
        (
            by_standard(post("chain"), "b3RoZXI=", "msg", &body, now()),
            (401, "signature_wrong"),
        ),
        (
            by_standard(post("chain"), SECRET, "msg", &body, now() - 302),
            (400, "delivery_stale"),
        ),
        (
            by_standard(post("chain"), SECRET, "a.b", &body, now()),
            (400, "header_malformed"),
        ),
    ] {
        assert_eq!(name(&answer(request).await), expected);
    }
    assert_eq!(balance(&server, 1).await, "0");
    // A head that means something elsewhere means nothing here.
    let request = by_article(post("exchange"), &body, now());
    let request = request
        .bearer_auth("theirs")
        .header("Idempotency-Key", "theirs");
    assert_eq!(answer(request).await.0, StatusCode::OK);
}

/// Delivered, killed, delivered again by a provider who has lost count: each event once, with its first place.
#[tokio::test]
async fn events_are_known_for_ever() {
    let folder = Folder::new();
    let args = ["--data", folder.text(), "--webhook", "exchange=article:key"];
    let client = Client::builder().no_proxy().build().unwrap();
    let mut places: Vec<Option<Value>> = vec![None; 30];
    for round in 0..3 {
        let child = Running::start(&args);
        let post = |path: &str| client.post(format!("{}{path}", child.url));
        let opened = post("/v1/accounts").body(open(1)).send().await.unwrap();
        assert!(opened.status().is_success());
        let known = 10 * (round + 1);
        let seconds = now() - round;
        for (at, place) in places.iter_mut().enumerate().take(known as usize) {
            let body = deposit(&format!("e-{at}"), 1, "1");
            let request = by_article(post("/v1/webhooks/exchange"), &body, seconds);
            let answer: Value = request.send().await.unwrap().json().await.unwrap();
            assert_eq!(answer["status"], "ok");
            assert_eq!(answer["replayed"], place.is_some());
            let first = place.get_or_insert_with(|| answer["sequence"].clone());
            assert_eq!(*first, answer["sequence"]);
        }
        let account = client.get(format!("{}/v1/accounts/{}", child.url, id(1)));
        let account: Value = account.send().await.unwrap().json().await.unwrap();
        assert_eq!(account["balance"], known.to_string());
        assert_eq!(child.end("-KILL").code(), None);
    }
}

/// Many at once, in any order, every delivery signed anew: each event is credited once, and all its answers tell of one place.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doubled_deliveries_at_the_same_time_are_one() {
    const EVENTS: usize = 40;
    let server = server();
    prepare(&server).await;
    let deliver = async |caller: u64| {
        let mut places = Vec::new();
        for at in 0..EVENTS {
            // Each caller starts elsewhere.
            let event = (at + 13 * caller as usize) % EVENTS;
            let body = deposit(&format!("e-{event}"), 1, "0.5");
            let (status, answer) = exchange(&server, &body, now() - caller).await;
            assert_eq!((status, &answer["status"]), (StatusCode::OK, &json!("ok")));
            places.push((
                event,
                answer["sequence"].as_u64().unwrap(),
                answer["replayed"] == false,
            ));
        }
        places
    };
    let (one, two, three) = tokio::join!(deliver(0), deliver(1), deliver(2));
    let all = [one, two, three].concat();
    for event in 0..EVENTS {
        let mut of_event = all.iter().filter(|(known, ..)| *known == event);
        let (_, place, _) = of_event.clone().next().unwrap();
        assert_eq!(of_event.clone().filter(|(.., first)| *first).count(), 1);
        assert!(of_event.all(|(_, other, _)| other == place));
    }
    assert_eq!(balance(&server, 1).await, "20");
}
