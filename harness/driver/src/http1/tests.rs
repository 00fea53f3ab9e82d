#![allow(clippy::unwrap_used, reason = "tests")]

use super::chunked::Chunked;
use super::response::{Framing, Malformed, parse_head};
use super::*;
use proptest::prelude::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

fn framing(head: &str) -> Framing {
    parse_head(head.as_bytes(), HeadOnly::No)
        .unwrap()
        .unwrap()
        .framing
}

#[test]
fn the_body_ends_as_rfc_9112_says() {
    assert_eq!(
        framing("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
        Framing::Length(5)
    );
    assert_eq!(
        framing("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
        Framing::Empty
    );
    assert_eq!(framing("HTTP/1.1 200 OK\r\n\r\n"), Framing::UntilClose);
    assert_eq!(framing("HTTP/1.1 204 No Content\r\n\r\n"), Framing::Empty);
    assert_eq!(
        framing("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"),
        Framing::Empty
    );
    let both = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: gzip, chunked\r\n\r\n";
    assert_eq!(framing(both), Framing::Chunked);
}

#[test]
fn what_cannot_be_framed_is_malformed() {
    for head in [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "\0\0\0\0",
    ] {
        assert_eq!(
            parse_head(head.as_bytes(), HeadOnly::No),
            Err(Malformed),
            "{head:?}"
        );
    }
}

#[test]
fn connections_are_kept_only_where_both_sides_may() {
    let keeps = |head: &str| {
        parse_head(head.as_bytes(), HeadOnly::No)
            .unwrap()
            .unwrap()
            .keep_alive
    };
    assert!(keeps("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    assert!(!keeps(
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    ));
    assert!(!keeps("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"));
    assert!(keeps(
        "HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n"
    ));
    assert!(!keeps("HTTP/1.1 200 OK\r\n\r\n"));
}

fn chunk(data: &[u8]) -> Vec<u8> {
    let mut wire = format!("{:x};ext=1\r\n", data.len()).into_bytes();
    wire.extend_from_slice(data);
    wire.extend_from_slice(b"\r\n");
    wire
}

proptest! {
    #[test]
    fn chunks_decode_however_the_bytes_are_cut(
        pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 0..8),
        cuts in prop::collection::vec(1..30_usize, 1..40),
    ) {
        let mut wire: Vec<u8> = pieces.iter().flat_map(|piece| chunk(piece)).collect();
        wire.extend_from_slice(b"0\r\nTrailer: x\r\n\r\nNEXT");
        let (mut decoder, mut seen, mut held) = (Chunked::default(), Vec::new(), Vec::new());
        let mut offered = 0;
        for size in cuts.iter().cycle() {
            if decoder.is_done() || offered == wire.len() {
                break;
            }
            let end = (offered + size).min(wire.len());
            held.extend_from_slice(&wire[offered..end]);
            offered = end;
            let used = decoder.feed(&held, |data| seen.extend_from_slice(data)).unwrap();
            held.drain(..used);
        }
        prop_assert!(decoder.is_done());
        prop_assert_eq!(seen, pieces.concat());
        held.extend_from_slice(&wire[offered..]);
        prop_assert_eq!(held, b"NEXT");
    }

    #[test]
    fn an_answer_is_the_same_however_its_bytes_are_cut(
        body in prop::collection::vec(any::<u8>(), 0..200),
        cuts in prop::collection::vec(1..40_usize, 1..40),
        form in 0..2_u8,
    ) {
        let mut wire = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n".to_vec();
        if form == 0 {
            wire.extend_from_slice(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
            wire.extend_from_slice(&body);
        } else {
            wire.extend_from_slice(b"Transfer-Encoding: chunked\r\n\r\n");
            body.chunks(7).for_each(|piece| wire.extend_from_slice(&chunk(piece)));
            wire.extend_from_slice(b"0\r\n\r\n");
        }
        wire.extend_from_slice(b"NEXT");
        let (mut receiver, mut heads) = (Receiver::default(), Heads::default());
        receiver.begin(HeadOnly::No);
        let (mut at, mut cuts) = (0, cuts.iter().cycle());
        let head = loop {
            let end = (at + cuts.next().unwrap()).min(wire.len());
            let received = receiver.receive(&wire[at..end], &mut heads).unwrap();
            at = end;
            if let Some(head) = received {
                break head;
            }
        };
        prop_assert_eq!(head.status, 200);
        prop_assert_eq!(receiver.body(), body.as_slice());
        prop_assert_eq!(receiver.body_bytes(), body.len() as u64);
        prop_assert!(receiver.head().starts_with(b"HTTP/1.1 200"));
        // What nobody asked for is seen as soon as it is there.
        prop_assert_eq!(receiver.is_clean(), at <= wire.len() - 4);
    }

    #[test]
    fn any_bytes_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse_head(&bytes, HeadOnly::No);
        let _ = Chunked::default().feed(&bytes, |_| {});
    }
}

// Answers one request on each connection with these bytes, then closes it.
async fn server(answer: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0_u8; 512];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(answer).await;
        }
    });
    address
}

