//! What a scenario sends and what it gets back.

use goose::goose::TransactionError;
use record::failure::FailureKind;
use std::time::Duration;
use thiserror::Error;

/// One request of a step.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) body: Option<&'a [u8]>,
    pub(crate) content_type: Option<&'a str>,
    pub(crate) headers: &'a [(&'a str, &'a str)],
    pub(crate) expected: &'a [u16],
}

impl<'a> Request<'a> {
    /// GET of `path` (with its query).
    pub fn get(path: &'a str) -> Self {
        Self::new("GET", path)
    }

    /// POST of a JSON body.
    pub fn post(path: &'a str, json: &'a [u8]) -> Self {
        Self {
            body: Some(json),
            content_type: Some("application/json"),
            ..Self::new("POST", path)
        }
    }

    /// Any method, without a body.
    pub fn new(method: &'a str, path: &'a str) -> Self {
        Self {
            method,
            path,
            body: None,
            content_type: None,
            headers: &[],
            expected: &[],
        }
    }

    /// With a body; what it is, a header field of the scenario says.
    #[must_use]
    pub fn body(self, body: &'a [u8]) -> Self {
        Self {
            body: Some(body),
            ..self
        }
    }

    /// Additional header fields.
    #[must_use]
    pub fn headers(self, headers: &'a [(&'a str, &'a str)]) -> Self {
        Self { headers, ..self }
    }

    /// The status codes that count as good; without this, all of 2xx.
    #[must_use]
    pub fn expect(self, expected: &'a [u16]) -> Self {
        Self { expected, ..self }
    }

    pub(crate) fn accepts(&self, status: u16) -> bool {
        if self.expected.is_empty() {
            (200..300).contains(&status)
        } else {
            self.expected.contains(&status)
        }
    }

    // Nothing a scenario passes may end a line of the head early.
    pub(crate) fn has_clean_line(&self) -> bool {
        is_visible(self.method) && is_visible(self.path) && self.path.starts_with('/')
    }

    pub(crate) fn has_clean_fields(&self) -> bool {
        self.headers.iter().all(|(name, value)| {
            is_visible(name) && !value.bytes().any(|b| matches!(b, b'\r' | b'\n' | 0))
        })
    }
}

fn is_visible(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b > 0x20 && b != 0x7f)
}

/// An answer that passed its checks so far.
#[derive(Debug, Clone, Copy)]
pub struct Reply<'a> {
    /// Status code.
    pub status: u16,
    /// The body; of very large ones the first MiB.
    pub body: &'a [u8],
    /// Bytes of the whole body.
    pub body_bytes: u64,
    /// Done − sent.
    pub service: Duration,
    pub(crate) head: &'a [u8],
}

impl<'a> Reply<'a> {
    /// The value of the first header field of that name, whatever its case; `None` also for a value that is not UTF-8.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.headers()
            .find_map(|(field, value)| field.eq_ignore_ascii_case(name).then_some(value))
    }

    /// All header fields that are UTF-8, in the order in which they came.
    pub fn headers(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let lines = self.head.split(|&b| b == b'\n');
        lines.filter_map(|line| {
            let (name, value) = std::str::from_utf8(line).ok()?.split_once(':')?;
            Some((name.trim(), value.trim()))
        })
    }
}

/// A request that failed; it has been recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("request failed: {0}")]
pub struct Failed(pub FailureKind);

impl From<Failed> for Box<TransactionError> {
    fn from(failed: Failed) -> Self {
        Self::new(TransactionError::Custom(failed.to_string()))
    }
}
