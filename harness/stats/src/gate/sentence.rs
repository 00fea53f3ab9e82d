//! What a gate says on top: the verdict, the metric that is worst and by how much, and where it comes from, in one sentence.

use super::figure::{Figure, relative};
use super::verdict::{Decision, Label, MetricResult};
use crate::attribution::{Attribution, Band, Cost};
use crate::judge::Verdict;
use record::comparison::Metric;
use record::quantity::format_nanoseconds;

/// Quantiles from this on are the tail: they are attributed from slow requests only.
const TAIL: f64 = 0.99;
/// What grew to more than so many times what it was is told by its values: "+51,803 %" says less than "from 7 ns to 3.6 µs".
const TOLD_BY_RATIO: f64 = 10.0;

/// The sentence on top, as in "P99 response time +18 % [11, 26] at 3,000/s, 10 of 10 rounds slower; CPU per request +9 %, 62 % of it in
/// `ledger::apply`." `rate` is that of the open windows, per second.
pub fn headline(decision: &Decision, rate: f64, causes: &[Attribution]) -> String {
    let worst = first_regressed(&decision.metrics);
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

/// The regression that the sentence is about. What users feel comes before what it may come from; among those, the largest worsening in
/// margins.
pub(super) fn first_regressed(metrics: &[MetricResult]) -> Option<&MetricResult> {
    let order = |one: &MetricResult| match one.gated.metric {
        metric if metric.response_quantile().is_some() => 0,
        Metric::Throughput => 1,
        _ => 2,
    };
    let regressed = metrics.iter().filter(|one| one.label == Label::Regressed);
    regressed.min_by(|a, b| {
        let by_size = b.margins().total_cmp(&a.margins());
        order(a).cmp(&order(b)).then(by_size)
    })
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

// The change with its interval, in percent; the two values where a ratio says little.
fn change(figure: &Figure) -> String {
    let Some(ratio) = figure.ratio().filter(|ratio| *ratio <= TOLD_BY_RATIO) else {
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

// The increase of cost that a function stands out in. That of the metric the sentence is about comes first, and of a slower tail that of its own
// requests; then the one that grew most.
fn cause(decision: &Decision, worst: Option<Metric>, causes: &[Attribution]) -> Option<String> {
    let is_tail = worst.is_some_and(is_tail);
    let named = causes
        .iter()
        .filter(|one| one.named.is_some() && (one.band == Band::All || is_tail));
    let rank = |one: &Attribution| {
        let is_its_own = worst == Some(metric_of(one.cost));
        (u8::from(one.band == Band::Tail), u8::from(is_its_own))
    };
    let found = named.max_by(|a, b| {
        // From nothing to something is more than any share.
        let size = |one: &Attribution| one.relative().unwrap_or(f64::INFINITY);
        let by_size = size(a).total_cmp(&size(b));
        rank(a).cmp(&rank(b)).then(by_size)
    })?;
    let named = found.named.as_ref()?;
    let share = format!("{:.0} % of it in `{}`", named.share * 100.0, named.function);
    if worst == Some(metric_of(found.cost)) && found.band == Band::All {
        return Some(share);
    }
    Some(format!(
        "{} {}, {share}",
        found.title(),
        grown(decision, found)
    ))
}

// As the gate measured it where it did, or else as the profiles show it.
fn grown(decision: &Decision, found: &Attribution) -> String {
    let result = decision.metric(metric_of(found.cost));
    let figure = result.and_then(|one| one.figure.as_ref());
    let ratio = figure
        .filter(|_| found.band == Band::All)
        .and_then(Figure::ratio);
    let share = ratio.map(|ratio| ratio - 1.0).or(found.relative());
    match share.filter(|share| share + 1.0 <= TOLD_BY_RATIO) {
        Some(share) => signed(share),
        None if found.cost.unit() == "ns" => format!(
            "+{}",
            format_nanoseconds(found.total.estimate.max(0.0).round() as u64)
        ),
        None => format!("+{:.2}", found.total.estimate),
    }
}

fn is_tail(metric: Metric) -> bool {
    let quantile = metric.response_quantile().or(metric.service_quantile());
    quantile.is_some_and(|q| q >= TAIL)
}

/// What got worse without a cause that could be looked for: a slower tail, if no sample knows how slow its request was. What all requests did
/// says nothing about the slow ones.
pub fn unattributed(decision: &Decision, causes: &[Attribution]) -> Option<String> {
    if causes.iter().any(|one| one.band == Band::Tail) {
        return None;
    }
    let regressed = decision.regressed().into_iter();
    let slow = regressed
        .map(|one| one.gated.metric)
        .find(|metric| is_tail(*metric))?;
    Some(format!(
        "{} is not attributed to a function: no sample knows how slow its request was",
        slow.title()
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

fn blind(decision: &Decision) -> Option<String> {
    let (one, most) = first_unclear(&decision.metrics)?;
    Some(format!(
        "{} may be up to {:.0} % worse, noise hides the rest",
        one.gated.metric.title(),
        most * 100.0
    ))
}

/// What an undecided gate could not see, of the metric that it knows least about: it, and how much worse it may be, relative.
pub(super) fn first_unclear(metrics: &[MetricResult]) -> Option<(&MetricResult, f64)> {
    let unclear = metrics.iter().filter(|one| !one.is_settled());
    let open = unclear.filter_map(|one| {
        let figure = one
            .figure
            .as_ref()
            .filter(|figure| !figure.logs.is_empty())?;
        let high = figure.beta_bounds.high;
        high.is_finite()
            .then(|| (one, relative(one.gated.metric, high)))
    });
    open.max_by(|a, b| a.1.total_cmp(&b.1))
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
