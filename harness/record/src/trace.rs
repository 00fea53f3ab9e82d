//! Which trace and span a request belongs to, as W3C Trace Context (Recommendation, 2021) names them: what the generator sends, and what the
//! report says of the same request, follow from the run and the request's number alone.

use crate::fnv::fnv1a;
use crate::served::RequestKey;
use crate::splitmix::mixed;

/// The header field.
pub const FIELD: &str = "traceparent";

/// Bytes of its value in version 00.
pub const VALUE_BYTES: usize = 55;

/// The part of all trace ids that stands for a run: a hash of its name, mixed so that similar names differ everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunTrace(u64);

impl RunTrace {
    /// Of the run of that name.
    pub fn of(run_id: &str) -> Self {
        // A trace id of zeros is none.
        Self(mixed(fnv1a(run_id.bytes())).max(1))
    }

    /// The context of a request: one trace for each arrival, one span for each of its requests.
    #[inline]
    pub fn request(self, key: RequestKey) -> TraceContext {
        let place = (key.arrival << 20) ^ (u64::from(key.number) + 1);
        TraceContext {
            run: self.0,
            arrival: key.arrival,
            // Looks random, as span ids should. Only 0 becomes 0, and that is no span.
            span: mixed(place).max(1),
        }
    }
}

/// The trace and the span of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    run: u64,
    arrival: u64,
    span: u64,
}

impl TraceContext {
    /// The trace id, 32 hexadecimal digits.
    pub fn trace_id(self) -> String {
        format!("{:016x}{:016x}", self.run, self.arrival)
    }

    /// The span id, 16 hexadecimal digits.
    pub fn span_id(self) -> String {
        format!("{:016x}", self.span)
    }

    /// The value of the field: version 00, sampled.
    #[inline]
    pub fn value(self) -> [u8; VALUE_BYTES] {
        let mut value = *b"00-00000000000000000000000000000000-0000000000000000-01";
        digits(self.run, &mut value[3..19]);
        digits(self.arrival, &mut value[19..35]);
        digits(self.span, &mut value[36..52]);
        value
    }
}

#[inline]
fn digits(number: u64, into: &mut [u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (place, digit) in into.iter_mut().rev().enumerate() {
        *digit = DIGITS[(number >> (4 * place)) as usize & 15];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn context(arrival: u64, number: u32) -> TraceContext {
        let key = RequestKey { arrival, number };
        RunTrace::of("20261129T111139Z-c1b2").request(key)
    }

    #[test]
    fn the_value_holds_both_ids() {
        let context = context(0xabc, 1);
        let value = context.value();
        let value = str::from_utf8(&value).unwrap();
        assert_eq!(
            value,
            format!("00-{}-{}-01", context.trace_id(), context.span_id())
        );
        assert!(context.trace_id().ends_with("0000000000000abc"));
        assert_ne!(context.span_id(), "0000000000000000");
    }

    #[test]
    fn a_trace_has_the_spans_of_its_arrival_and_runs_share_none() {
        assert_eq!(context(7, 0).trace_id(), context(7, 1).trace_id());
        let spans: HashSet<_> = (0..1000)
            .flat_map(|arrival| (0..10).map(move |number| context(arrival, number).span_id()))
            .collect();
        assert_eq!(spans.len(), 10_000);
        assert_ne!(RunTrace::of("a"), RunTrace::of("b"));
    }
}
