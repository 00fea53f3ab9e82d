//! Servers whose behaviour is known.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

#[derive(Debug, Clone, Copy)]
pub enum Behaviour {
    /// Every answer after this time.
    Constant(Duration),
    /// Answers at once, but for one stretch in which nothing is answered; counted from the first request.
    Stall { after: Duration, length: Duration },
    /// The head at once, the body after this time.
    SlowBody(Duration),
    /// By turns: fine, status 503, silence, an early close, bytes that are not HTTP.
    Unreliable,
    /// Stops listening and closes everything after this time, counted from the first request.
    GoesAway { after: Duration },
}

/// A server on a port of its own; it ends when dropped.
pub struct Server {
    address: SocketAddr,
    state: Arc<State>,
    _runtime: tokio::runtime::Runtime,
}

#[derive(Default)]
struct State {
    asked: AtomicU64,
    answered: AtomicU64,
    now: AtomicU64,
    most: AtomicU64,
    started: std::sync::OnceLock<Instant>,
}

const GOOD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";

impl Server {
    pub fn start(behaviour: Behaviour) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State::default());
        runtime.spawn(accept(listener, behaviour, state.clone()));
        Self {
            address,
            state,
            _runtime: runtime,
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    pub fn answered(&self) -> u64 {
        self.state.answered.load(Ordering::Relaxed)
    }

    pub fn most_at_once(&self) -> u64 {
        self.state.most.load(Ordering::Relaxed)
    }
}

async fn accept(listener: TcpListener, behaviour: Behaviour, state: Arc<State>) {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let gone = async {
            let Behaviour::GoesAway { after } = behaviour else {
                return std::future::pending().await;
            };
            while state
                .started
                .get()
                .is_none_or(|started| started.elapsed() < after)
            {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(serve(stream, behaviour, state.clone()));
                }
            }
            // The listener and all connections are dropped.
            () = gone => return,
        }
    }
}

async fn serve(mut stream: TcpStream, behaviour: Behaviour, state: Arc<State>) {
    stream.set_nodelay(true).unwrap();
    let mut request = Vec::new();
    loop {
        request.clear();
        while !request.ends_with(b"\r\n\r\n") {
            match stream.read_buf(&mut request).await {
                Ok(read) if read > 0 => {}
                _ => return,
            }
        }
        state.started.get_or_init(Instant::now);
        let at_once = state.now.fetch_add(1, Ordering::Relaxed) + 1;
        state.most.fetch_max(at_once, Ordering::Relaxed);
        let kept = answer(&mut stream, behaviour, &state).await;
        state.now.fetch_sub(1, Ordering::Relaxed);
        if kept.is_err() {
            return;
        }
    }
}

// An error closes the connection.
async fn answer(
    stream: &mut TcpStream,
    behaviour: Behaviour,
    state: &State,
) -> std::io::Result<()> {
    let turn = state.asked.fetch_add(1, Ordering::Relaxed);
    match behaviour {
        Behaviour::Constant(time) => tokio::time::sleep(time).await,
        Behaviour::Stall { after, length } => stall(state, after, length).await,
        Behaviour::GoesAway { .. } => {}
        Behaviour::SlowBody(time) => {
            let (head, body) = GOOD.split_at(GOOD.len() - 5);
            stream.write_all(head).await?;
            tokio::time::sleep(time).await;
            return stream.write_all(body).await;
        }
        Behaviour::Unreliable => match turn % 5 {
            0 => {}
            1 => {
                return stream
                    .write_all(b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n")
                    .await;
            }
            2 => return std::future::pending().await,
            3 => {
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nhalf")
                    .await?;
                return Err(std::io::ErrorKind::BrokenPipe.into());
            }
            _ => {
                stream.write_all(b"this is not HTTP\r\n\r\n").await?;
                return Err(std::io::ErrorKind::BrokenPipe.into());
            }
        },
    }
    state.answered.fetch_add(1, Ordering::Relaxed);
    stream.write_all(GOOD).await
}

async fn stall(state: &State, after: Duration, length: Duration) {
    let Some(started) = state.started.get() else {
        return;
    };
    let elapsed = started.elapsed();
    if elapsed >= after && elapsed < after + length {
        tokio::time::sleep((after + length).checked_sub(elapsed).unwrap()).await;
    }
}
