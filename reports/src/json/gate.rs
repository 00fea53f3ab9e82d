//! `gate.json`: a decided gate as one JSON object, `loadtest.gate/v1`.

use crate::gate::{Gate, verdict};
use record::comparison::Metric;
use serde::Serialize;
use stats::Verdict;
use stats::attribution::{Attribution, Band, FunctionChange};
use stats::gate::{MetricResult, Mode};

/// The value of `schema`: the contract's name and version.
pub const GATE_VERSION: &str = "loadtest.gate/v1";

/// The JSON Schema of `gate.json`.
pub const GATE_SCHEMA: &str = include_str!("../../schema/gate.schema.json");
/// Functions listed per cost.
const FUNCTIONS: usize = 20;

#[derive(Serialize)]
struct Object<'a> {
    schema: &'static str,
    verdict: &'static str,
    headline: &'a str,
    reasons: &'a [String],
    notes: &'a [String],
    folder: &'a str,
    baseline: &'a str,
    candidate: &'a str,
    seed: u64,
    alpha: f64,
    looks: Vec<LookObject>,
    look: Option<usize>,
    rounds_measured: usize,
    rounds_valid: usize,
    rounds_dropped: u32,
    dropped_by: Vec<DropObject>,
    unchecked: Vec<&'static str>,
    warmup_seconds: f64,
    capacity_per_second: f64,
    rate_per_second: f64,
    machine: &'a str,
    metrics: Vec<MetricObject<'a>>,
    errors: ErrorObject,
    slos: Vec<SloObject<'a>>,
    causes: Vec<CauseObject<'a>>,
    command: &'a [String],
    on_inconclusive: &'static str,
}

#[derive(Serialize)]
struct LookObject {
    rounds: usize,
    alpha: f64,
}

#[derive(Serialize)]
struct DropObject {
    rule: &'static str,
    rounds: u32,
}

#[derive(Serialize)]
struct MetricObject<'a> {
    metric: &'static str,
    unit: &'static str,
    label: &'static str,
    mode: &'static str,
    margin: f64,
    floor: Option<f64>,
    baseline: Option<f64>,
    candidate: Option<f64>,
    ratio: Option<f64>,
    ratio_low: Option<f64>,
    ratio_high: Option<f64>,
    p: Option<f64>,
    level: f64,
    rounds_worse: Option<usize>,
    noise: Option<f64>,
    grade: Option<&'static str>,
    detectable: Option<f64>,
    excluded: Option<f64>,
    log_ratios: Option<&'a [f64]>,
}

#[derive(Serialize)]
struct ErrorObject {
    baseline_failed: u64,
    baseline_requests: u64,
    candidate_failed: u64,
    candidate_requests: u64,
    worse: bool,
}

#[derive(Serialize)]
struct SloObject<'a> {
    rule: &'a str,
    seen_ns: Option<u64>,
    broken: bool,
    kept: bool,
    baseline_breaks: bool,
}

#[derive(Serialize)]
struct CauseObject<'a> {
    cost: &'static str,
    unit: &'static str,
    band: &'static str,
    rounds: usize,
    baseline: f64,
    candidate: f64,
    change: f64,
    change_low: Option<f64>,
    change_high: Option<f64>,
    sentence: Option<String>,
    function: Option<&'a str>,
    share: Option<f64>,
    functions: Vec<FunctionObject<'a>>,
}

#[derive(Serialize)]
struct FunctionObject<'a> {
    function: &'a str,
    baseline: f64,
    candidate: f64,
    change: f64,
    change_low: Option<f64>,
    change_high: Option<f64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Badge {
    schema_version: u32,
    label: &'static str,
    message: &'static str,
    color: &'static str,
}

/// The verdict for a badge service, in the form of shields.io's endpoint.
pub fn gate_badge(gate: &Gate<'_>) -> String {
    let badge = Badge {
        schema_version: 1,
        label: "performance",
        message: verdict(gate.decision),
        color: match gate.decision.verdict {
            Some(Verdict::Pass) => "0072b2",
            Some(Verdict::Fail) => "d55e00",
            _ => "lightgrey",
        },
    };
    serde_json::to_string(&badge).expect("the mirror structs have string keys only")
}

