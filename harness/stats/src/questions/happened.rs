//! Did it error, and did it even happen?

use super::unknown;
use crate::validity::counts;
use crate::words::{count, plural, share};
use record::phase::Phase;
use record::run::{Audit, RunRecord, Window};

/// Failed, timed out and lost, with the worst second.
pub(super) fn errors(record: &RunRecord) -> String {
    let Some(ratio) = record.error_ratio() else {
        return unknown("no request finished");
    };
    let lost = lost(record);
    if record.requests_failed() == 0 {
        return match lost {
            None => "No: every request was good and every arrival was answered.".to_owned(),
            Some(lost) => format!("No request failed, but {lost}."),
        };
    }
    let kinds: Vec<_> = record
        .failures()
        .iter()
        .map(|(kind, n)| format!("{kind} {}", count(*n)))
        .collect();
    let lost = lost.map_or_else(String::new, |lost| format!("; {lost}"));
    format!(
        "Yes: {} of {} ({}) failed, by {}{}{lost}.",
        count(record.requests_failed()),
        plural(record.requests(), "request"),
        share(ratio),
        kinds.join(", "),
        seconds(record)
    )
}

fn lost(record: &RunRecord) -> Option<String> {
    let arrivals = record.arrivals;
    let parts = [
        (arrivals.in_flight, "in flight at the end"),
        (arrivals.unsent, "never sent"),
        (arrivals.dropped, "dropped"),
    ];
    let told = parts.iter().filter(|(n, _)| *n > 0);
    let told: Vec<_> = told
        .map(|(n, what)| format!("{} {what}", plural(*n, "arrival")))
        .collect();
    (!told.is_empty()).then(|| told.join(", "))
}

fn seconds(record: &RunRecord) -> String {
    let failing = record
        .windows
        .iter()
        .filter(|window| window.phase == Phase::Steady && window.failed > 0);
    let at = |window: &Window| window.span.start.as_secs_f64();
    let first = failing.clone().next();
    let worst = failing.max_by(|one, other| {
        let by_count = one.failed.cmp(&other.failed);
        // The earlier of two that are equally bad.
        by_count.then(other.span.start.cmp(&one.span.start))
    });
    match (first, worst) {
        (Some(first), Some(worst)) if first.span == worst.span => {
            let all = worst.failed >= record.requests_failed();
            let part = if all { "all" } else { "most" };
            format!(", {part} in the second {:.0} s after the start", at(worst))
        }
        (Some(first), Some(worst)) => format!(
            ", first {:.0} s after the start, most ({}) in the second at {:.0} s",
            at(first),
            count(worst.failed),
            at(worst)
        ),
        _ => String::new(),
    }
}

/// The target's own count and the audit.
pub(super) fn answer(record: &RunRecord) -> String {
    let counted = counts(record).map(|(server, client)| counted(server, client));
    let audited = record.audit.as_ref().map(audited);
    let told: Vec<_> = [counted, audited].into_iter().flatten().collect();
    if !told.is_empty() {
        let believed = record.audit.as_ref().is_none_or(Audit::passed);
        let head = if believed { "Yes" } else { "Not as it should" };
        return format!("{head}: {}.", told.join("; "));
    }
    let bytes: u64 = record.steps.iter().map(|step| step.body_bytes).sum();
    unknown(&format!(
        "the target's own count could not be read and there is no audit; {} with {} of body came back",
        plural(record.requests_ok(), "good answer"),
        plural(bytes, "byte")
    ))
}

fn counted(server: u64, client: u64) -> String {
    if server == client {
        format!("the target counted the same {}", plural(client, "request"))
    } else {
        format!(
            "the target counted {} requests, the client {}",
            count(server),
            count(client)
        )
    }
}

fn audited(audit: &Audit) -> String {
    let held = audit.checks.iter().filter(|check| check.held).count() as u64;
    let all = audit.checks.len() as u64;
    if held == all {
        format!("the audit passed ({})", plural(all, "check"))
    } else {
        format!("the audit found {} of {} checks broken", all - held, all)
    }
}
