//! The end: what is under way is answered, what is idle does not matter, what hangs is cut off.

use crate::child::Running;
use crate::server::{Server, mint, options};
use engine::Options;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

/// Far longer than a shutdown that waits for nothing.
const LONG: Duration = Duration::from_mins(1);

fn patient() -> Server {
    Server::start_with(Options {
        drain: 2 * LONG,
        ..options()
    })
}

/// Reads until the head of an answer is there.
fn read_some(stream: &mut TcpStream) -> String {
    let mut bytes = [0; 4096];
    let count = stream.read(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes[..count]).into_owned()
}

#[test]
fn an_idle_connection_does_not_hold_the_end() {
    let server = patient();
    let mut used = TcpStream::connect(server.address).unwrap();
    write!(used, "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    assert!(read_some(&mut used).starts_with("HTTP/1.1 200"));
    let began = Instant::now();
    server.join().unwrap();
    assert!(began.elapsed() < LONG);
}

#[test]
fn a_connection_that_never_said_anything_does_not_hold_the_end() {
    let server = patient();
    let silent = TcpStream::connect(server.address).unwrap();
    // An answer on a later connection: the silent one has been accepted by then.
    let mut used = TcpStream::connect(server.address).unwrap();
    write!(used, "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    assert!(read_some(&mut used).starts_with("HTTP/1.1 200"));
    let began = Instant::now();
    server.join().unwrap();
    assert!(began.elapsed() < LONG);
    drop(silent);
}

/// Sends half a request, and waits until the engine has it: it asks for the rest.
fn half_a_request(server: &Server, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).unwrap();
    let bytes = body.len();
    write!(stream, "POST /v1/mints HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: {bytes}\r\n\r\n").unwrap();
    assert!(read_some(&mut stream).starts_with("HTTP/1.1 100"));
    stream
}

#[test]
fn a_request_under_way_is_answered() {
    let mut server = patient();
    let body = mint(100, 1, "1");
    let mut stream = half_a_request(&server, &body);
    server.begin_stop();
    // Nobody is accepted any more once the shutdown has begun.
    while TcpStream::connect(server.address).is_ok() {
        std::thread::yield_now();
    }
    assert!(server.is_running());
    stream.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    assert!(answer.contains("credit_unknown"), "{answer}");
    server.join().unwrap();
}

#[test]
fn a_request_that_hangs_is_cut_off_after_the_drain_time() {
    let server = Server::start_with(Options {
        drain: Duration::from_millis(100),
        ..options()
    });
    let mut stream = half_a_request(&server, &mint(100, 1, "1"));
    let began = Instant::now();
    server.join().unwrap();
    assert!(began.elapsed() >= Duration::from_millis(100));
    assert!(began.elapsed() < LONG);
    let mut rest = Vec::new();
    // Closed or reset, but over, and without an answer.
    let _ = stream.read_to_end(&mut rest);
    assert!(rest.is_empty());
}

#[test]
fn an_address_in_use_is_named_with_a_hint() {
    let server = Server::start();
    let error = engine::bind(Options {
        listen: server.address,
        ..options()
    })
    .expect_err("the port is taken");
    assert_eq!(
        error.to_string(),
        format!("address {} is in use", server.address)
    );
    assert!(error.hint().is_some());
}

#[test]
fn a_signal_as_soon_as_there_is_a_line_to_read_is_an_orderly_end() {
    for signal in ["-TERM", "-INT"] {
        let mut running = Running::spawn(&[]);
        running.line("switches ");
        assert_eq!(running.end(signal).code(), Some(0), "{signal}");
    }
}

#[test]
fn what_a_killed_engine_left_goes_with_the_next_start() {
    let mut killed = Running::spawn(&[]);
    let line = killed.line("journal ");
    let (folder, _) = line.split_once(": ").expect("a folder");
    killed.line("serving ");
    assert!(Path::new(folder).exists());
    assert_eq!(killed.end("-KILL").code(), None);
    let next = Running::start(&[]);
    // An engine of another test may have come first and be at it.
    let began = Instant::now();
    while Path::new(folder).exists() {
        assert!(began.elapsed() < LONG, "{folder} is still there");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(next.end("-TERM").code(), Some(0));
}