/// The gate as one JSON object on one line, without a line break.
pub fn gate(gate: &Gate<'_>) -> String {
    let (decision, design) = (gate.decision, gate.design);
    let object = Object {
        schema: GATE_VERSION,
        verdict: verdict(decision),
        headline: &gate.headline,
        reasons: &decision.reasons,
        notes: &decision.notes,
        folder: gate.folder,
        baseline: &gate.names[0],
        candidate: &gate.names[1],
        seed: design.plan.seed,
        alpha: design.plan.alpha,
        looks: design
            .looks
            .iter()
            .map(|look| LookObject {
                rounds: look.rounds,
                alpha: look.alpha,
            })
            .collect(),
        look: decision.look,
        rounds_measured: decision.measured,
        rounds_valid: decision.valid,
        rounds_dropped: decision.dropped.rounds,
        dropped_by: decision
            .dropped
            .rules
            .iter()
            .map(|(rule, &rounds)| DropObject {
                rule: rule.name(),
                rounds,
            })
            .collect(),
        unchecked: decision.unchecked.iter().map(|rule| rule.name()).collect(),
        warmup_seconds: gate.calibration.warmup.as_secs_f64(),
        capacity_per_second: gate.calibration.capacity,
        rate_per_second: gate.calibration.rate,
        machine: &gate.calibration.machine,
        metrics: decision.metrics.iter().map(metric).collect(),
        errors: ErrorObject {
            baseline_failed: decision.errors.baseline.0,
            baseline_requests: decision.errors.baseline.1,
            candidate_failed: decision.errors.candidate.0,
            candidate_requests: decision.errors.candidate.1,
            worse: decision.errors.is_worse,
        },
        slos: decision
            .slos
            .iter()
            .map(|slo| SloObject {
                rule: &slo.rule,
                seen_ns: slo.seen_ns,
                broken: slo.is_broken,
                kept: slo.is_kept,
                baseline_breaks: slo.baseline_breaks,
            })
            .collect(),
        causes: gate.causes.iter().map(cause).collect(),
        command: &gate.command,
        on_inconclusive: gate.on_inconclusive.name(),
    };
    serde_json::to_string(&object).expect("the mirror structs have string keys only")
}

fn cause(one: &Attribution) -> CauseObject<'_> {
    let listed = one.listed();
    let function = |one: &&'_ FunctionChange| -> (f64, f64) {
        (one.inclusive.interval.low, one.inclusive.interval.high)
    };
    let finite = |value: f64| Some(value).filter(|value| value.is_finite());
    CauseObject {
        cost: one.cost.title(),
        unit: one.cost.unit(),
        band: match one.band {
            Band::All => "all",
            Band::Tail => "gt_p99",
        },
        rounds: one.rounds,
        baseline: one.baseline,
        candidate: one.candidate,
        change: one.total.estimate,
        change_low: finite(one.total.interval.low),
        change_high: finite(one.total.interval.high),
        sentence: one.sentence(),
        function: one.named.as_ref().map(|named| named.function.as_str()),
        share: one.named.as_ref().map(|named| named.share),
        functions: listed
            .into_iter()
            .take(FUNCTIONS)
            .map(|one| {
                let (low, high) = function(&one);
                FunctionObject {
                    function: &one.function,
                    baseline: one.baseline,
                    candidate: one.candidate,
                    change: one.inclusive.estimate,
                    change_low: finite(low),
                    change_high: finite(high),
                }
            })
            .collect(),
    }
}

fn metric(one: &MetricResult) -> MetricObject<'_> {
    let kind: Metric = one.gated.metric;
    let figure = one.figure.as_ref();
    // JSON has no infinity: an open end is null.
    let finite = |value: f64| Some(value).filter(|value| value.is_finite());
    let bound = |high: bool| {
        let bounds = figure?.ratio_interval();
        let (low, top) = (bounds.low.min(bounds.high), bounds.low.max(bounds.high));
        finite(if high { top } else { low })
    };
    MetricObject {
        metric: kind.name(),
        unit: kind.unit(),
        label: one.label.name(),
        mode: match one.mode {
            Mode::Ratio => "ratio",
            Mode::Difference => "difference",
            Mode::Exact => "exact",
        },
        margin: one.gated.margin,
        floor: one.gated.floor,
        baseline: figure.and_then(|figure| finite(figure.baseline)),
        candidate: figure.and_then(|figure| finite(figure.candidate)),
        ratio: figure.and_then(stats::gate::Figure::ratio),
        ratio_low: bound(false),
        ratio_high: bound(true),
        p: figure.map(|figure| figure.p_worse),
        level: one.level,
        rounds_worse: figure.map(stats::gate::Figure::rounds_worse),
        noise: figure.and_then(|figure| figure.noise),
        grade: one.grade.map(stats::gate::Grade::name),
        detectable: one.detectable.map(|found| found.relative),
        excluded: figure.and_then(stats::gate::Figure::excluded),
        log_ratios: figure.map(|figure| figure.logs.as_slice()),
    }
}
