//! Request records as lines of JSON, the form that a load generator fetches after a window.

use std::fmt::Write as _;

use super::ledger::{Ledger, Longest};
use super::table::Entry;
use crate::stall::{ByCause, Cause};

/// The form of the lines, for readers that must refuse others.
pub(crate) const SCHEMA: &str = "probe-requests/1";

/// Text as a JSON string.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                out.push('\\');
                out.push(character);
            }
            control if control < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// One request as one line, without the line break.
pub(crate) fn line(entry: &Entry) -> String {
    let ledger = &entry.ledger;
    let mut out = format!(
        "{{\"request\":{},\"route\":{},\"method\":{},\"status\":{},\"started_ns\":{},\"ended_ns\":{},\"polls\":{}",
        quoted(&entry.called()),
        quoted(entry.route),
        quoted(entry.method),
        entry.status,
        ledger.started,
        ledger.ended,
        ledger.polls,
    );
    let _ = write!(
        out,
        ",\"poll_ns\":{},\"ready_ns\":{},\"pending_ns\":{},\"thread\":{}",
        ledger.poll, ledger.ready, ledger.pending, ledger.thread
    );
    longest(&mut out, "longest_poll", ledger.longest_poll);
    longest(&mut out, "longest_ready", ledger.longest_ready);
    causes(&mut out, "waits_ns", &ledger.waits.inside);
    causes(&mut out, "pending_on_ns", &ledger.waits.between);
    let _ = write!(
        out,
        ",\"allocations\":{},\"allocated_bytes\":{}",
        ledger.allocations, ledger.allocated_bytes
    );
    detail(&mut out, ledger);
    out.push('}');
    out
}

fn longest(out: &mut String, key: &str, longest: Longest) {
    let Longest { nanos, at } = longest;
    let _ = write!(out, ",\"{key}_ns\":{nanos},\"{key}_at_ns\":{at}");
}

fn causes(out: &mut String, key: &str, nanos: &ByCause) {
    let pairs = Cause::ALL.iter().zip(nanos);
    let pairs = pairs.filter(|(_, nanos)| **nanos > 0);
    let pairs: Vec<_> = pairs
        .map(|(cause, nanos)| format!("\"{}\":{nanos}", cause.name()))
        .collect();
    let _ = write!(out, ",\"{key}\":{{{}}}", pairs.join(","));
}

fn detail(out: &mut String, ledger: &Ledger) {
    let (Some(detail), Some((run_queue, page_faults))) = (ledger.detail, ledger.off_cpu()) else {
        out.push_str(",\"detail\":null");
        return;
    };
    let _ = write!(
        out,
        ",\"detail\":{{\"cpu_ns\":{},\"run_queue_ns\":{run_queue},\"page_faults_ns\":{page_faults},\"minor_faults\":{},\
         \"major_faults\":{},\"voluntary_switches\":{},\"involuntary_switches\":{}}}",
        detail.cpu,
        detail.minor_faults,
        detail.major_faults,
        detail.voluntary_switches,
        detail.involuntary_switches
    );
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::request::ledger::Detail;
    use crate::request::table::Name;

    fn entry() -> Entry {
        let mut ledger = Ledger::new(1000);
        ledger.begin_poll(1010, None);
        ledger.end_poll(1500, 42);
        ledger.end(1500);
        ledger.waits.inside[Cause::Lock as usize] = 100;
        ledger.waits.count = 1;
        Entry {
            id: 3,
            name: Name::of(br#"a"b\c"#),
            route: "/accounts/{id}",
            method: "GET",
            status: 200,
            ledger,
        }
    }

    #[test]
    fn a_record_is_one_line_of_json() {
        expect![[r#"{"request":"a\"b\\c","route":"/accounts/{id}","method":"GET","status":200,"started_ns":1000,"ended_ns":1500,"polls":1,"poll_ns":490,"ready_ns":10,"pending_ns":0,"thread":42,"longest_poll_ns":490,"longest_poll_at_ns":1010,"longest_ready_ns":10,"longest_ready_at_ns":1000,"waits_ns":{"lock":100},"pending_on_ns":{},"allocations":0,"allocated_bytes":0,"detail":null}"#]]
            .assert_eq(&line(&entry()));
    }

    #[test]
    fn a_detailed_record_says_where_the_rest_of_its_polls_went() {
        let mut entry = entry();
        entry.name = None;
        entry.ledger.detail = Some(Detail {
            cpu: 300,
            voluntary_switches: 1,
            involuntary_switches: 2,
            ..Detail::default()
        });
        let line = line(&entry);
        assert!(line.starts_with(r#"{"request":"probe-3","#), "{line}");
        let detail = r#""detail":{"cpu_ns":300,"run_queue_ns":90,"page_faults_ns":0,"minor_faults":0,"major_faults":0,"voluntary_switches":1,"involuntary_switches":2}}"#;
        assert!(line.ends_with(detail), "{line}");
    }

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(quoted("a\n\u{1}"), r#""a\u000a\u0001""#);
    }
}
