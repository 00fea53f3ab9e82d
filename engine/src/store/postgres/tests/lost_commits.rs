//! A connection that breaks during `COMMIT`, on either side of it: the caller learns what happened, and it happens once.

use super::conflicts::{balances, started, transfer};
use super::*;
use crate::store::{Fault, Place};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU8, Ordering};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What to do at the next `COMMIT`.
const PASS: u8 = 0;
const CUT_BEFORE: u8 = 1;
const CUT_AFTER: u8 = 2;

/// Stands between an engine and its server.
struct Between {
    address: SocketAddr,
    next: Arc<AtomicU8>,
}

impl Between {
    async fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let next = Arc::new(AtomicU8::new(PASS));
        let armed = Arc::clone(&next);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(server).await.unwrap();
                tokio::spawn(carry(client, server, Arc::clone(&armed)));
            }
        });
        Self { address, next }
    }

    fn url(&self) -> String {
        format!("postgres://bank@{}/postgres", self.address)
    }

    fn arm(&self, cut: u8) {
        self.next.store(cut, Ordering::SeqCst);
    }
}

/// What arrived; `None` at the end.
async fn some(from: &mut (impl AsyncRead + Unpin), buffer: &mut [u8]) -> Option<usize> {
    from.read(buffer).await.ok().filter(|length| *length > 0)
}

/// Carries bytes until either side ends, or until it is told to cut at a `COMMIT`.
async fn carry(client: TcpStream, server: TcpStream, armed: Arc<AtomicU8>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let (mut asked, mut answered) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            length = some(&mut from_client, &mut asked) => {
                let Some(length) = length else { return };
                let is_commit = asked[..length].windows(6).any(|bytes| bytes == b"COMMIT");
                let cut = if is_commit { armed.swap(PASS, Ordering::SeqCst) } else { PASS };
                if cut == CUT_BEFORE {
                    return;
                }
                if to_server.write_all(&asked[..length]).await.is_err() {
                    return;
                }
                if cut == CUT_AFTER {
                    // Its answer is the proof that it is done, and nobody gets to see it.
                    some(&mut from_server, &mut answered).await;
                    return;
                }
            }
            length = some(&mut from_server, &mut answered) => {
                let Some(length) = length else { return };
                if to_client.write_all(&answered[..length]).await.is_err() {
                    return;
                }
            }
        }
    }
}

#[tokio::test]
async fn a_lost_answer_to_a_commit_is_found_out_and_nothing_is_done_twice() {
    let Some(postgres) = Postgres::start() else {
        return;
    };
    let (direct, _first) = started(&postgres, 100).await;
    let between = Between::start(postgres.address()).await;
    let mut through = direct.clone();
    through.url = between.url().parse().unwrap();
    let mut writer = Writer::start(through).await.unwrap();
    for (key, cut) in [(10, CUT_AFTER), (11, CUT_BEFORE), (12, CUT_AFTER)] {
        between.arm(cut);
        let worked = work(&mut writer, NOW, &[transfer(key, 1)]).await.unwrap();
        assert!(
            worked.outcomes[0][0].is_new(),
            "{cut}: {:?}",
            worked.outcomes
        );
        assert_eq!(balances(&direct).await, [109 - key, key - 9]);
    }
    assert_eq!(direct.faults.get(Place::Postgres, Fault::Connection), 3);
    chain_is_whole(&direct.url).await;
}
