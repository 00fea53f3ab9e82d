//! Plans of gates: `gate.toml` to [`GatePlan`] and back, with every mistake named by file, line and key.

mod floor;
mod text;
mod wire;

pub use text::{TEMPLATE, text};

use super::SCHEMA;
use super::place::Source;
use super::wire::{DurationText, ShareText};
use crate::error::{Fault, PlanError, suggest};
use crate::threshold;
use record::comparison::{GatePlan, GatedMetric, Metric, Test, ValidityLimits};
use record::fnv::fnv1a;
use record::rule::{self, Operator, Rule, Term};
use record::run::Model;
use std::ops::RangeInclusive;
use std::time::Duration;

/// Bounds of `alpha` and `beta`.
const LEVEL: RangeInclusive<f64> = 1e-6..=0.5;
/// Bounds of `rate_fraction`.
const FRACTION: RangeInclusive<f64> = 0.05..=0.95;
/// Bounds of a margin.
const MARGIN: RangeInclusive<f64> = 0.001..=10.0;
/// Bounds of both windows of a slot.
const SLOT: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_mins(10);
/// Looks of a gate.
const LOOKS: usize = 10;
/// Most rounds at a look: up to here the test is counted exactly.
const ROUNDS: u32 = 52;
/// Absolute limits of a gate.
const SLOS: usize = 32;

/// Reads a gate's plan; `source` is the file's name, for errors. An empty text but for its schema is the plan with every default.
pub fn plan(text: &str, source: &str) -> Result<GatePlan, PlanError> {
    let here = Source { name: source, text };
    let file: wire::File = toml::from_str(text).map_err(|error| here.refused(&error))?;
    resolve(file).map_err(|fault| here.located(&fault))
}

/// Equal digests measure the same way, whatever is then judged of it: points of a history that are held against each other. `load` is what
/// windows are told besides the plan.
pub fn digest(plan: &GatePlan, load: &[String]) -> String {
    let measured = GatePlan {
        workload: plan.workload.clone(),
        rate_fraction: plan.rate_fraction,
        slot_closed: plan.slot_closed,
        slot_open: plan.slot_open,
        slot_warmup: plan.slot_warmup,
        ..GatePlan::default()
    };
    let words = format!("{}\n{}", text::text(&measured), load.join("\n"));
    format!("{:016x}", fnv1a(words.bytes()))
}

fn resolve(file: wire::File) -> Result<GatePlan, Fault> {
    super::schema(file.schema)?;
    let usual = GatePlan::default();
    let slot = file.slot.unwrap_or_default();
    let share =
        |given: Option<ShareText>, usual: f64| given.map_or(usual, |ShareText(share)| share);
    let plan = GatePlan {
        workload: file.workload,
        seed: file.seed.unwrap_or(usual.seed),
        alpha: within("alpha", file.alpha.unwrap_or(usual.alpha), &LEVEL)?,
        beta: within("beta", file.beta.unwrap_or(usual.beta), &LEVEL)?,
        rate_fraction: within(
            "rate_fraction",
            file.rate_fraction.unwrap_or(usual.rate_fraction),
            &FRACTION,
        )?,
        slot_closed: window("slot.closed", slot.closed, usual.slot_closed)?,
        slot_open: window("slot.open", slot.open, usual.slot_open)?,
        slot_warmup: slot
            .warmup
            .map(|given| window("slot.warmup", Some(given), Duration::ZERO))
            .transpose()?,
        max_error_rate: share(file.max_error_rate, usual.max_error_rate),
        error_rate_margin: share(file.error_rate_margin, usual.error_rate_margin),
        test: test(file.test.as_deref())?,
        metrics: metrics(file.metric)?,
        slos: slos(&file.slo)?,
        validity: validity(file.validity.unwrap_or_default())?,
        looks: file.looks.unwrap_or(usual.looks),
        spend: file.spend.unwrap_or(usual.spend),
    };
    looks(&plan)?;
    Ok(plan)
}

fn within(key: &str, value: f64, bounds: &RangeInclusive<f64>) -> Result<f64, Fault> {
    let what = || {
        format!(
            "{value} is not between {} and {}",
            bounds.start(),
            bounds.end()
        )
    };
    let inside = bounds.contains(&value);
    inside
        .then_some(value)
        .ok_or_else(|| Fault::at(key, what()))
}

fn window(key: &str, given: Option<DurationText>, usual: Duration) -> Result<Duration, Fault> {
    let length = super::time(given, usual);
    let what = || {
        format!(
            "{length:?} is not between {:?} and {:?}",
            SLOT.start(),
            SLOT.end()
        )
    };
    SLOT.contains(&length)
        .then_some(length)
        .ok_or_else(|| Fault::at(key, what()))
}

fn test(given: Option<&str>) -> Result<Test, Fault> {
    match given {
        None | Some("signed-rank") => Ok(Test::SignedRank),
        Some("paired-t") => Ok(Test::PairedT),
        Some(other) => {
            let what = format!("\"{other}\" is not known; write signed-rank or paired-t");
            Err(Fault::at("test", what))
        }
    }
}

