//! What is allocated between a socket and the queue, counted by the probe: a process of its own, in which nothing else runs.
#![allow(clippy::unwrap_used, reason = "tests")]

use engine::Options;
use engine::amount::Amount;
use engine::ledger::{AccountId, Batch, Command, CommandId, CommandRecord, RECORD_BYTES, Role};
use std::alloc::System;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::num::NonZeroUsize;

#[global_allocator]
static ALLOCATOR: probe::ProfAlloc<System> = probe::ProfAlloc::new(System);

fn transfers(count: u128) -> Vec<u8> {
    let transfer = |number: u128| {
        let (from, to) = (
            AccountId::new(number % 2 + 1),
            AccountId::new(2 - number % 2),
        );
        let amount = Amount::from_units(1).unwrap();
        Command::transfer(CommandId::new(1_000 + number), from, to, amount)
    };
    let records = (0..count).map(|number| CommandRecord::new(&transfer(number)));
    records.flat_map(|record| record.bytes().to_vec()).collect()
}

fn prepared() -> Vec<u8> {
    let open = |number| Command::open(CommandId::new(number), AccountId::new(number));
    let mint = |number| {
        let amount = Amount::from_units(1_000_000).unwrap();
        Command::mint(CommandId::new(10 + number), AccountId::new(number), amount)
    };
    let commands = [open(1), open(2), mint(1), mint(2)];
    let records = commands.iter().map(CommandRecord::new);
    records.flat_map(|record| record.bytes().to_vec()).collect()
}

/// Sends a batch and reads the whole answer into `answer`; neither allocates.
fn exchange(stream: &mut TcpStream, request: &[u8], answer: &mut [u8]) -> usize {
    stream.write_all(request).unwrap();
    let mut length = 0;
    loop {
        length += stream.read(&mut answer[length..]).unwrap();
        let head = answer[..length]
            .windows(4)
            .position(|four| four == b"\r\n\r\n");
        let Some(head) = head else { continue };
        let text = std::str::from_utf8(&answer[..head]).unwrap();
        assert!(text.starts_with("HTTP/1.1 200"), "{text}");
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let body: usize = line.unwrap().parse().unwrap();
        if length == head + 4 + body {
            return body;
        }
    }
}

fn request(body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /v1/batch HTTP/1.1\r\nhost: x\r\ncontent-type: application/octet-stream\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.into_bytes(), body.to_vec()].concat()
}

/// Records become commands where they lie: given room, reading a batch allocates nothing.
fn reading_records_allocates_nothing() {
    let body = transfers(4096);
    let room = Vec::with_capacity(4096);
    let before = probe::alloc::thread_counters();
    let records = CommandRecord::view(&body).unwrap();
    let mut batch = Batch::in_room(room).records(records, Role::Operator);
    let commands = batch.take_commands();
    let made = probe::alloc::thread_counters().since(&before);
    assert_eq!((commands.len(), made.allocations), (4096, 0), "{made:?}");
}

/// Sixty-four times as many commands cost a few more pieces of a body, and not an allocation each.
fn a_batch_through_a_socket_allocates_nothing_for_each_command() {
    const SMALL: u128 = 64;
    const LARGE: u128 = 4096;
    let options = Options {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        worker_threads: NonZeroUsize::MIN,
        alloc_period_bytes: 0,
        ..Options::default()
    };
    let bound = engine::bind(options).unwrap();
    let address = bound.listen_addr();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = std::thread::spawn(move || {
        bound.run(async move {
            let _ = stopped.await;
        })
    });
    let mut stream = TcpStream::connect(address).unwrap();
    let mut answer = vec![0; 128 * 1024];
    exchange(&mut stream, &request(&prepared()), &mut answer);
    let (small, large) = (request(&transfers(SMALL)), request(&transfers(LARGE)));
    // The first time records them, the second one fills the pool; from then on all of it is a replay, and the history stays.
    for _ in 0..3 {
        exchange(&mut stream, &large, &mut answer);
        exchange(&mut stream, &small, &mut answer);
    }
    let mut least = |request: &[u8], count: u128| {
        let mut counts = [0; 9];
        for made in &mut counts {
            let before = probe::alloc::counters();
            let body = exchange(&mut stream, request, &mut answer);
            // What is freed after the answer left is of no interest.
            *made = probe::alloc::counters().since(&before).allocations;
            assert_eq!(body as u128, 16 * count);
        }
        counts.into_iter().min().unwrap()
    };
    let (few, many) = (least(&small, SMALL), least(&large, LARGE));
    let more = many.saturating_sub(few);
    assert!(
        u128::from(more) < (LARGE - SMALL) / 16,
        "{few} allocations for {SMALL} commands, {many} for {LARGE} ({RECORD_BYTES} bytes each)"
    );
    drop(stream);
    drop(stop);
    serving.join().unwrap().unwrap();
}

/// One after the other, because the counters are those of the process.
#[test]
fn nothing_is_allocated_for_each_command_between_socket_and_queue() {
    reading_records_allocates_nothing();
    a_batch_through_a_socket_allocates_nothing_for_each_command();
}
