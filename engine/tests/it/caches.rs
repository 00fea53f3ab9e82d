//! The engine with a cache beside it: hits and misses, damage and staleness, and an engine that does not need it.

use crate::server::{Server, id, options, transfer};
use crate::servers::Redis;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

fn beside(redis: &Redis) -> Server {
    let mut options = options();
    options.cache = Some(redis.url().parse().unwrap());
    Server::start_with(options)
}

/// Balance and version of an account, whether the cache answered, and the age of its entry.
async fn read(server: &Server, account: u128) -> (String, u64, bool, Option<String>) {
    let path = format!("/v1/accounts/{}?consistency=cached", id(account));
    let response = server.request(Method::GET, &path).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let header = |name: &str| {
        let value = response.headers().get(name)?;
        Some(value.to_str().unwrap().to_owned())
    };
    let (status, age) = (header("cache-status").unwrap(), header("age"));
    let answer: Value = response.json().await.unwrap();
    let balance = answer["balance"].as_str().unwrap().to_owned();
    (
        balance,
        answer["version"].as_u64().unwrap(),
        status.contains("hit"),
        age,
    )
}

/// Reads until the cache answers, which it does when its writes have arrived.
async fn hit(server: &Server, account: u128) -> (String, u64) {
    let began = Instant::now();
    loop {
        let (balance, version, is_hit, age) = read(server, account).await;
        if is_hit {
            assert!(age.is_some());
            return (balance, version);
        }
        assert!(began.elapsed() < Duration::from_mins(1), "no hit");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What Redis answers to one command.
fn redis(redis: &Redis, command: &[&[u8]]) -> Vec<u8> {
    let mut stream = TcpStream::connect(redis.address()).unwrap();
    let mut bytes = format!("*{}\r\n", command.len()).into_bytes();
    for part in command {
        bytes.extend(format!("${}\r\n", part.len()).into_bytes());
        bytes.extend_from_slice(part);
        bytes.extend_from_slice(b"\r\n");
    }
    stream.write_all(&bytes).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_millis(200)))
        .unwrap();
    let (mut answer, mut buffer) = (Vec::new(), [0; 4096]);
    while let Ok(length @ 1..) = stream.read(&mut buffer) {
        answer.extend_from_slice(&buffer[..length]);
    }
    answer
}

/// The key of an account: whatever ledger it belongs to.
fn key(of: &Redis, account: u128) -> Vec<u8> {
    let pattern = format!("token:*:{}", id(account));
    let answer = redis(of, &[b"KEYS", pattern.as_bytes()]);
    let text = String::from_utf8(answer).unwrap();
    text.lines().nth(2).unwrap().trim().as_bytes().to_vec()
}

fn value(of: &Redis, key: &[u8]) -> Vec<u8> {
    let answer = redis(of, &[b"GET", key]);
    let begin = answer.windows(2).position(|two| two == b"\r\n").unwrap() + 2;
    answer[begin..answer.len() - 2].to_vec()
}

async fn faults(server: &Server, kind: &str) -> u64 {
    let (_, info) = server.get("/v1/info").await;
    let faults = info["store"]["faults"].as_array().unwrap().clone();
    let of_kind = |fault: &&Value| fault["store"] == "redis" && fault["kind"] == kind;
    faults
        .iter()
        .find(of_kind)
        .map_or(0, |fault| fault["count"].as_u64().unwrap())
}

#[tokio::test]
async fn a_cached_read_shows_what_was_acknowledged_and_heals_what_is_damaged_or_stale() {
    let Some(cache) = Redis::start() else {
        return;
    };
    let server = beside(&cache);
    server.open([1, 2]).await;
    server.mint(10, 1, "100").await;
    assert_eq!(hit(&server, 1).await, ("100".to_owned(), 2));
    // Own writes show at once, from the cache or not.
    for number in 1..=20 {
        let (status, _) = server
            .post("/v1/transfers", transfer(10 + number, 1, 2, "1"))
            .await;
        assert_eq!(status, StatusCode::OK);
        let (balance, version, ..) = read(&server, 1).await;
        assert_eq!(
            (balance, version),
            ((100 - number).to_string(), 2 + number as u64)
        );
    }
    let old = ("80".to_owned(), 22);
    assert_eq!(hit(&server, 1).await, old);
    let key = key(&cache, 1);
    let before = value(&cache, &key);

    // Damage: found by its checksum, answered from the ledger, and mended.
    let mut damaged = before.clone();
    damaged[40] ^= 1;
    redis(&cache, &[b"SET", &key, &damaged]);
    let (balance, version, is_hit, _) = read(&server, 1).await;
    assert_eq!(((balance, version), is_hit), (old.clone(), false));
    assert_eq!(hit(&server, 1).await, old);
    assert_eq!(faults(&server, "crc").await, 1);

    // Staleness: an entry that is whole and old, as after a lost write. The slow pass finds it by its version.
    server.post("/v1/transfers", transfer(50, 1, 2, "30")).await;
    assert_eq!(hit(&server, 1).await, ("50".to_owned(), 23));
    redis(&cache, &[b"SET", &key, &before]);
    let began = Instant::now();
    while faults(&server, "stale").await == 0 {
        assert!(
            began.elapsed() < Duration::from_mins(1),
            "staleness was not found"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(hit(&server, 1).await, ("50".to_owned(), 23));
}

#[tokio::test]
async fn an_engine_goes_on_without_its_cache_and_finds_it_again() {
    let Some(mut cache) = Redis::start() else {
        return;
    };
    let server = beside(&cache);
    server.open([1, 2]).await;
    server.mint(10, 1, "100").await;
    hit(&server, 1).await;
    cache.kill();
    let (status, _) = server.post("/v1/transfers", transfer(11, 1, 2, "40")).await;
    assert_eq!(status, StatusCode::OK);
    let (balance, version, is_hit, _) = read(&server, 1).await;
    assert_eq!((balance.as_str(), version, is_hit), ("60", 3, false));
    let (status, _) = server.get("/healthz").await;
    assert_eq!(status, StatusCode::OK);
    cache.go_on();
    assert_eq!(hit(&server, 1).await, ("60".to_owned(), 3));
    assert!(faults(&server, "connection").await > 0);
    let (_, info) = server.get("/v1/info").await;
    assert_eq!(info["store"]["cache"]["up"], true);
}

#[tokio::test]
async fn a_read_that_may_be_cached_needs_no_cache_and_knows_its_words() {
    let server = Server::start();
    server.open([1]).await;
    let (_, _, is_hit, age) = read(&server, 1).await;
    assert!(!is_hit && age.is_none());
    let (status, answer) = server
        .get(&format!("/v1/accounts/{}?consistency=weak", id(1)))
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(
        answer["detail"]
            .as_str()
            .unwrap()
            .contains("strong or cached"),
        "{answer}"
    );
}
