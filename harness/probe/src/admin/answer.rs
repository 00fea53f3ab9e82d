//! The forms of an answer: a profile as a file, text, an error, as Go's `net/http/pprof` sends them.

use std::fmt::Write as _;
use std::io::Write as _;

use axum::body::Body;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use record::profile::Profile;

const TEXT: &str = "text/plain; charset=utf-8";

/// A gzip-compressed body that is a file, not a compressed transfer: hence no `Content-Encoding`.
pub(super) fn binary(name: &str, profile: &Profile) -> Response {
    match gzip(&profile.encode()) {
        Ok(bytes) => file(name, bytes),
        Err(error) => failure(StatusCode::INTERNAL_SERVER_ERROR, &format!("gzip: {error}")),
    }
}

/// Bytes to be saved under a name.
pub(super) fn file(name: &str, bytes: impl Into<Body>) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (CONTENT_DISPOSITION, disposition),
    ];
    secured((headers, bytes.into()))
}

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// Plain text.
pub(super) fn text(body: String) -> Response {
    secured(([(CONTENT_TYPE, TEXT)], body))
}

/// One line that says what is wrong.
pub(super) fn failure(status: StatusCode, reason: &str) -> Response {
    let headers = [
        (CONTENT_TYPE, TEXT),
        (HeaderName::from_static("x-go-pprof"), "1"),
    ];
    secured((status, headers, format!("{reason}\n")))
}

/// Tells browsers not to guess what it is.
pub(super) fn secured(response: impl IntoResponse) -> Response {
    ([(X_CONTENT_TYPE_OPTIONS, "nosniff")], response).into_response()
}

/// A profile as text: what it is, then one line a stack, the largest value first.
pub(super) fn listing(profile: &Profile) -> String {
    let mut page = String::new();
    for comment in &profile.header().comments {
        let _ = writeln!(page, "# {comment}");
    }
    for (column, index) in profile.types().iter().zip(0..) {
        let total = profile.total(index);
        let _ = writeln!(page, "# total {}/{}: {total}", column.kind, column.unit);
    }
    let shown = profile.value_index(&profile.header().default_type);
    let shown = shown.unwrap_or(profile.types().len().saturating_sub(1));
    let mut stacks: Vec<_> = profile.folded(shown).into_iter().collect();
    stacks.sort_by_key(|(stack, value)| (-value, stack.clone()));
    for (stack, value) in stacks {
        let _ = writeln!(page, "{value} {stack}");
    }
    page
}
