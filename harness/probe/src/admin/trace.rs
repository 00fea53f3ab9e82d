//! `/debug/pprof/trace`: what the process did in the next seconds as Chrome trace JSON, which Perfetto opens.
//!
//! Requests are nestable asynchronous events with their ledger as arguments, the longest poll of each is a slice on its thread,
//! CPU samples are instants with the name of their leaf. Times are microseconds since the start of the trace.

use std::fmt::Write as _;
use std::ops::Range;
use std::time::Duration;

use crate::request::json::{line, quoted};
use crate::request::table;
use crate::request::table::Entry;
use crate::{VERSION, clock, cpu};

/// Most requests of one trace.
const MAX_REQUESTS: usize = 50_000;
/// Most CPU samples of one trace.
const MAX_SAMPLES: usize = 100_000;

/// Watches for so long.
pub(super) async fn collect(duration: Duration) -> String {
    let begun = clock::monotonic_nanos();
    let sampling = tokio::task::spawn_blocking(|| cpu::Instants::start().ok());
    let sampling = sampling.await.ok().flatten();
    tokio::time::sleep(duration).await;
    let span = begun..clock::monotonic_nanos();
    let work = tokio::task::spawn_blocking(move || {
        let instants = sampling.map_or_else(Vec::new, |s| s.finish(MAX_SAMPLES));
        let (requests, next) = table().ended_in(&span, 0, MAX_REQUESTS);
        json(&span, &requests, next.is_some(), &instants)
    });
    work.await.unwrap_or_default()
}

/// Microseconds since the start with nanoseconds behind the point.
fn micros(span: &Range<u64>, time: u64) -> String {
    let nanos = i128::from(time) - i128::from(span.start);
    let sign = if nanos < 0 { "-" } else { "" };
    let nanos = nanos.unsigned_abs();
    format!("{sign}{}.{:03}", nanos / 1000, nanos % 1000)
}

fn json(span: &Range<u64>, requests: &[Entry], cut: bool, samples: &[cpu::Instant]) -> String {
    let pid = std::process::id();
    let name = std::env::args().next().unwrap_or_default();
    let mut out = format!(
        "{{\"displayTimeUnit\":\"ns\",\"otherData\":{{\"probe\":{},\"mono_ns\":{},\"unix_ns\":{},\"requests_cut\":{cut}}},\
         \"traceEvents\":[\n{{\"ph\":\"M\",\"pid\":{pid},\"name\":\"process_name\",\"args\":{{\"name\":{}}}}}",
        quoted(VERSION),
        span.start,
        clock::wall_nanos().saturating_sub(clock::monotonic_nanos().saturating_sub(span.start)),
        quoted(&name),
    );
    for entry in requests {
        request(&mut out, span, pid, entry);
    }
    for sample in samples {
        let _ = write!(
            out,
            ",\n{{\"ph\":\"i\",\"s\":\"t\",\"pid\":{pid},\"tid\":{},\"ts\":{},\"cat\":\"cpu\",\"name\":{}}}",
            sample.tid,
            micros(span, sample.time),
            quoted(&sample.leaf),
        );
    }
    out.push_str("\n]}\n");
    out
}

fn request(out: &mut String, span: &Range<u64>, pid: u32, entry: &Entry) {
    let name = quoted(&format!("{} {}", entry.method, entry.route));
    let ledger = &entry.ledger;
    for (phase, time, args) in [
        ("b", ledger.started, line(entry)),
        ("e", ledger.ended, "{}".to_owned()),
    ] {
        let _ = write!(
            out,
            ",\n{{\"ph\":\"{phase}\",\"cat\":\"request\",\"id\":{},\"pid\":{pid},\"tid\":0,\"ts\":{},\"name\":{name},\"args\":{args}}}",
            entry.id,
            micros(span, time),
        );
    }
    let poll = ledger.longest_poll;
    let _ = write!(
        out,
        ",\n{{\"ph\":\"X\",\"cat\":\"poll\",\"pid\":{pid},\"tid\":{},\"ts\":{},\"dur\":{}.{:03},\"name\":{name}}}",
        ledger.thread,
        micros(span, poll.at),
        poll.nanos / 1000,
        poll.nanos % 1000,
    );
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::request::ledger::Ledger;

    #[test]
    fn times_are_relative_and_keep_their_nanoseconds() {
        assert_eq!(micros(&(1000..9000), 3005), "2.005");
        assert_eq!(micros(&(1000..9000), 499), "-0.501");
    }

    #[test]
    fn a_request_is_a_pair_of_events_and_a_slice() {
        let mut ledger = Ledger::new(2000);
        ledger.begin_poll(2010, None);
        ledger.end_poll(3500, 42);
        ledger.end(3500);
        let entry = Entry {
            id: 3,
            name: None,
            route: "/x",
            method: "GET",
            status: 200,
            ledger,
        };
        let mut out = String::new();
        request(&mut out, &(1000..9000), 1, &entry);
        let args = out.find("\"args\"").unwrap();
        expect![[r#"
            ,
            {"ph":"b","cat":"request","id":3,"pid":1,"tid":0,"ts":1.000,"name":"GET /x","#]]
        .assert_eq(&out[..args]);
        let end = out.find(",\n{\"ph\":\"e\"").unwrap();
        expect![[r#"
            ,
            {"ph":"e","cat":"request","id":3,"pid":1,"tid":0,"ts":2.500,"name":"GET /x","args":{}},
            {"ph":"X","cat":"poll","pid":1,"tid":42,"ts":1.010,"dur":1.490,"name":"GET /x"}"#]]
        .assert_eq(&out[end..]);
    }
}
