//! The regulator's export as a stream: written by a thread of its own while the engine goes on.

use super::body::authorization;
use super::error::ApiError;
use super::request::Query;
use super::{Answer, Service};
use crate::export::{self, export};
use crate::journal::{Tail, Until};
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use http_body::Frame;
use std::io::{self, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Bytes of one piece, and pieces that may wait for the reader.
const PIECE: usize = 256 * 1024;
const WAITING: usize = 4;

/// The media type of an export: JSON in lines.
pub(super) const MEDIA_TYPE: &str = "application/x-ndjson";

/// `GET /v1/regulator/export?kinds=&from=&to=`: everything durable by now, with its proofs.
pub(super) async fn get(service: Arc<Service>, request: Request) -> Answer {
    service.guard().admit(authorization(request.headers()))?;
    let query = asked(&request)?;
    let executor = service.executor();
    let Some(folder) = executor.folder() else {
        let message = "this engine keeps no journal, so there is nothing to prove anything with";
        return Err(ApiError::new(
            StatusCode::CONFLICT,
            "journal_missing",
            message,
        ));
    };
    let permit = service.begin_export()?;
    let tail = Tail::new(folder);
    let until = Until::Durable(executor.progress().durable);
    let (sender, receiver) = channel(WAITING);
    let key = service.records().export_key.clone();
    tokio::task::spawn_blocking(move || {
        let mut out = Pieces {
            sender: sender.clone(),
            piece: Vec::with_capacity(PIECE),
        };
        if let Err(error) = export(tail, until, &query, key.as_ref(), &mut out) {
            // The connection breaks, so that nobody takes what came for the whole. A reader who has gone away does not matter.
            let _ = sender.blocking_send(Err(io::Error::other(error)));
        }
        drop(permit);
    });
    let mut response = Response::new(Body::new(Stream(receiver)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    Ok(response)
}

fn asked(request: &Request) -> Result<export::Query, ApiError> {
    let query = Query::read(request, ["kinds", "from", "to"])?;
    let usual = export::Query::default();
    let kinds = query.parsed(
        "kinds",
        "kinds such as freeze,unfreeze",
        export::Query::kinds_of,
    )?;
    let moment = "a moment such as 2026-11-29T00:00:00Z, a day, or nanoseconds since 1970";
    let from = query.parsed("from", moment, crate::moment::parse)?;
    let to = query.parsed("to", moment, crate::moment::parse)?;
    Ok(export::Query {
        kinds: kinds.unwrap_or(usual.kinds),
        from_ns: from.unwrap_or(usual.from_ns),
        to_ns: to.unwrap_or(usual.to_ns),
    })
}

/// Gathers lines to pieces, and waits while the reader is slow.
struct Pieces {
    sender: Sender<io::Result<Bytes>>,
    piece: Vec<u8>,
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
        self.sender
            .blocking_send(Ok(piece.into()))
            .map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

/// Pieces as a body.
struct Stream(Receiver<io::Result<Bytes>>);

impl HttpBody for Stream {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let piece = self.0.poll_recv(context);
        piece.map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}
