//! The search for a target's limit in words: what `loadtest capacity` prints and writes.

use crate::show;
use record::quantity::format_nanoseconds;
use stats::capacity::{Found, Limiter, Purpose, Quality, Resource, StepOutcome, Stop};
use std::fmt::Write as _;
use std::time::Duration;

/// A step with the figures that a reader asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Arrivals per second offered.
    pub rate: f64,
    /// What for.
    pub purpose: Purpose,
    /// How it came out.
    pub outcome: StepOutcome,
    /// Median response time, nanoseconds; unfinished arrivals at their ages.
    pub p50_ns: Option<u64>,
    /// 99th percentile of response time, likewise.
    pub p99_ns: Option<u64>,
    /// Failed ÷ all requests.
    pub error_ratio: Option<f64>,
    /// Length of its steady phase.
    pub length: Duration,
    /// Its run folder, relative to the folder of the search.
    pub folder: String,
}

/// A run with profiles.
#[derive(Debug, Clone, PartialEq)]
pub struct Profiled {
    /// Which share of the knee was offered.
    pub share: f64,
    /// Arrivals per second offered.
    pub rate: f64,
    /// Its run folder, relative to the folder of the search.
    pub folder: String,
}

/// Everything a search established.
#[derive(Debug, Clone, PartialEq)]
pub struct Capacity {
    /// The run id of the search.
    pub run_id: String,
    /// The plan's name.
    pub plan: String,
    /// What was loaded.
    pub target: String,
    /// The promise, a rule each.
    pub slo: Vec<String>,
    /// The steps in order.
    pub steps: Vec<Measured>,
    /// What is known.
    pub found: Found,
    /// From the end of overload until the promise was kept again; whole steps.
    pub recovery: Option<Duration>,
    /// What gave out in the first step beyond the knee; `None` if no step failed.
    pub limiter: Option<Limiter>,
    /// Runs with profiles, ascending by rate.
    pub profiles: Vec<Profiled>,
}

/// One line about a step that has just ended.
pub fn line(number: usize, step: &Measured) -> String {
    let told = |ns: Option<u64>| ns.map_or_else(|| "-".to_owned(), format_nanoseconds);
    let mut line = format!(
        "step {number:>2}  {:<8} {:>10}  {:<7}  achieved {:>10}  p50 {:>8}  p99 {:>8}",
        step.purpose.name(),
        rate(step.rate),
        step.outcome.quality.name(),
        rate(step.outcome.achieved),
        told(step.p50_ns),
        told(step.p99_ns),
    );
    if let Some(why) = step.outcome.reasons.first() {
        let _ = write!(line, "  {why}");
    }
    line
}

/// The answer in one sentence.
pub fn answer(capacity: &Capacity) -> String {
    let Found {
        low, high, stop, ..
    } = &capacity.found;
    let at_least = low.map_or_else(
        || "no rate is known to keep the promise".to_owned(),
        |low| format!("capacity is at least {}", rate(low)),
    );
    match (stop, low) {
        (Stop::Found, Some(low)) => {
            let upper = high.map_or_else(|| "?".to_owned(), rate);
            format!("capacity is {} (knee between that and {upper})", rate(*low))
        }
        (Stop::Bound, Some(_)) => {
            format!("{at_least}, the highest rate that may be offered (--max-rate)")
        }
        (Stop::NothingPasses, _) => {
            "no rate keeps the promise, down to a hundredth of the first".to_owned()
        }
        (Stop::Untrusted(why), _) if is_generator(why) => {
            format!("{at_least}; the generator is the limit: {why}")
        }
        (Stop::Untrusted(why), _) => {
            format!("{at_least}; beyond it no step could be trusted: {why}")
        }
        (Stop::StepsSpent, _) => {
            format!("{at_least}; the steps were used up before it was confirmed")
        }
        (Stop::GivenUp(why), _) => format!("{at_least}; {why} before it was confirmed"),
        (Stop::Unfinished | Stop::Found | Stop::Bound, _) => at_least,
    }
}

// By the codes of `stats`: what is no matter of the machine around it or of the number of samples.
fn is_generator(why: &str) -> bool {
    why.starts_with("generator_") || why.starts_with("under_delivered")
}

