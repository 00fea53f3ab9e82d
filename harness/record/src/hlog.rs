//! `times.hlog`: the histogram log that any HdrHistogram plotter opens.
//!
//! Format 1.3 of the Java implementation: comment lines, then one line per window and class with
//! `Tag=<tag>,<start s>,<length s>,<max>,<base64>`. Written by hand because the lines are appended as windows close,
//! while the crate's writer borrows its sink for a whole log.

use crate::histogram::Histogram;
use crate::phase::Phase;
use std::fmt::Write as _;
use std::time::Duration;

/// The head of a log: comments that name the run and its wall-clock start, then the legend line other tools expect.
pub fn header(run_id: &str, started_unix: Duration) -> String {
    format!(
        "#[loadtest {run_id}]\n#[Histogram log format version 1.3]\n#[StartTime: {:.3} (seconds since epoch)]\n\
         \"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n",
        started_unix.as_secs_f64()
    )
}

/// The tag of a line: `<scenario>/<step>:<duration>:<phase>:<outcome>`, the phase that of the arrival, the outcome `ok` or `failed`.
/// A tool that filters by tag sees one class; one that ignores tags would put good and failed requests together.
pub fn tag(scenario: &str, step: &str, duration: &str, phase: Phase, outcome: &str) -> String {
    format!("{scenario}/{step}:{duration}:{phase}:{outcome}")
}

/// One line: the values of one class in one window. `start` counts from the log's start time. Maximum in milliseconds, values in
/// nanoseconds, as the format has it.
pub fn line(tag: &str, start: Duration, length: Duration, histogram: &Histogram) -> String {
    let mut text = String::new();
    let max_ms = histogram.max_ns().unwrap_or(0) as f64 / 1e6;
    let _ = writeln!(
        text,
        "Tag={},{:.3},{:.3},{max_ms:.3},{}",
        clean(tag),
        start.as_secs_f64(),
        length.as_secs_f64(),
        histogram.encode()
    );
    text
}

// A tag may hold no comma, blank or line break.
fn clean(tag: &str) -> String {
    tag.chars()
        .map(|c| {
            if c == ',' || c.is_whitespace() || c.is_control() {
                '_'
            } else {
                c
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};

    #[test]
    fn a_tag_says_class_duration_phase_and_outcome() {
        assert_eq!(
            tag("pay", "transfer", "service_time", Phase::Steady, "failed"),
            "pay/transfer:service_time:steady:failed"
        );
    }

    #[test]
    fn the_crates_own_reader_reads_it() {
        let mut histogram = Histogram::new();
        histogram.record(1_500_000);
        let mut log = header("run-1", Duration::from_secs(1_700_000_000));
        log += &line(
            "get balance,ok:response",
            Duration::from_secs(3),
            Duration::from_secs(1),
            &histogram,
        );
        let entries: Vec<_> = IntervalLogIterator::new(log.as_bytes())
            .collect::<Result<_, _>>()
            .expect("every line parses");
        let interval = entries
            .iter()
            .find_map(|entry| match entry {
                LogEntry::Interval(interval) => Some(interval),
                _ => None,
            })
            .expect("one interval");
        assert_eq!(
            interval.tag().map(|tag| tag.as_str()),
            Some("get_balance_ok:response")
        );
        assert_eq!(interval.start_timestamp(), Duration::from_secs(3));
        assert!((interval.max() - 1.5).abs() < 1e-9);
    }
}
