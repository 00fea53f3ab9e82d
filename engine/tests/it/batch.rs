//! Batches in their three forms.

use crate::server::{Server, id};
use engine::amount::Amount;
use engine::ledger::{AccountId, Command, CommandId, CommandRecord, Flags};
use reqwest::{Method, StatusCode};
use serde_json::json;

const RAW: &str = "application/octet-stream";

fn open(number: u128) -> Command {
    Command::open(CommandId::new(number), AccountId::new(number))
}

fn mint(key: u128, to: u128, units: u128) -> Command {
    Command::mint(
        CommandId::new(key),
        AccountId::new(to),
        Amount::from_units(units).unwrap(),
    )
}

fn transfer(key: u128, from: u128, to: u128, units: u128) -> Command {
    let amount = Amount::from_units(units).unwrap();
    Command::transfer(
        CommandId::new(key),
        AccountId::new(from),
        AccountId::new(to),
        amount,
    )
}

fn raw(commands: &[Command]) -> Vec<u8> {
    let records = commands.iter().map(CommandRecord::new);
    records.flat_map(|record| record.bytes().to_vec()).collect()
}

/// Index, status, flags and sequence of each answer.
fn answers(body: &[u8]) -> Vec<(u32, u16, u16, u64)> {
    let number = |bytes: &[u8]| {
        bytes
            .iter()
            .rev()
            .fold(0, |all, byte| all << 8 | u64::from(*byte))
    };
    let answer = |bytes: &[u8]| {
        let part = |from: usize, to: usize| number(&bytes[from..to]);
        (
            part(0, 4) as u32,
            part(4, 6) as u16,
            part(6, 8) as u16,
            part(8, 16),
        )
    };
    assert!(body.len().is_multiple_of(16));
    body.chunks(16).map(answer).collect()
}

#[tokio::test]
async fn raw_records_are_answered_in_their_order() {
    let server = Server::start();
    let mut body = raw(&[
        open(1),
        open(2),
        mint(3, 1, 10),
        transfer(4, 1, 2, 11),
        transfer(5, 1, 2, 4),
    ]);
    body[4 * 128 + 125] = 1;
    let (status, first) = server.send("/v1/batch", RAW, body.clone()).await;
    assert_eq!(status, StatusCode::OK);
    let expected = [
        (0, 0, 2, 1),
        (1, 0, 2, 2),
        (2, 0, 2, 3),
        (3, 73, 2, 4),
        (4, 13, 0, 0),
    ];
    assert_eq!(answers(&first), expected);
    body[4 * 128 + 125] = 0;
    let (_, second) = server.send("/v1/batch", RAW, body).await;
    let expected = [
        (0, 0, 3, 1),
        (1, 0, 3, 2),
        (2, 0, 3, 3),
        (3, 73, 3, 4),
        (4, 0, 2, 5),
    ];
    assert_eq!(answers(&second), expected);
}

#[tokio::test]
async fn a_chain_takes_effect_whole_or_not_at_all() {
    let server = Server::start();
    server
        .send("/v1/batch", RAW, raw(&[open(1), open(2), mint(3, 1, 10)]))
        .await;
    let linked = |command: Command| command.with_flags(Flags::LINKED);
    let failing = [
        linked(transfer(4, 1, 2, 5)),
        linked(transfer(5, 1, 2, 6)),
        transfer(6, 1, 2, 1),
        transfer(7, 1, 2, 2),
    ];
    let (_, body) = server.send("/v1/batch", RAW, raw(&failing)).await;
    let statuses: Vec<_> = answers(&body).into_iter().map(|answer| answer.1).collect();
    assert_eq!(statuses, [21, 73, 21, 0]);
    let (_, account) = server.get(&format!("/v1/accounts/{}", id(2))).await;
    assert_eq!(account["balance"], "0.000000000000000002");
    let (_, body) = server
        .send("/v1/batch", RAW, raw(&[linked(transfer(8, 1, 2, 1))]))
        .await;
    assert_eq!(answers(&body)[0].1, 20);
}

