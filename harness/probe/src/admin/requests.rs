//! `/debug/probe/…`: what only this probe serves, for whoever joins samples with what a client saw.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::Range;

use axum::Router;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use axum::routing::get;

use super::answer::{failure, secured};
use crate::request::{self, json};
use crate::{VERSION, clock};

/// The routes below `/debug/probe/`.
pub(super) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/debug/probe/clock", get(clocks))
        .route("/debug/probe/requests", get(requests))
}

fn answer(kind: &'static str, body: String) -> Response {
    secured(([(CONTENT_TYPE, kind)], body))
}

/// The monotonic and the wall clock, read one after the other while the request is served. A client that notes when it
/// sent and received knows the offset of its own clock within half the round trip.
async fn clocks() -> Response {
    answer("application/json", format!("{}\n", clock_line()))
}

fn clock_line() -> String {
    let received = clock::monotonic_nanos();
    let wall = clock::wall_nanos();
    let sent = clock::monotonic_nanos();
    format!("{{\"mono_ns\":{received},\"unix_ns\":{wall},\"mono_sent_ns\":{sent}}}")
}

/// Records of the requests that ended in `from..to` of the monotonic clock, one a line behind a line about them all; at most
/// `limit`. If that line has a `next`, there are more: ask again with `after` set to it.
async fn requests(Query(parameters): Query<HashMap<String, String>>) -> Response {
    let page = match Page::read(&parameters) {
        Ok(page) => page,
        Err(reason) => return failure(StatusCode::BAD_REQUEST, &reason),
    };
    let work = tokio::task::spawn_blocking(move || page.lines());
    match work.await {
        Ok(lines) => answer("application/x-ndjson", lines),
        Err(error) => failure(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

/// Most records of one answer, about 10 MB.
const MOST: u64 = 20_000;

/// Which records are wanted.
#[derive(Debug, PartialEq, Eq)]
struct Page {
    span: Range<u64>,
    after: u64,
    limit: u64,
}

impl Page {
    fn read(parameters: &HashMap<String, String>) -> Result<Self, String> {
        let number = |key: &str, otherwise| {
            match parameters.get(key) {
            None => Ok(otherwise),
            Some(text) => text.parse().map_err(|_| {
                format!("invalid value for {key:?}: {text:?} - must be a whole number; from and to are nanoseconds of mono_ns in /debug/probe/clock")
            }),
        }
        };
        Ok(Self {
            span: number("from", 0)?..number("to", u64::MAX)?,
            after: number("after", 0)?,
            limit: number("limit", MOST)?.clamp(1, MOST),
        })
    }

    fn lines(&self) -> String {
        let table = request::table();
        let (entries, next) = table.ended_in(&self.span, self.after, self.limit as usize);
        let next = next.map_or_else(|| "null".to_owned(), |id| id.to_string());
        let mut out = format!(
            "{{\"schema\":{},\"probe\":{},\"records\":{},\"next\":{next},\"overwritten\":{},\"clock\":{}}}\n",
            json::quoted(json::SCHEMA),
            json::quoted(VERSION),
            entries.len(),
            table.overwritten(),
            clock_line()
        );
        for entry in &entries {
            let _ = writeln!(out, "{}", json::line(entry));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Page, String> {
        let owned = pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        Page::read(&owned.collect())
    }

    #[test]
    fn a_span_is_open_where_nothing_is_said_and_nonsense_is_refused() {
        let all = Page {
            span: 0..u64::MAX,
            after: 0,
            limit: MOST,
        };
        assert_eq!(read(&[]), Ok(all));
        let some = Page {
            span: 5..9,
            after: 3,
            limit: 1,
        };
        let asked = [("from", "5"), ("to", "9"), ("after", "3"), ("limit", "0")];
        assert_eq!(read(&asked), Ok(some));
        assert!(
            read(&[("from", "x")])
                .unwrap_err()
                .contains(r#""from": "x""#)
        );
    }
}
