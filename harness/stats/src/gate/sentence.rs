//! What a gate says on top: the verdict, the metric that is worst and by how much, and where it comes from, in one sentence.

use super::figure::{Figure, relative};
use super::verdict::{Decision, MetricResult};
use crate::attribution::{Attribution, Cost};
use crate::judge::Verdict;
use record::comparison::Metric;
use record::quantity::format_nanoseconds;

/// The sentence on top, as in "P99 response time +18 % [11, 26] at 3,000/s, 10 of 10 rounds slower; CPU per request +9 %, 62 % of it in
/// `ledger::apply`." `rate` is that of the open windows, per second.
pub fn headline(decision: &Decision, rate: f64, causes: &[Attribution]) -> String {
    let worst = first_named(decision);
    let first = match (decision.verdict, worst) {
        (Some(Verdict::Fail), Some(worst)) => worse(worst, rate),
        (Some(Verdict::Pass), _) => Some("no regression, nothing to do".to_owned()),
        (Some(Verdict::Inconclusive), _) => blind(decision),
        _ => None,
    };
    let first = first
        .or_else(|| decision.reasons.first().cloned())
        .unwrap_or_default();
    let worst = worst.map(|one| one.gated.metric);
    let mut parts = vec![first];
    if decision.verdict == Some(Verdict::Fail) {
        parts.extend(cause(decision, worst, causes));
    }
    format!("{}.", parts.join("; "))
}

/// One line below: what would have been seen, and what was dropped.
pub fn underline(decision: &Decision) -> String {
    let seen = decision.metrics.iter().filter_map(|one| {
        let detectable = one.detectable?;
        Some(format!(
            "{} {:.1} %",
            one.gated.metric.title(),
            detectable.relative * 100.0
        ))
    });
    let seen: Vec<String> = seen.collect();
    let found = if seen.is_empty() {
        "nothing can be found by statistics".to_owned()
    } else {
        format!("found with 80 % probability: {}", seen.join(", "))
    };
    let rounds = match decision.dropped.rounds {
        0 => format!("{} rounds", decision.valid),
        dropped => format!("{} rounds, {dropped} dropped", decision.valid),
    };
    format!("{rounds}; {found}")
}

// What users feel comes before what it may come from; among those, the largest worsening in margins.
fn first_named(decision: &Decision) -> Option<&MetricResult> {
    let order = |one: &MetricResult| match one.gated.metric {
        metric if metric.response_quantile().is_some() => 0,
        Metric::Throughput => 1,
        _ => 2,
    };
    decision
        .regressed()
        .into_iter()
        .min_by_key(|one| order(one))
}

fn worse(one: &MetricResult, rate: f64) -> Option<String> {
    let figure = one.figure.as_ref()?;
    let metric = one.gated.metric;
    let by = change(figure);
    let at = metric
        .response_quantile()
        .map_or(String::new(), |_| format!(" at {}/s", thousands(rate)));
    let (worse, all) = (figure.rounds_worse(), figure.pairs.len());
    let is_time = metric
        .response_quantile()
        .or(metric.service_quantile())
        .is_some();
    let how = if is_time { "slower" } else { "worse" };
    Some(format!(
        "{}{by}{at}, {worse} of {all} rounds {how}",
        metric.title()
    ))
}

// The change with its interval, in percent; the two values where there is no ratio.
fn change(figure: &Figure) -> String {
    let Some(ratio) = figure.ratio() else {
        let shown = |value: f64| match figure.metric.unit() {
            "ns" => format_nanoseconds(value.round() as u64),
            _ => format!("{value:.2}"),
        };
        return format!(
            " from {} to {}",
            shown(figure.baseline),
            shown(figure.candidate)
        );
    };
    let interval = figure.ratio_interval();
    let percent = |ratio: f64| format!("{:.0}", (ratio - 1.0) * 100.0);
    let by = signed(ratio - 1.0);
    if interval.low.is_finite() && interval.high.is_finite() {
        format!(
            " {by} [{}, {}]",
            percent(interval.low),
            percent(interval.high)
        )
    } else {
        format!(" {by}")
    }
}

// The increase of cost that a function stands out in; the one with the largest share of its own total first.
fn cause(decision: &Decision, worst: Option<Metric>, causes: &[Attribution]) -> Option<String> {
    let named = causes.iter().filter(|one| one.named.is_some());
    let found = named.max_by(|a, b| {
        let size = |one: &Attribution| one.relative().unwrap_or(0.0);
        size(a).total_cmp(&size(b))
    })?;
    let named = found.named.as_ref()?;
    let metric = metric_of(found.cost);
    let result = decision.metric(metric).and_then(|one| one.figure.as_ref());
    let change = result
        .and_then(|figure| Some(figure.ratio()? - 1.0))
        .or(found.relative())?;
    let share = format!("{:.0} % of it in `{}`", named.share * 100.0, named.function);
    if worst == Some(metric) {
        return Some(share);
    }
    Some(format!(
        "{} {}, {share}",
        found.cost.title(),
        signed(change)
    ))
}

fn metric_of(cost: Cost) -> Metric {
    match cost {
        Cost::Cpu => Metric::CpuPerRequest,
        Cost::Bytes => Metric::BytesPerRequest,
        Cost::Allocations => Metric::AllocsPerRequest,
        Cost::LockWait => Metric::LockWaitPerRequest,
    }
}

// What an undecided gate could not see, of the metric that it knows least about.
fn blind(decision: &Decision) -> Option<String> {
    let unclear = decision.metrics.iter().filter(|one| !one.is_settled());
    let open = unclear.filter_map(|one| {
        let figure = one
            .figure
            .as_ref()
            .filter(|figure| !figure.logs.is_empty())?;
        let high = figure.beta_bounds.high;
        high.is_finite()
            .then(|| (one.gated.metric, relative(one.gated.metric, high)))
    });
    let (metric, most) = open.max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(format!(
        "inconclusive: {} may be up to {:.0} % worse, noise hides the rest",
        metric.title(),
        most * 100.0
    ))
}

fn signed(share: f64) -> String {
    let sign = if share < 0.0 { "−" } else { "+" };
    format!("{sign}{:.0} %", share.abs() * 100.0)
}

/// A whole number with commas, as in 3,000.
fn thousands(value: f64) -> String {
    let digits = format!("{:.0}", value.max(0.0));
    let from_end = digits.chars().rev().enumerate();
    let mut text: Vec<char> = Vec::new();
    for (at, digit) in from_end {
        if at > 0 && at % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text.into_iter().rev().collect()
}
