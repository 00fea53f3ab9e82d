//! Do the counts agree with each other, with the target's, and with Little's law? Are there enough of them?

use super::Reason;
use crate::limits::{COUNTS, LITTLE, SAMPLES, STALL};
use crate::little::{self, Little};
use crate::rule::RuleResult;
use crate::words::{count, number, share};
use record::failure::FailureKind;
use record::phase::Phase;
use record::rule::{Metric, Term};
use record::run::RunRecord;

/// Beyond this share of failed requests the others are the exception.
const MOSTLY: f64 = 0.5;

pub(super) fn conservation(record: &RunRecord) -> Option<Reason> {
    let arrivals = record.arrivals;
    (!arrivals.is_conserved()).then(|| {
        let text = format!(
            "{} arrivals were due and {} are accounted for",
            arrivals.scheduled,
            arrivals.accounted()
        );
        Reason::of(&LITTLE, text)
    })
}

pub(super) fn no_data(record: &RunRecord) -> Option<Reason> {
    (record.requests() == 0).then(|| {
        let due = record.arrivals.scheduled;
        Reason::new(
            "no_data",
            format!("no request of the steady phase finished ({due} arrivals were due)"),
            "is the phase long enough, and the target alive?",
        )
    })
}

pub(super) fn too_few(result: &RuleResult) -> Option<Reason> {
    if result.samples == 0 {
        return Some(Reason::new(
            "no_data",
            format!("{} has no samples", result.rule),
            "does the plan run that step often enough?",
        ));
    }
    let Term::Quantile(quantile) = result.rule.term else {
        return None;
    };
    // Rounded, so that 100 samples leave 10 beyond P90 and not 9.999….
    let beyond = ((1.0 - quantile) * result.samples as f64 * 1e6).round() / 1e6;
    // A broken rule needs no more samples to be broken.
    (beyond < SAMPLES.value && result.held != Some(false)).then(|| {
        let text = format!(
            "{}: {} samples leave {beyond:.1} beyond that quantile, {} are needed",
            result.rule, result.samples, SAMPLES.value
        );
        Reason::of(&SAMPLES, text)
    })
}

/// A run without a good request is not a pass, whatever was demanded of it.
pub(crate) fn all_failed(record: &RunRecord) -> Option<Reason> {
    (record.requests() > 0 && record.requests_ok() == 0).then(|| {
        Reason::new(
            "all_failed",
            format!("all {} requests failed", record.requests()),
            "are path, method and status what the target expects?",
        )
    })
}

/// Most requests failed, and the plan does not say how many may: then the percentiles, which are of good requests only, are of the few
/// that got through. Not a failure, because nobody demanded anything: a test of how a target refuses is a test too. But nobody may read
/// the numbers without knowing it.
pub(super) fn mostly_failed(record: &RunRecord) -> Option<Reason> {
    let ratio = record.error_ratio()?;
    let rules = &record.plan.thresholds;
    let demanded = rules.iter().any(|rule| rule.metric == Metric::ErrorRatio);
    let some_good = record.requests_ok() > 0;
    (!demanded && some_good && ratio > MOSTLY).then(|| {
        let text = format!(
            "{} of the requests failed, and no threshold says how many may; times are those of the others",
            share(ratio)
        );
        let hint = "look at the errors by kind; to fail such a run, demand it: --threshold 'error_ratio < 1%'";
        Reason::new("mostly_failed", text, hint)
    })
}

pub(super) fn little_open(record: &RunRecord) -> Option<Reason> {
    let little = little::open(record)?;
    (little.excess() > LITTLE.of(record)).then(|| {
        let text = format!(
            "Little's law does not hold: {} transactions were in flight on average, rate and times make {} ({}, limit {})",
            number(little.counted),
            number(little.computed),
            residual(&little),
            share(LITTLE.of(record) + little.forgiven)
        );
        Reason::of(&LITTLE, text)
    })
}

pub(super) fn little_closed(record: &RunRecord) -> Option<Reason> {
    let little = little::closed(record)?;
    let (users, busy) = (number(little.counted), number(little.computed));
    let too_many = little.residual() < 0.0;
    let limit = if too_many { &LITTLE } else { &STALL };
    (little.excess() > limit.of(record)).then(|| {
        let text = if too_many {
            format!("Little's law does not hold: {users} users would have to be {busy} to wait and think as long as they did")
        } else {
            format!("the generator held its users up: of {users} users {busy} waited for an answer or thought, limit {}", share(limit.of(record)))
        };
        Reason::of(limit, format!("{text} ({} off)", residual(&little)))
    })
}

fn residual(little: &Little) -> String {
    share(little.residual().abs())
}

pub(super) fn counts_differ(record: &RunRecord) -> Option<Reason> {
    let (server, client) = counts(record)?;
    let allowed = allowed_difference(record, client);
    (server.abs_diff(client) > allowed).then(|| {
        let text = format!(
            "the target counted {} requests and the client {}; failed ones explain {}",
            count(server),
            count(client),
            count(allowed)
        );
        Reason::of(&COUNTS, text)
    })
}

/// The target's count and the client's, of the same span.
pub(crate) fn counts(record: &RunRecord) -> Option<(u64, u64)> {
    record
        .health
        .server_requests
        .zip(record.health.client_requests)
}

// What ended without an answer may have reached the target or not. Of failures outside the steady phase the kinds are not kept.
fn allowed_difference(record: &RunRecord, client: u64) -> u64 {
    let unclear = |kind: &FailureKind| !matches!(kind, FailureKind::Status | FailureKind::Check);
    let steady = record.failures().into_iter();
    let steady: u64 = steady
        .filter(|(kind, _)| unclear(kind))
        .map(|(_, n)| n)
        .sum();
    let other = record
        .windows
        .iter()
        .filter(|window| window.phase != Phase::Steady);
    let other: u64 = other.map(|window| window.failed).sum();
    let lost = steady + other + record.arrivals.in_flight;
    if record.target.reference {
        lost
    } else {
        lost.max((client as f64 * COUNTS.of(record)) as u64)
    }
}