#[tokio::test]
async fn json_and_protobuf_say_the_same_as_raw_records() {
    let server = Server::start();
    server
        .send("/v1/batch", RAW, raw(&[open(1), open(2), mint(3, 1, 10)]))
        .await;
    let one = json!({"kind": "transfer", "id": id(4), "debit": id(1), "credit": id(2), "amount": "0.000000000000000003"});
    let body = json!([one, {"kind": "fly", "id": id(5)}, {"kind": "transfer", "id": id(6)}]);
    let (status, lines) = server.post("/v1/batch", body.to_string()).await;
    assert_eq!(status, StatusCode::OK);
    let expected = json!([
        {"index": 0, "status": "ok", "number": 0, "sequence": 4, "replayed": false},
        {"index": 1, "status": "kind_unknown", "number": 11, "sequence": null, "replayed": false, "field": "kind"},
        {"index": 2, "status": "field_not_allowed", "number": 14, "sequence": null, "replayed": false, "field": "debit"},
    ]);
    assert_eq!(lines, expected);
    let (_, again) = server
        .send("/v1/batch", RAW, raw(&[transfer(4, 1, 2, 3)]))
        .await;
    assert_eq!(
        answers(&again),
        [(0, 0, 3, 4)],
        "the same command in another form"
    );
    // Field 1 of the batch is a command of 83 bytes: id, kind, debit, credit and amount as 16 bytes each but the kind.
    let number = |field: u8, value: u8| [vec![field << 3 | 2, 16, value], vec![0; 15]].concat();
    let command = [
        number(1, 4),
        vec![2 << 3, 3],
        number(3, 1),
        number(4, 2),
        number(5, 3),
    ]
    .concat();
    let batch = [vec![1 << 3 | 2, command.len() as u8], command].concat();
    let (status, body) = server
        .send("/v1/batch", "application/x-protobuf", batch)
        .await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        body,
        [1 << 3 | 2, 4, 2 << 3, 4, 3 << 3, 1],
        "sequence 4, replayed"
    );
}

#[tokio::test]
async fn a_batch_is_bounded_and_read_whole_or_not_at_all() {
    let server = Server::start();
    let request = |body: Vec<u8>| {
        server
            .request(Method::POST, "/v1/batch")
            .header("content-type", RAW)
            .body(body)
    };
    let (status, refused) = crate::server::answer(request(vec![0; 129])).await;
    assert_eq!(
        (status.as_u16(), &refused["name"]),
        (400, &json!("record_length"))
    );
    let (status, refused) = crate::server::answer(request(vec![0; 8193 * 128])).await;
    assert_eq!(
        (status.as_u16(), &refused["name"]),
        (413, &json!("too_large"))
    );
    let most: Vec<_> = (1..=8192).map(open).collect();
    let (status, body) = server.send("/v1/batch", RAW, raw(&most)).await;
    assert_eq!(status, StatusCode::OK);
    assert!(answers(&body).iter().all(|answer| answer.1 == 0));
    let (status, empty) = server.send("/v1/batch", RAW, Vec::new()).await;
    assert_eq!((status, empty.len()), (StatusCode::OK, 0));
    let (_, refused) = server.post("/v1/batch", "{}").await;
    assert_eq!(refused["name"], "body_invalid");
}

#[tokio::test]
async fn one_raw_record_goes_to_any_single_route() {
    let server = Server::start();
    let (status, body) = server.send("/v1/accounts", RAW, raw(&[open(1)])).await;
    assert_eq!(
        (status, answers(&body)),
        (StatusCode::OK, vec![(0, 0, 2, 1)])
    );
    let (status, body) = server
        .send("/v1/commands", RAW, raw(&[mint(3, 9, 1)]))
        .await;
    assert_eq!(
        (status.as_u16(), answers(&body)),
        (404, vec![(0, 42, 2, 2)])
    );
}