/// The result for people.
pub fn text(capacity: &Capacity, folder: &str) -> String {
    let mut text = format!("{}\n", sentence(&answer(capacity)));
    let _ = writeln!(text, "promise:  {}", capacity.slo.join(", "));
    for (name, value) in figures(capacity) {
        let _ = writeln!(text, "{:<10}{value}", format!("{name}:"));
    }
    for run in &capacity.profiles {
        let _ = writeln!(
            text,
            "profile:  {:.0} % of the knee, {}: {folder}/{}",
            run.share * 100.0,
            rate(run.rate),
            run.folder
        );
    }
    let _ = writeln!(text, "folder:   {folder}");
    text
}

/// The result for a pull request, `capacity.md`.
pub fn markdown(capacity: &Capacity) -> String {
    let safe = crate::markdown::safe;
    let mut text = format!(
        "## Capacity: {}\n\n{}\n\n{}, against {}. Promise: {}. Search {}.\n\n",
        safe(&capacity.plan),
        safe(&sentence(&answer(capacity))),
        safe(&capacity.plan),
        safe(&capacity.target),
        safe(&capacity.slo.join(", ")),
        safe(&capacity.run_id)
    );
    for (name, value) in figures(capacity) {
        let _ = writeln!(text, "- {name}: {}", safe(&value));
    }
    text.push_str("\n| step | offered | result | achieved | p50 | p99 | why |\n| --- | ---: | --- | ---: | ---: | ---: | --- |\n");
    for (number, step) in (1..).zip(&capacity.steps) {
        let told = |ns: Option<u64>| ns.map_or_else(|| "-".to_owned(), format_nanoseconds);
        let _ = writeln!(
            text,
            "| {number} {} | {} | {} | {} | {} | {} | {} |",
            step.purpose.name(),
            rate(step.rate),
            step.outcome.quality.name(),
            rate(step.outcome.achieved),
            told(step.p50_ns),
            told(step.p99_ns),
            safe(&step.outcome.reasons.join("; "))
        );
    }
    text
}

// Name and value, only what is known or whose absence matters.
fn figures(capacity: &Capacity) -> Vec<(&'static str, String)> {
    let found = &capacity.found;
    let mut figures = Vec::new();
    if let Some(low) = found.low {
        let upper = found.high.map_or_else(|| "unknown".to_owned(), rate);
        let confirmed = if found.is_confirmed {
            "confirmed"
        } else {
            "not confirmed"
        };
        figures.push(("knee", format!("[{}, {upper}], {confirmed}", rate(low))));
    }
    if let Some(peak) = found.peak {
        figures.push((
            "peak",
            format!("{} achieved, promise kept or not", rate(peak)),
        ));
    }
    if let Some(overloaded) = found.overloaded {
        figures.push((
            "overload",
            format!("{} achieved at 1.3 times the knee", rate(overloaded)),
        ));
    }
    figures.extend(hysteresis(capacity).map(|text| ("up, down", text)));
    let limiter = capacity.limiter.as_ref().map(limiter);
    figures.push((
        "limiter",
        limiter.unwrap_or_else(|| "unknown: no step failed".to_owned()),
    ));
    figures
}

fn hysteresis(capacity: &Capacity) -> Option<String> {
    let found = &capacity.found;
    let (up, overloaded) = (found.low?, found.overloaded);
    let Some(down) = found.down else {
        return overloaded
            .map(|_| format!("up {}, and no recovery from overload was seen", rate(up)));
    };
    let after = capacity.recovery.map_or_else(String::new, |time| {
        format!(" after {:.0} s", time.as_secs_f64())
    });
    let metastable = if found.is_metastable() {
        "; METASTABLE: overload leaves the target in a worse state"
    } else {
        ""
    };
    Some(format!(
        "up {}, down {}{after}{metastable}",
        rate(up),
        rate(down)
    ))
}

fn limiter(limiter: &Limiter) -> String {
    let missing = if limiter.missing.is_empty() || limiter.resource != Resource::Unknown {
        String::new()
    } else {
        format!("; not seen: {}", limiter.missing.join(", "))
    };
    format!(
        "{} ({}){missing}",
        limiter.resource.name(),
        limiter.evidence
    )
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

// Three digits are more than a knee is known to.
fn rate(per_second: f64) -> String {
    if per_second >= 100.0 {
        show::rate(per_second.round())
    } else {
        show::rate(per_second)
    }
}

/// The search did not end in a number that can be trusted. A confirmed lower bound is one.
pub fn is_untrusted(capacity: &Capacity) -> bool {
    let bounded = capacity.found.is_confirmed;
    (matches!(capacity.found.stop, Stop::Untrusted(_)) && !bounded)
        || capacity
            .steps
            .iter()
            .all(|step| step.outcome.quality == Quality::Invalid)
}

#[cfg(test)]
pub(crate) mod tests;
