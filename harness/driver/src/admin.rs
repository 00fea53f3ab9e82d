//! What a target with the probe, or with Prometheus' metrics, tells beside profiles.

use crate::clock;
use crate::exposition::Exposition;
use crate::fetch::{Fetch, GRACE};
use record::served::{self, Served};
use std::ops::Range;

/// Exchanges that measure how two clocks stand; the quickest one counts.
const EXCHANGES: usize = 64;
/// Pages of request records that are asked for at most: more than the probe keeps by itself.
const MAX_PAGES: usize = 16;

/// A listener for operations.
#[derive(Debug, Clone)]
pub(crate) struct Admin {
    fetch: Fetch,
    base: String,
}

/// How two monotonic clocks stand to each other, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Offset {
    /// The other one's reading − ours.
    pub(crate) nanos: i64,
    /// The difference is known within this: half the round trip.
    pub(crate) error: u64,
}

impl Admin {
    /// `base` is scheme, host and port, as in `http://127.0.0.1:6060`.
    pub(crate) fn new(base: &str) -> Result<Self, String> {
        Ok(Self {
            fetch: Fetch::of(base)?,
            base: base.trim_end_matches('/').to_owned(),
        })
    }

    pub(crate) async fn metrics(&self) -> Result<Exposition, String> {
        let url = format!("{}/metrics", self.base);
        let text = self.fetch.text(&url, GRACE).await?;
        Ok(Exposition { text })
    }

    /// How the target's clock stands to ours, by the quickest of several exchanges.
    pub(crate) async fn clock_offset(&self) -> Result<Offset, String> {
        let url = format!("{}/debug/probe/clock", self.base);
        let mut best: Option<Offset> = None;
        for _ in 0..EXCHANGES {
            let asked = clock::monotonic();
            let text = self.fetch.text(&url, GRACE).await?;
            let answered = clock::monotonic();
            let theirs = number_of(&text, "mono_ns").zip(number_of(&text, "mono_sent_ns"));
            let Some((received, sent)) = theirs else {
                return Err(format!("{url} tells no clock"));
            };
            let offset = Offset::of([asked, received, sent, answered]);
            if best.is_none_or(|best| offset.error < best.error) {
                best = Some(offset);
            }
        }
        best.ok_or_else(|| format!("{url} tells no clock"))
    }

    /// The records of run `run_id`'s requests that ended in a span of the target's clock, as far as the target still has them.
    pub(crate) async fn requests(
        &self,
        span: Range<u64>,
        run_id: &str,
    ) -> Result<Vec<Served>, String> {
        let (mut all, mut after) = (Vec::new(), 0);
        for _ in 0..MAX_PAGES {
            let url = format!(
                "{}/debug/probe/requests?from={}&to={}&after={after}",
                self.base, span.start, span.end
            );
            let text = self.fetch.text(&url, GRACE).await?;
            let page = served::page(&text, run_id).map_err(|why| format!("{url}: {why}"))?;
            all.extend(page.served);
            match page.next {
                Some(next) => after = next,
                None => break,
            }
        }
        Ok(all)
    }
}

impl Offset {
    /// From an exchange: asked by our clock, received and sent by theirs, answered by ours. As in RFC 5905, section 8.
    fn of([asked, received, sent, answered]: [u64; 4]) -> Self {
        let away = |theirs: u64, ours: u64| i128::from(theirs) - i128::from(ours);
        let nanos = i128::midpoint(away(received, asked), away(sent, answered));
        let round_trip = answered.saturating_sub(asked);
        Self {
            nanos: i64::try_from(nanos).unwrap_or(0),
            error: round_trip.saturating_sub(sent.saturating_sub(received)) / 2,
        }
    }

    /// A reading of our clock on theirs.
    pub(crate) fn theirs(self, ours: u64) -> u64 {
        ours.saturating_add_signed(self.nanos)
    }
}

/// The whole number behind `"key":`. Not a parser: the probe writes this line, and whoever else does is told that it is not understood.
fn number_of(text: &str, key: &str) -> Option<u64> {
    let (_, rest) = text.split_once(&format!("\"{key}\":"))?;
    let rest = rest.trim_start();
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    rest[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_clock_line_is_read() {
        let line = "{\"mono_ns\":12,\"unix_ns\":99,\"mono_sent_ns\":15}\n";
        assert_eq!(number_of(line, "mono_ns"), Some(12));
        assert_eq!(number_of(line, "mono_sent_ns"), Some(15));
        assert_eq!(number_of("{\"mono_ns\":null}", "mono_ns"), None);
        assert_eq!(number_of("<html>", "mono_ns"), None);
    }

    proptest! {
        #[test]
        fn the_true_offset_lies_within_the_bound(
            start in 0..1_000_000_000_u64,
            ahead in 0..1_000_000_000_u64,
            (there, work, back) in (0..1_000_000_u64, 0..1_000_000_u64, 0..1_000_000_u64),
        ) {
            let received = start + ahead + there;
            let exchange = [start, received, received + work, start + there + work + back];
            let offset = Offset::of(exchange);
            // Both halves round down.
            prop_assert!(offset.nanos.abs_diff(ahead.cast_signed()) <= offset.error + 1);
            prop_assert_eq!(offset.theirs(start), start.saturating_add_signed(offset.nanos));
        }
    }
}