// The usual metrics, changed by what the file says, and then those that only the file names.
fn metrics(given: Vec<(String, wire::MetricTable)>) -> Result<Vec<GatedMetric>, Fault> {
    let mut all = Metric::GATED.map(GatedMetric::usual).to_vec();
    for (name, table) in given {
        let key = format!("metric.{name}");
        let metric = Metric::parse(&name).ok_or_else(|| unknown(&key, &name))?;
        let mut gated = GatedMetric::usual(metric);
        if let Some(ShareText(margin)) = table.margin {
            gated.margin = within(&format!("{key}.margin"), margin, &MARGIN)?;
        }
        if let Some(given) = table.floor {
            gated.floor = floor::parse(&given, metric)
                .map_err(|what| Fault::at(&format!("{key}.floor"), what))?;
        }
        let place = all.iter().position(|one| one.metric == metric);
        match (place, table.gated.unwrap_or(true)) {
            (Some(at), true) => all[at] = gated,
            (Some(at), false) => drop(all.remove(at)),
            (None, true) => all.push(gated),
            (None, false) => {}
        }
    }
    if all.is_empty() {
        return Err(Fault::at("metric", "nothing is gated; leave one metric in"));
    }
    Ok(all)
}

fn unknown(key: &str, name: &str) -> Fault {
    let known = Metric::ALL.map(Metric::name);
    Fault::at(
        key,
        format!("\"{name}\" is not known; {}", suggest(name, &known)),
    )
}

fn slos(given: &[wire::Slo]) -> Result<Vec<Rule>, Fault> {
    if given.len() > SLOS {
        return Err(Fault::at(
            "slo",
            format!("{} limits, more than {SLOS}", given.len()),
        ));
    }
    let rule = |(at, one): (usize, &wire::Slo)| {
        let key = format!("slo[{at}].rule");
        let rule = threshold::parse(&one.rule, Model::Open).map_err(|error| Fault {
            key: key.clone(),
            error,
        })?;
        let what = "a gate judges quantiles of the whole run only; write response_time: p99 < 50ms, or put the rule into the plan of the load";
        judges(&rule)
            .then_some(rule)
            .ok_or_else(|| Fault::at(&key, what))
    };
    given.iter().enumerate().map(rule).collect()
}

fn judges(rule: &Rule) -> bool {
    let timed = matches!(
        rule.metric,
        rule::Metric::ResponseTime | rule::Metric::ServiceTime | rule::Metric::SendDelay
    );
    let quantile = matches!(rule.term, Term::Quantile(q) if q > 0.0 && q < 1.0);
    let below = matches!(rule.operator, Operator::Less | Operator::LessOrEqual);
    timed && quantile && below && rule.step.is_none() && rule.over.is_none()
}

fn validity(given: wire::Validity) -> Result<ValidityLimits, Fault> {
    let usual = ValidityLimits::default();
    let share =
        |given: Option<ShareText>, usual: f64| given.map_or(usual, |ShareText(share)| share);
    let limits = ValidityLimits {
        steal: share(given.steal, usual.steal),
        pressure: share(given.pressure, usual.pressure),
        generator_cpu: share(given.generator_cpu, usual.generator_cpu),
        send_delay: share(given.send_delay, usual.send_delay),
        achieved: share(given.achieved, usual.achieved),
        drift: share(given.drift, usual.drift),
        samples: given.samples.unwrap_or(usual.samples),
        dropped: share(given.dropped, usual.dropped),
    };
    if limits.dropped >= 1.0 {
        let what = "a gate may not drop all of its rounds; write less than 1";
        return Err(Fault::at("validity.dropped", what));
    }
    Ok(limits)
}

fn looks(plan: &GatePlan) -> Result<(), Fault> {
    let at_looks = |what: String| Err(Fault::at("looks", what));
    if plan.looks.is_empty() || plan.looks.len() > LOOKS {
        return at_looks(format!(
            "{} looks; 1 to {LOOKS} are possible",
            plan.looks.len()
        ));
    }
    let least = (-plan.beta.log2()).ceil() as u32;
    let outside = plan
        .looks
        .iter()
        .find(|look| !(least..=ROUNDS).contains(look));
    if let Some(look) = outside {
        let beta = plan.beta;
        return at_looks(format!(
            "a look at {look} rounds: {least} are the fewest that can pass at beta = {beta}, and {ROUNDS} the most"
        ));
    }
    if !plan.looks.is_sorted_by(|a, b| a < b) {
        return at_looks(format!("{:?} does not ascend", plan.looks));
    }
    if plan.spend.len() != plan.looks.len() {
        let (spent, looks) = (plan.spend.len(), plan.looks.len());
        let what = format!("{spent} shares for {looks} looks; write one for each");
        return Err(Fault::at("spend", what));
    }
    let outside = plan.spend.iter().any(|share| !(0.0..=1.0).contains(share));
    let sum: f64 = plan.spend.iter().sum();
    if outside || sum > 1.0 + 1e-9 {
        let what = format!(
            "{:?} are no shares of alpha; each is in 0..=1, and all together at most 1",
            plan.spend
        );
        return Err(Fault::at("spend", what));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
