//! A request as bytes: the whole message in one buffer, so that it leaves in one write.
//!
//! The request line and the fields that never change are written once and kept while requests ask for the same thing, as most do; what is
//! new in a request, its number above all, is patched in behind them.

use crate::request::Request;
use record::failure::FailureKind;
use record::served::RequestKey;
use record::trace::{self, RunTrace};
use std::ops::Range;

/// A user's message: its buffer and what is in it already.
#[derive(Debug, Default)]
pub(super) struct Message {
    bytes: Vec<u8>,
    method: Range<usize>,
    path: Range<usize>,
    /// Where the request's own part begins; nothing before it changes while method and path do not.
    own: usize,
}

impl Message {
    /// The message as it was composed last.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Writes `request`, which is the one of `key`. `fields` are the fields every request carries, up to `x-request-id: <run>-`, the same in
    /// every call; the key follows, and where `traced` is given, `traceparent`,
    /// unless the request has one of its own.
    ///
    /// # Errors
    /// [`FailureKind::Malformed`] for what could end a line of the head early.
    pub(super) fn compose(
        &mut self,
        request: &Request<'_>,
        fields: &[u8],
        key: RequestKey,
        traced: Option<RunTrace>,
    ) -> Result<(), FailureKind> {
        if !self.begins_like(request) {
            self.begin(request, fields)?;
        }
        if !request.has_clean_fields() {
            return Err(FailureKind::Malformed);
        }
        self.bytes.truncate(self.own);
        let mut digits = itoa::Buffer::new();
        self.bytes
            .extend_from_slice(digits.format(key.arrival).as_bytes());
        self.bytes.push(b'-');
        self.bytes
            .extend_from_slice(digits.format(key.number).as_bytes());
        self.bytes.extend_from_slice(b"\r\n");
        let has_its_own = |(name, _): &(&str, &str)| name.eq_ignore_ascii_case(trace::FIELD);
        if let Some(run) = traced
            && !request.headers.iter().any(has_its_own)
        {
            self.field(trace::FIELD, &run.request(key).value());
        }
        for (name, value) in request.headers {
            self.field(name, value.as_bytes());
        }
        if let Some(body) = request.body {
            if let Some(kind) = request.content_type {
                self.field("content-type", kind.as_bytes());
            }
            self.field("content-length", digits.format(body.len()).as_bytes());
        }
        self.bytes.extend_from_slice(b"\r\n");
        self.bytes
            .extend_from_slice(request.body.unwrap_or_default());
        Ok(())
    }

    fn begins_like(&self, request: &Request<'_>) -> bool {
        self.own > 0
            && self.bytes[self.method.clone()] == *request.method.as_bytes()
            && self.bytes[self.path.clone()] == *request.path.as_bytes()
    }

    fn begin(&mut self, request: &Request<'_>, fields: &[u8]) -> Result<(), FailureKind> {
        self.own = 0;
        if !request.has_clean_line() {
            return Err(FailureKind::Malformed);
        }
        self.bytes.clear();
        self.method = 0..request.method.len();
        self.bytes.extend_from_slice(request.method.as_bytes());
        self.bytes.push(b' ');
        self.path = self.bytes.len()..self.bytes.len() + request.path.len();
        self.bytes.extend_from_slice(request.path.as_bytes());
        self.bytes.extend_from_slice(b" HTTP/1.1\r\n");
        self.bytes.extend_from_slice(fields);
        self.own = self.bytes.len();
        Ok(())
    }

    fn field(&mut self, name: &str, value: &[u8]) {
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes.extend_from_slice(b": ");
        self.bytes.extend_from_slice(value);
        self.bytes.extend_from_slice(b"\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FIELDS: &[u8] = b"host: h\r\nx-request-id: r-";

    fn key(arrival: u64, number: u32) -> RequestKey {
        RequestKey { arrival, number }
    }

    fn composed(message: &mut Message, request: &Request<'_>, arrival: u64, sent: u32) -> String {
        let done = message.compose(request, FIELDS, key(arrival, sent), None);
        assert_eq!(done, Ok(()));
        String::from_utf8_lossy(message.bytes()).into_owned()
    }

    #[test]
    fn a_message_is_whole() {
        let mut message = Message::default();
        let headers = [("x-a", "b")];
        let request = Request::post("/p?q=1", b"{}").headers(&headers);
        assert_eq!(
            composed(&mut message, &request, 12, 3),
            "POST /p?q=1 HTTP/1.1\r\nhost: h\r\nx-request-id: r-12-3\r\nx-a: b\r\ncontent-type: application/json\r\n\
             content-length: 2\r\n\r\n{}"
        );
        assert_eq!(
            composed(&mut message, &Request::get("/"), 0, 0),
            "GET / HTTP/1.1\r\nhost: h\r\nx-request-id: r-0-0\r\n\r\n"
        );
    }

    #[test]
    fn what_could_end_a_line_is_refused_and_spoils_nothing() {
        let mut message = Message::default();
        let lines = ["/a b", "/a\r\nx: y", "a", "/\u{7f}", ""];
        let fields = [("x y", "v"), ("x", "v\r\ny: z"), ("", "v"), ("x", "\0")];
        for path in lines {
            let bad = message.compose(&Request::get(path), FIELDS, key(1, 0), None);
            assert_eq!(bad, Err(FailureKind::Malformed), "{path:?}");
        }
        for field in fields {
            let headers = [field];
            let request = Request::get("/").headers(&headers);
            let bad = message.compose(&request, FIELDS, key(1, 0), None);
            assert_eq!(bad, Err(FailureKind::Malformed), "{field:?}");
        }
        assert_eq!(
            composed(&mut message, &Request::get("/"), 7, 0),
            "GET / HTTP/1.1\r\nhost: h\r\nx-request-id: r-7-0\r\n\r\n"
        );
    }

    #[test]
    fn a_traced_request_says_whose_child_it_is() {
        let mut message = Message::default();
        let run = RunTrace::of("r");
        let done = message.compose(&Request::get("/"), FIELDS, key(7, 1), Some(run));
        assert_eq!(done, Ok(()));
        let context = run.request(key(7, 1));
        assert_eq!(
            String::from_utf8_lossy(message.bytes()),
            format!(
                "GET / HTTP/1.1\r\nhost: h\r\nx-request-id: r-7-1\r\ntraceparent: 00-{}-{}-01\r\n\r\n",
                context.trace_id(),
                context.span_id()
            )
        );
        let own = [("Traceparent", "mine")];
        let request = Request::get("/").headers(&own);
        let done = message.compose(&request, FIELDS, key(8, 0), Some(run));
        assert_eq!(done, Ok(()));
        let text = String::from_utf8_lossy(message.bytes());
        assert_eq!(text.matches("raceparent").count(), 1, "{text}");
    }

    proptest! {
        #[test]
        fn a_patched_message_is_the_one_written_anew(
            requests in prop::collection::vec((0..3_usize, 0..4_usize, prop::option::of("[ab]{0,3}"), any::<u64>(), any::<u32>()), 1..40),
        ) {
            let mut kept = Message::default();
            for (method, path, body, arrival, sent) in requests {
                let method = ["GET", "POST", "PO"][method];
                let path = ["/", "/a", "/a/b", "/ST"][path];
                let request = Request::new(method, path);
                let request = body.as_ref().map_or(request, |body| request.body(body.as_bytes()));
                let anew = composed(&mut Message::default(), &request, arrival, sent);
                prop_assert_eq!(composed(&mut kept, &request, arrival, sent), anew);
            }
        }
    }
}
