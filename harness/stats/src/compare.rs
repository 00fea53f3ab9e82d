//! Two runs side by side, one run per side: it describes and does not decide. Runs that were not measured together differ by machine, hour
//! and process as much as by build: four in ten such comparisons of identical builds would be red.

use crate::precision::interval;
use crate::signed_rank::Bounds;
use record::histogram::Histogram;
use record::run::RunRecord;
use std::cmp::Ordering;
use std::time::Duration;

/// One figure of both runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What it is.
    pub name: String,
    /// Its unit: `ns`, `per second`, `ratio`, `µs`, `count`, `bytes`.
    pub unit: &'static str,
    /// The reference.
    pub baseline: Option<f64>,
    /// The one on trial.
    pub candidate: Option<f64>,
    /// Candidate ÷ baseline, where both are there and the baseline is not 0.
    pub ratio: Option<f64>,
    /// Whether the candidate's figure is the better one; `None` if neither is.
    pub better: Option<bool>,
    /// 95 % intervals of percentiles, baseline first, in the unit of the row. Within one run only: what differs between runs, machines and
    /// processes is not in them, so they decide nothing.
    pub within_run: [Option<Bounds>; 2],
}

/// Two runs side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The figures.
    pub rows: Vec<Row>,
    /// What differs between the two beside the figures: each makes the ratios doubtful.
    pub differences: Vec<String>,
}

/// A figure's name, unit, and where it comes from.
type Figure = (&'static str, &'static str, fn(&RunRecord) -> Option<f64>);
/// A duration's name and its histogram.
type Timed = (&'static str, fn(&RunRecord) -> Histogram);

/// Which direction is good.
#[derive(Clone, Copy)]
enum Good {
    More,
    Less,
}

/// Compares `candidate` with `baseline`.
pub fn compare(baseline: &RunRecord, candidate: &RunRecord) -> Comparison {
    let mut rows = vec![
        row(
            "QPS",
            "per second",
            Good::More,
            [baseline, candidate].map(|run| Some(run.qps())),
        ),
        row(
            "TPS",
            "per second",
            Good::More,
            [baseline, candidate].map(|run| Some(run.tps())),
        ),
    ];
    let durations: [Timed; 3] = [
        ("response time", RunRecord::response_time),
        ("service time", RunRecord::service_time),
        ("send delay", |run| run.send_delay.clone()),
    ];
    for (name, of) in durations {
        rows.extend(quantiles(name, &of(baseline), &of(candidate)));
    }
    let figures: [Figure; 5] = [
        ("error ratio", "ratio", RunRecord::error_ratio),
        ("target CPU per request", "µs", |run| {
            per_request(run.costs.target_cpu, run)
        }),
        ("generator CPU per request", "µs", |run| {
            per_request(run.costs.generator_cpu, run)
        }),
        ("allocations per request", "count", |run| {
            run.costs.allocations?.per_request()
        }),
        ("bytes allocated per request", "bytes", |run| {
            run.costs.allocations?.bytes_per_request()
        }),
    ];
    rows.extend(
        figures.map(|(name, unit, of)| row(name, unit, Good::Less, [baseline, candidate].map(of))),
    );
    Comparison {
        rows,
        differences: differences(baseline, candidate),
    }
}

fn row(name: &str, unit: &'static str, good: Good, [baseline, candidate]: [Option<f64>; 2]) -> Row {
    let both = baseline.zip(candidate);
    let better = both.and_then(|(a, b)| match (b.partial_cmp(&a)?, good) {
        (Ordering::Equal, _) => None,
        (order, Good::More) => Some(order == Ordering::Greater),
        (order, Good::Less) => Some(order == Ordering::Less),
    });
    Row {
        name: name.to_owned(),
        unit,
        baseline,
        candidate,
        ratio: both.filter(|(a, _)| *a != 0.0).map(|(a, b)| b / a),
        better,
        within_run: [None, None],
    }
}

fn quantiles(name: &str, baseline: &Histogram, candidate: &Histogram) -> Vec<Row> {
    let quantile = |share: f64| move |times: &Histogram| times.quantile(share).map(|ns| ns as f64);
    let shown = [
        ("p50", 0.5),
        ("p90", 0.9),
        ("p95", 0.95),
        ("p99", 0.99),
        ("p99.9", 0.999),
    ];
    let mut rows: Vec<_> = shown
        .iter()
        .map(|(label, share)| Row {
            within_run: [baseline, candidate].map(|times| within_run(times, *share)),
            ..row(
                &format!("{name} {label}"),
                "ns",
                Good::Less,
                [baseline, candidate].map(quantile(*share)),
            )
        })
        .collect();
    let max = |times: &Histogram| times.max_ns().map(|ns| ns as f64);
    rows.push(row(
        &format!("{name} max"),
        "ns",
        Good::Less,
        [baseline, candidate].map(max),
    ));
    rows
}

// From order statistics, of so few independent requests as a whole run without its windows is known to have.
fn within_run(times: &Histogram, share: f64) -> Option<Bounds> {
    let found = interval(share, 0.95, std::slice::from_ref(times))?;
    Some(Bounds {
        low: found.low as f64,
        high: found.high as f64,
    })
}

fn per_request(cpu: Option<Duration>, run: &RunRecord) -> Option<f64> {
    let requests = run.requests();
    Some(cpu?.as_secs_f64() * 1e6 / requests as f64).filter(|_| requests > 0)
}

fn differences(a: &RunRecord, b: &RunRecord) -> Vec<String> {
    let (p, q) = (&a.provenance, &b.provenance);
    let pairs = [
        (
            "plan",
            format!("{} ({})", a.plan.name, a.plan.digest),
            format!("{} ({})", b.plan.name, b.plan.digest),
        ),
        (
            "model",
            a.plan.model.name().to_owned(),
            b.plan.model.name().to_owned(),
        ),
        ("loadtest", p.version.clone(), q.version.clone()),
        ("build", p.build.clone(), q.build.clone()),
        ("processor", p.cpu.clone(), q.cpu.clone()),
        ("processors", p.cores.to_string(), q.cores.to_string()),
        (
            "memory",
            p.memory_bytes.to_string(),
            q.memory_bytes.to_string(),
        ),
        ("kernel", p.kernel.clone(), q.kernel.clone()),
        ("placement", placement(a), placement(b)),
        (
            "idle states",
            p.idle_states().to_owned(),
            q.idle_states().to_owned(),
        ),
        ("kind of target", kind(a).to_owned(), kind(b).to_owned()),
        ("path", path(a).to_owned(), path(b).to_owned()),
        (
            "ending",
            format!("{:?}", a.ending),
            format!("{:?}", b.ending),
        ),
    ];
    let differing = pairs.into_iter().filter(|(_, a, b)| a != b);
    differing
        .map(|(name, a, b)| format!("{name}: {a} and {b}"))
        .collect()
}

fn placement(run: &RunRecord) -> String {
    match (run.provenance.generator_core, run.provenance.target_core) {
        (Some(generator), Some(target)) => {
            format!("generator on processor {generator}, target on {target}")
        }
        _ => "not pinned".to_owned(),
    }
}

fn kind(run: &RunRecord) -> &'static str {
    if run.target.reference {
        "reference engine"
    } else {
        "a service of its own"
    }
}

// Of the target's URL: host and port differ where two builds stand side by side, and another path is another load.
fn path(run: &RunRecord) -> &str {
    let url = &run.target.url;
    let host = url.find("://").map_or(0, |at| at + 3);
    url[host..].find('/').map_or("/", |at| &url[host + at..])
}

#[cfg(test)]
mod tests;
