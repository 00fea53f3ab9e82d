//! An answer as checks and extractions see it; its JSON is parsed once, and only if one of them asks.

use driver::Reply;
use serde_json::Value;
use std::cell::OnceCell;
use std::fmt::Write as _;
use std::time::Duration;

/// Header fields of an answer.
pub(super) trait Fields {
    /// The first one of that name, whatever its case.
    fn first(&self, name: &str) -> Option<&str>;
    /// Each one of that name, in order.
    fn each(&self, name: &str, take: &mut dyn FnMut(&str));
}

impl Fields for Reply<'_> {
    fn first(&self, name: &str) -> Option<&str> {
        self.header(name)
    }

    fn each(&self, name: &str, take: &mut dyn FnMut(&str)) {
        self.headers()
            .filter(|(field, _)| field.eq_ignore_ascii_case(name))
            .for_each(|(_, value)| take(value));
    }
}

/// An answer whose status was expected.
pub(super) struct Answer<'a> {
    pub(super) fields: &'a dyn Fields,
    /// Of very large bodies the first MiB.
    pub(super) body: &'a [u8],
    /// Bytes of the whole body.
    pub(super) body_bytes: u64,
    /// Done − sent.
    pub(super) service: Duration,
    json: OnceCell<Option<Value>>,
}

impl<'a> Answer<'a> {
    pub(super) fn new(
        fields: &'a dyn Fields,
        body: &'a [u8],
        body_bytes: u64,
        service: Duration,
    ) -> Self {
        Self {
            fields,
            body,
            body_bytes,
            service,
            json: OnceCell::new(),
        }
    }

    /// The body as JSON, if it is that.
    pub(super) fn json(&self) -> Option<&Value> {
        let parse = || serde_json::from_slice(self.body).ok();
        self.json.get_or_init(parse).as_ref()
    }
}

/// A value as plans write it: strings without quotes, everything else as JSON (written to `buffer`).
pub(super) fn text<'a>(value: &'a Value, buffer: &'a mut String) -> &'a str {
    if let Value::String(text) = value {
        return text;
    }
    buffer.clear();
    // Writing to a String cannot fail.
    let _ = write!(buffer, "{value}");
    buffer
}

#[cfg(test)]
mod tests;
