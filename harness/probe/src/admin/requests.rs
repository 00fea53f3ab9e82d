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

/// Records of the requests that ended in `from..to` of the monotonic clock, one a line behind a line about them all.
async fn requests(Query(parameters): Query<HashMap<String, String>>) -> Response {
    match span(&parameters) {
        Ok(span) => answer("application/x-ndjson", lines(&span)),
        Err(reason) => failure(StatusCode::BAD_REQUEST, &reason),
    }
}

fn span(parameters: &HashMap<String, String>) -> Result<Range<u64>, String> {
    let edge = |key: &str, otherwise| match parameters.get(key) {
        None => Ok(otherwise),
        Some(text) => text.parse().map_err(|_| {
            format!(
                "invalid value for {key:?}: {text:?} - must be nanoseconds of /debug/probe/clock"
            )
        }),
    };
    Ok(edge("from", 0)?..edge("to", u64::MAX)?)
}

fn lines(span: &Range<u64>) -> String {
    let table = request::table();
    let entries = table.ended_in(span);
    let mut out = format!(
        "{{\"schema\":{},\"probe\":{},\"records\":{},\"overwritten\":{},\"clock\":{}}}\n",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_open_where_nothing_is_said_and_nonsense_is_refused() {
        let of = |pairs: &[(&str, &str)]| {
            let owned = pairs
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
            span(&owned.collect())
        };
        assert_eq!(of(&[]), Ok(0..u64::MAX));
        assert_eq!(of(&[("from", "5"), ("to", "9")]), Ok(5..9));
        assert!(of(&[("from", "x")]).unwrap_err().contains(r#""from": "x""#));
    }
}
