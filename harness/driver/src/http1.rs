//! The measured HTTP/1.1 exchange: one keep-alive connection, reused buffers, and the instant at which the first byte goes out.
//!
//! Written by hand because what it costs and where it stamps is what this project exists for: about a fifth of the instructions of a
//! general client, and nothing hidden between `sent` and `done`. Heads are parsed by `httparse`; everything after the head (lengths,
//! chunks, connections closed to mark the end) is in [`receiver`], [`response`] and [`chunked`]. An exchange is polled by hand instead of
//! being a chain of futures, and all connections of a worker read into that worker's one buffer: an answer that comes in one piece, as
//! most do, is parsed where it was received.

mod chunked;
mod heads;
mod receiver;
mod response;

use crate::http1::heads::Heads;
use crate::http1::receiver::Receiver;
use crate::http1::response::Head;
use record::failure::FailureKind;
use std::cell::RefCell;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead as _, ReadBuf};
use tokio::net::TcpStream;

const BUFFER: usize = 64 * 1024;

/// What all connections of a worker share; used within one poll only.
struct Worker {
    buffer: Box<[u8]>,
    heads: Heads,
}

thread_local! {
    static WORKER: RefCell<Worker> = RefCell::new(Worker {
        buffer: vec![0; BUFFER].into(),
        heads: Heads::default(),
    });
}

/// A connection that stays open between exchanges.
#[derive(Debug, Default)]
pub(crate) struct Connection {
    stream: Option<TcpStream>,
    receiver: Receiver,
    /// Bytes of the message that have been written.
    written: usize,
}

/// What an exchange brought; the answer itself is in [`Connection::head`] and [`Connection::body`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Bytes of the body, those not kept included.
    pub(crate) body_bytes: u64,
}

impl Connection {
    /// True if the connection can be used: it is there, the peer has not closed it, and nothing lies in it that nobody asked for.
    pub(crate) fn is_open(&self) -> bool {
        self.stream.as_ref().is_some_and(is_idle) && self.receiver.is_clean()
    }

    /// Opens a new connection.
    pub(crate) async fn open(&mut self, addresses: &[SocketAddr]) -> Result<(), FailureKind> {
        self.close();
        let stream = TcpStream::connect(addresses).await.map_err(|error| {
            crate::local::note(&error);
            FailureKind::Connect
        })?;
        // Small requests must leave at once; where the option cannot be set the connection still works.
        let _ = stream.set_nodelay(true);
        self.stream = Some(stream);
        Ok(())
    }

    /// The head of the last answer as it came.
    pub(crate) fn head(&self) -> &[u8] {
        self.receiver.head()
    }

    /// The kept part of the last answer's body.
    pub(crate) fn body(&self) -> &[u8] {
        self.receiver.body()
    }

    /// Drops the connection; the next exchange needs a new one.
    pub(crate) fn close(&mut self) {
        self.stream = None;
    }

    /// Begins an exchange.
    pub(crate) fn begin(&mut self, head_only: HeadOnly) {
        self.written = 0;
        self.receiver.begin(head_only);
    }

    /// Goes on sending `message`, then reading the whole answer. On a failure the connection is closed.
    pub(crate) fn poll_exchange(
        &mut self,
        context: &mut Context<'_>,
        message: &[u8],
    ) -> Poll<Result<Answer, FailureKind>> {
        let result = ready!(self.poll_answer(context, message));
        if !matches!(&result, Ok(head) if head.keep_alive) {
            self.close();
        }
        Poll::Ready(result.map(|head| Answer {
            status: head.status,
            body_bytes: self.receiver.body_bytes(),
        }))
    }

    fn poll_answer(
        &mut self,
        context: &mut Context<'_>,
        message: &[u8],
    ) -> Poll<Result<Head, FailureKind>> {
        let Some(stream) = self.stream.as_mut() else {
            return Poll::Ready(Err(FailureKind::Connect));
        };
        while self.written < message.len() {
            // Tried first, asked later: there nearly always is room, and asking costs several times as much.
            match stream.try_write(&message[self.written..]) {
                Ok(written) if written > 0 => self.written += written,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    if ready!(stream.poll_write_ready(context)).is_err() {
                        return Poll::Ready(Err(FailureKind::Reset));
                    }
                }
                _ => return Poll::Ready(Err(FailureKind::Reset)),
            }
        }
        let mut stream = Pin::new(stream);
        let receiver = &mut self.receiver;
        WORKER.with_borrow_mut(|Worker { buffer, heads }| {
            loop {
                let mut into = ReadBuf::new(buffer);
                if ready!(stream.as_mut().poll_read(context, &mut into)).is_err() {
                    return Poll::Ready(Err(FailureKind::Reset));
                }
                if into.filled().is_empty() {
                    return Poll::Ready(receiver.closed().ok_or(FailureKind::Reset));
                }
                match receiver.receive(into.filled(), heads) {
                    Ok(Some(head)) => return Poll::Ready(Ok(head)),
                    Ok(None) => {}
                    Err(_) => return Poll::Ready(Err(FailureKind::Malformed)),
                }
            }
        })
    }
}

/// Whether the answer ends with its head whatever its fields say: true of HEAD requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeadOnly {
    Yes,
    No,
}

// A kept connection is idle only if there is nothing to read: neither an end of stream nor bytes nobody asked for. The
// readiness is cached by the runtime, so this is no system call in the usual case.
fn is_idle(stream: &TcpStream) -> bool {
    let mut probe = [0_u8; 1];
    matches!(stream.try_read(&mut probe), Err(e) if e.kind() == ErrorKind::WouldBlock)
}

#[cfg(test)]
mod tests;
