//! Who is let in, and for how long: clients, deadlines, heads and bodies.

use crate::operations::scrape;
use crate::server::{Server, id, options, transfer};
use engine::Options;
use engine::executor::QueueLimits;
use reqwest::{Method, StatusCode};
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_client_with_too_much_under_way_is_told_to_come_again_and_others_are_served() {
    let mut options = options();
    // Half of this is one request for each client.
    options.queue.items = NonZeroUsize::new(2).unwrap();
    let server = stalling(options).await;
    let ask = |token| apply(&server, token);
    let (one, other) = tokio::join!(ask("first"), async {
        // The first request is under way by then: the stall holds it.
        tokio::time::sleep(Duration::from_millis(200)).await;
        (ask("first").await.unwrap(), ask("second").await.unwrap())
    });
    let (limited, served) = other;
    assert_eq!(one.unwrap().status(), StatusCode::NOT_FOUND);
    assert_eq!(limited.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(limited.headers()["retry-after"], "1");
    let body: serde_json::Value = limited.json().await.unwrap();
    assert_eq!(
        (body["name"].as_str(), body["number"].as_u64()),
        (Some("client_limited"), Some(91))
    );
    assert_eq!(served.status(), StatusCode::NOT_FOUND);
    let text = scrape(&server).await;
    assert!(text.contains("token_shed_total{reason=\"client_limited\"} 1"));
}

/// An engine whose executor stands still for a second before each round but the first, which is over.
async fn stalling(mut options: Options) -> Server {
    options.faults = vec!["stall=1s@1us".parse().unwrap()];
    let server = Server::start_with(options);
    apply(&server, "anybody").await.unwrap();
    server
}

/// Sends what the executor has to decide, in a round: there is no such account.
fn apply(
    server: &Server,
    token: &'static str,
) -> impl Future<Output = reqwest::Result<reqwest::Response>> {
    server
        .request(Method::POST, "/v1/transfers")
        .bearer_auth(token)
        .header("content-type", "application/json")
        .body(transfer(1, 1, 2, "1"))
        .send()
}

#[tokio::test]
async fn a_deadline_that_passes_in_the_queue_is_told_and_the_key_stays_free() {
    let server = Server::start();
    server.open([1, 2]).await;
    server.mint(100, 1, "5").await;
    let late = format!(
        r#"{{"id":"{}","debit":"{}","credit":"{}","amount":"1","deadline_ms":1}}"#,
        id(101),
        id(1),
        id(2)
    );
    let (status, body) = server.post("/v1/transfers", late).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{body}");
    assert_eq!(body["name"], "late_in_queue");
    let (status, _) = server.post("/v1/transfers", transfer(101, 1, 2, "1")).await;
    assert_eq!(
        status,
        StatusCode::OK,
        "nothing was recorded the first time"
    );
    let text = scrape(&server).await;
    assert!(text.contains("token_shed_total{reason=\"late_in_queue\"} 1"));
}

#[test]
fn a_head_that_takes_too_long_is_ended_and_one_in_pieces_is_not() {
    let mut options = options();
    options.head_time = Duration::from_millis(300);
    let server = Server::start_with(options);
    let mut slow = TcpStream::connect(server.address).unwrap();
    slow.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n")
        .unwrap();
    let began = Instant::now();
    let mut answer = String::new();
    slow.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(began.elapsed() >= Duration::from_millis(300));

    let mut pieces = TcpStream::connect(server.address).unwrap();
    for piece in [
        "GET /healthz HT",
        "TP/1.1\r\nhost: x\r\nconnection: close\r",
        "\n\r\n",
    ] {
        pieces.write_all(piece.as_bytes()).unwrap();
        std::thread::sleep(Duration::from_millis(5));
    }
    let mut answer = String::new();
    pieces.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[test]
fn a_connection_may_idle_between_two_requests() {
    let mut options = options();
    options.head_time = Duration::from_millis(50);
    let server = Server::start_with(options);
    let mut stream = TcpStream::connect(server.address).unwrap();
    for _ in 0..2 {
        stream
            .write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
            .unwrap();
        let mut some = [0; 15];
        stream.read_exact(&mut some).unwrap();
        assert_eq!(&some, b"HTTP/1.1 200 OK");
        std::thread::sleep(Duration::from_millis(200));
        // The rest of the answer.
        let mut rest = [0; 1024];
        let _ = stream.read(&mut rest).unwrap();
    }
}

#[tokio::test]
async fn a_caller_who_will_send_no_more_gets_the_answer_that_is_owed() {
    let server = stalling(options()).await;
    let mut stream = TcpStream::connect(server.address).unwrap();
    write!(
        stream,
        "GET /v1/accounts/{} HTTP/1.1\r\nhost: x\r\n\r\n",
        id(1)
    )
    .unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut answer = String::new();
    stream
        .set_read_timeout(Some(Duration::from_mins(1)))
        .unwrap();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
}

#[tokio::test]
async fn a_full_queue_is_503_for_whoever_comes_next() {
    let mut options = options();
    options.queue = QueueLimits {
        items: NonZeroUsize::MIN,
        ..options.queue
    };
    let server = stalling(options).await;
    let ask = |token| apply(&server, token);
    let later = |after, token| async move {
        tokio::time::sleep(Duration::from_millis(after)).await;
        ask(token).await.unwrap()
    };
    // The first is taken and stalls, the second waits in the queue, the third finds it full.
    let (_, _, third) = tokio::join!(later(0, "a"), later(200, "b"), later(400, "c"));
    assert_eq!(third.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(third.headers()["retry-after"], "1");
}
