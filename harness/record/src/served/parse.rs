//! Pages of `/debug/probe/requests`: a line about all of them, then one line of JSON a record.

use super::{Detail, Page, RequestKey, Served};
use serde::Deserialize;
use std::borrow::Cow;

/// The form that is understood.
const SCHEMA: &str = "probe-requests/1";

#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow)]
    schema: Cow<'a, str>,
    next: Option<u64>,
    overwritten: u64,
}

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    request: Cow<'a, str>,
    started_ns: u64,
    ended_ns: u64,
    poll_ns: u64,
    ready_ns: u64,
    pending_ns: u64,
    waits_ns: Waits,
    pending_on_ns: Waits,
    detail: Option<DetailLine>,
}

// Causes that did not happen are left out.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Waits {
    lock: u64,
    allocator: u64,
    fsync: u64,
    io: u64,
    timer: u64,
    channel: u64,
    blocking_queue: u64,
}

impl From<Waits> for [u64; super::WAITS.len()] {
    fn from(w: Waits) -> Self {
        [
            w.lock,
            w.allocator,
            w.fsync,
            w.io,
            w.timer,
            w.channel,
            w.blocking_queue,
        ]
    }
}

#[derive(Deserialize)]
struct DetailLine {
    cpu_ns: u64,
    run_queue_ns: u64,
    page_faults_ns: u64,
}

/// Reads a page; records of requests that are not of run `run_id` are left out.
///
/// # Errors
/// The line that is not what it should be, and why.
pub fn page(text: &str, run_id: &str) -> Result<Page, String> {
    let mut lines = text.lines();
    let bad = |number: usize, why: String| format!("line {number} of the request records: {why}");
    let head: Head<'_> = serde_json::from_str(lines.next().unwrap_or_default())
        .map_err(|error| bad(1, error.to_string()))?;
    if head.schema != SCHEMA {
        return Err(bad(
            1,
            format!(
                "they are \"{}\", and \"{SCHEMA}\" is understood",
                head.schema
            ),
        ));
    }
    let mut served = Vec::new();
    for (number, line) in (2..).zip(lines) {
        let line: Line<'_> =
            serde_json::from_str(line).map_err(|error| bad(number, error.to_string()))?;
        served.extend(RequestKey::of(&line.request, run_id).map(|key| of(key, line)));
    }
    Ok(Page {
        served,
        next: head.next,
        overwritten: head.overwritten,
    })
}

fn of(key: RequestKey, line: Line<'_>) -> Served {
    Served {
        key,
        started: line.started_ns,
        ended: line.ended_ns,
        poll: line.poll_ns,
        ready: line.ready_ns,
        pending: line.pending_ns,
        inside: line.waits_ns.into(),
        between: line.pending_on_ns.into(),
        detail: line.detail.map(|detail| Detail {
            cpu: detail.cpu_ns,
            run_queue: detail.run_queue_ns,
            page_faults: detail.page_faults_ns,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = r#"{"schema":"probe-requests/1","probe":"0.1.0","records":2,"next":7,"overwritten":3,"clock":{"mono_ns":1}}"#;
    const LINE: &str = r#"{"request":"run-17-0","route":"/accounts/{id}","method":"GET","status":200,"started_ns":1000,"ended_ns":1500,"polls":1,"poll_ns":490,"ready_ns":10,"pending_ns":0,"thread":42,"longest_poll_ns":490,"longest_poll_at_ns":1010,"longest_ready_ns":10,"longest_ready_at_ns":1000,"waits_ns":{"lock":100},"pending_on_ns":{"fsync":5},"allocations":3,"allocated_bytes":120,"detail":{"cpu_ns":300,"run_queue_ns":90,"page_faults_ns":0,"minor_faults":0,"major_faults":0,"voluntary_switches":1,"involuntary_switches":2}}"#;

    #[test]
    fn a_page_is_read_and_strangers_are_left_out() {
        let stranger = LINE.replace("run-17-0", "probe-4");
        let page = page(&format!("{HEAD}\n{LINE}\n{stranger}\n"), "run").unwrap();
        assert_eq!((page.next, page.overwritten), (Some(7), 3));
        let expected = Served {
            key: RequestKey {
                arrival: 17,
                number: 0,
            },
            started: 1000,
            ended: 1500,
            poll: 490,
            ready: 10,
            pending: 0,
            inside: [100, 0, 0, 0, 0, 0, 0],
            between: [0, 0, 5, 0, 0, 0, 0],
            detail: Some(Detail {
                cpu: 300,
                run_queue: 90,
                page_faults: 0,
            }),
        };
        assert_eq!(page.served, [expected]);
    }

    #[test]
    fn what_is_no_page_is_refused_with_its_place() {
        for (text, expected) in [
            (String::new(), "line 1"),
            (HEAD.replace("requests/1", "requests/2"), "probe-requests/2"),
            (format!("{HEAD}\n{LINE}\n{{}}"), "line 3"),
            (format!("{HEAD}\n{}", LINE.replace("490", "-1")), "line 2"),
        ] {
            let error = page(&text, "run").unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