// One exchange on an open connection.
async fn exchange(connection: &mut Connection, message: &[u8]) -> Result<Answer, FailureKind> {
    connection.begin(HeadOnly::No);
    std::future::poll_fn(|context| connection.poll_exchange(context, message)).await
}

async fn ask(answer: &'static [u8]) -> (Result<(u16, u64), FailureKind>, Vec<u8>) {
    let address = server(answer).await;
    let mut connection = Connection::default();
    connection.open(&[address]).await.unwrap();
    let result = exchange(&mut connection, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    (
        result.map(|a| (a.status, a.body_bytes)),
        connection.body().to_vec(),
    )
}

#[tokio::test]
async fn answers_of_every_shape_are_read_to_their_end() {
    let (result, body) = ask(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc").await;
    assert_eq!((result, body.as_slice()), (Ok((200, 3)), b"abc".as_slice()));
    let (result, body) = ask(b"HTTP/1.1 200 OK\r\n\r\nuntil close").await;
    assert_eq!(
        (result, body.as_slice()),
        (Ok((200, 11)), b"until close".as_slice())
    );
    let chunked =
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n";
    let (result, body) = ask(chunked).await;
    assert_eq!((result, body.as_slice()), (Ok((200, 3)), b"abc".as_slice()));
    let (result, _) =
        ask(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
            .await;
    assert_eq!(result, Ok((201, 0)));
}

#[tokio::test]
async fn broken_answers_fail_by_kind() {
    assert_eq!(
        ask(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort")
            .await
            .0,
        Err(FailureKind::Reset)
    );
    assert_eq!(
        ask(b"HTTP/1.1 200 OK\r\nContent-").await.0,
        Err(FailureKind::Reset)
    );
    assert_eq!(ask(b"").await.0, Err(FailureKind::Reset));
    assert_eq!(ask(b"what?\r\n\r\n").await.0, Err(FailureKind::Malformed));
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n";
    assert_eq!(ask(chunked).await.0, Err(FailureKind::Malformed));
}

#[tokio::test]
async fn a_connection_closed_by_the_peer_is_opened_again() {
    let address = server(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let mut connection = Connection::default();
    for _ in 0..3 {
        if !connection.is_open() {
            connection.open(&[address]).await.unwrap();
        }
        let answer = exchange(&mut connection, b"GET / HTTP/1.1\r\n\r\n").await;
        assert_eq!(answer.map(|a| a.status), Ok(200));
        // The server closes after each answer; wait until that is visible here.
        connection
            .stream
            .as_ref()
            .unwrap()
            .readable()
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_refused_connection_is_a_connect_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    assert_eq!(
        Connection::default().open(&[address]).await,
        Err(FailureKind::Connect)
    );
}
