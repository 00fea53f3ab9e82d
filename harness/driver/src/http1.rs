//! The measured HTTP/1.1 exchange: one keep-alive connection, reused buffers, and the instant at which the first byte goes out.
//!
//! Written by hand because what it costs and where it stamps is what this project exists for: about a fifth of the instructions of a
//! general client, and nothing hidden between `sent` and `done`. Heads are parsed by `httparse`; everything after the head (lengths,
//! chunks, connections closed to mark the end) is in [`response`] and [`chunked`].

mod chunked;
mod response;

use crate::http1::chunked::Chunked;
use crate::http1::response::{Framing, Head, parse_head};
use bytes::{Buf, BytesMut};
use record::failure::FailureKind;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Larger heads are refused as malformed.
const MAX_HEAD: usize = 64 * 1024;
/// Bytes of a body that are kept for checks; the rest is read and counted.
const KEPT_BODY: usize = 1024 * 1024;
const READ_CHUNK: usize = 8 * 1024;

/// A connection that stays open between exchanges.
#[derive(Debug, Default)]
pub(crate) struct Connection {
    stream: Option<TcpStream>,
    input: BytesMut,
    body: Vec<u8>,
}

/// What an exchange brought; the body is in [`Connection::body`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Bytes of the body, those not kept included.
    pub(crate) body_bytes: u64,
}

impl Connection {
    /// Makes sure there is a usable connection: opens one if there is none or the peer has closed it meanwhile.
    pub(crate) async fn open(&mut self, addresses: &[SocketAddr]) -> Result<(), FailureKind> {
        if self.stream.as_ref().is_some_and(is_idle) {
            return Ok(());
        }
        self.close();
        let stream = TcpStream::connect(addresses)
            .await
            .map_err(|_| FailureKind::Connect)?;
        // Small requests must leave at once; where the option cannot be set the connection still works.
        let _ = stream.set_nodelay(true);
        self.stream = Some(stream);
        Ok(())
    }

    /// The kept part of the last answer's body.
    pub(crate) fn body(&self) -> &[u8] {
        &self.body
    }

    /// Drops the connection; the next exchange opens a new one.
    pub(crate) fn close(&mut self) {
        self.stream = None;
        self.input.clear();
    }

    /// Sends `message` and reads the whole answer. On a failure the connection is closed.
    pub(crate) async fn exchange(
        &mut self,
        message: &[u8],
        head_only: HeadOnly,
    ) -> Result<Answer, FailureKind> {
        let result = self.try_exchange(message, head_only).await;
        if result.is_err() {
            self.close();
        }
        result
    }

    async fn try_exchange(
        &mut self,
        message: &[u8],
        head_only: HeadOnly,
    ) -> Result<Answer, FailureKind> {
        self.body.clear();
        let stream = self.stream.as_mut().ok_or(FailureKind::Connect)?;
        stream
            .write_all(message)
            .await
            .map_err(|_| FailureKind::Reset)?;
        let head = self.read_head(head_only).await?;
        let body_bytes = match head.framing {
            Framing::Empty => 0,
            Framing::Length(length) => self.read_length(length).await?,
            Framing::Chunked => self.read_chunked().await?,
            Framing::UntilClose => self.read_until_close().await?,
        };
        if !head.keep_alive {
            self.close();
        }
        Ok(Answer {
            status: head.status,
            body_bytes,
        })
    }

    async fn read_head(&mut self, head_only: HeadOnly) -> Result<Head, FailureKind> {
        loop {
            match parse_head(&self.input, head_only).map_err(|_| FailureKind::Malformed)? {
                Some(head) => {
                    self.input.advance(head.length);
                    // 1xx answers announce the real one.
                    if !head.is_interim() {
                        return Ok(head);
                    }
                }
                None if self.input.len() > MAX_HEAD => return Err(FailureKind::Malformed),
                None => self.fill().await?,
            }
        }
    }

    // Reads more bytes; the end of the stream is a reset, because the answer is not complete.
    async fn fill(&mut self) -> Result<(), FailureKind> {
        match self.read_more().await? {
            0 => Err(FailureKind::Reset),
            _ => Ok(()),
        }
    }

    async fn read_more(&mut self) -> Result<usize, FailureKind> {
        let stream = self.stream.as_mut().ok_or(FailureKind::Reset)?;
        self.input.reserve(READ_CHUNK);
        stream
            .read_buf(&mut self.input)
            .await
            .map_err(|_| FailureKind::Reset)
    }

    async fn read_length(&mut self, length: u64) -> Result<u64, FailureKind> {
        let mut left = length;
        loop {
            let ready = left.min(self.input.len() as u64) as usize;
            keep(&mut self.body, &self.input[..ready]);
            self.input.advance(ready);
            left -= ready as u64;
            if left == 0 {
                return Ok(length);
            }
            self.fill().await?;
        }
    }

    async fn read_chunked(&mut self) -> Result<u64, FailureKind> {
        let mut decoder = Chunked::default();
        let mut total = 0;
        loop {
            let body = &mut self.body;
            let used = decoder
                .feed(&self.input, |data| {
                    total += data.len() as u64;
                    keep(body, data);
                })
                .map_err(|_| FailureKind::Malformed)?;
            self.input.advance(used);
            if decoder.is_done() {
                return Ok(total);
            }
            self.fill().await?;
        }
    }

    async fn read_until_close(&mut self) -> Result<u64, FailureKind> {
        let mut total = 0;
        loop {
            total += self.input.len() as u64;
            keep(&mut self.body, &self.input);
            self.input.clear();
            if self.read_more().await? == 0 {
                return Ok(total);
            }
        }
    }
}

/// Whether the answer ends with its head whatever its fields say: true of HEAD requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeadOnly {
    Yes,
    No,
}

fn keep(body: &mut Vec<u8>, data: &[u8]) {
    let room = KEPT_BODY.saturating_sub(body.len());
    body.extend_from_slice(&data[..data.len().min(room)]);
}

// A kept connection is idle only if there is nothing to read: neither an end of stream nor bytes nobody asked for. The
// readiness is cached by the runtime, so this is no system call in the usual case.
fn is_idle(stream: &TcpStream) -> bool {
    let mut probe = [0_u8; 1];
    matches!(stream.try_read(&mut probe), Err(e) if e.kind() == std::io::ErrorKind::WouldBlock)
}

#[cfg(test)]
mod tests;
