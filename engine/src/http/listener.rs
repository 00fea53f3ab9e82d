//! Accepts connections, at most a given number at once, without Nagle's delay, and ends those whose heads take too long.

mod head;

use axum::serve::Listener;
use head::{HeadTimer, TOO_LATE};
use std::io;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A listener that stops accepting at a bound; callers then wait in the system's queue.
#[derive(Debug)]
pub struct BoundedListener {
    listener: TcpListener,
    slots: Arc<Semaphore>,
    head_time: Duration,
}

impl BoundedListener {
    /// Bounds a listener: its connections, and how long the head of a request may take.
    pub fn new(listener: TcpListener, connections_max: NonZeroUsize, head_time: Duration) -> Self {
        let slots = connections_max.get().min(Semaphore::MAX_PERMITS);
        Self {
            listener,
            slots: Arc::new(Semaphore::new(slots)),
            head_time,
        }
    }

    /// The next connection, and its other end. Waits while there are as many as there may be.
    pub async fn accept(&mut self) -> (Connection, SocketAddr) {
        // The semaphore is never closed, so a slot always comes.
        let slot = Arc::clone(&self.slots).acquire_owned().await.ok();
        let (stream, address) = Listener::accept(&mut self.listener).await;
        // A socket that refuses the option is already broken and says so at the next read.
        let _ = stream.set_nodelay(true);
        let connection = Connection {
            stream,
            head: HeadTimer::new(self.head_time),
            _slot: slot,
        };
        (connection, address)
    }
}

/// A connection that gives its slot back when it ends.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    head: HeadTimer,
    _slot: Option<OwnedSemaphorePermit>,
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        match &polled {
            Poll::Ready(Ok(())) => self.head.read(&buffer.filled()[before..]),
            Poll::Pending if self.head.is_late(context) => {
                // Whoever does not read it loses nothing.
                let _ = self.stream.try_write(TOO_LATE);
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            Poll::Ready(Err(_)) | Poll::Pending => {}
        }
        polled
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.head.wrote();
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.head.wrote();
        Pin::new(&mut self.stream).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
