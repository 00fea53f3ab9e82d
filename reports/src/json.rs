//! One run as one JSON object on one line: what scripts read.
//!
//! A stable contract, described by [`SUMMARY_SCHEMA`]: keys may be added, none changes its meaning or goes away without a
//! new `schema` value. Keys carry their unit; figures that a run does not have are `null`.

mod capacity;
mod gate;
mod honesty;
mod scaling;

pub use capacity::{CAPACITY_SCHEMA, CAPACITY_VERSION, capacity};
pub use gate::{GATE_SCHEMA, GATE_VERSION, gate, gate_badge};
pub use scaling::{SWEEP_SCHEMA, SWEEP_VERSION, sweep};

use crate::mean::Mean;
use crate::percentiles::Percentiles;
use crate::show::{self, QUANTILES};
use honesty::{Health, MeanParts, Precision, Question, Warmup};
use record::histogram::Histogram;
use record::run::{Arrivals, Audit, RunRecord};
use serde::Serialize;
use stats::{Judgement, Reason, RuleResult};
use std::collections::BTreeMap;

/// JSON Schema (2020-12) of [`summary`].
pub const SUMMARY_SCHEMA: &str = include_str!("../schema/summary.schema.json");

/// JSON Schema (2020-12) of `record.json`, as `record::wire::to_json` writes it.
pub const RECORD_SCHEMA: &str = include_str!("../schema/record.schema.json");

/// JSON Schema (2020-12) of what `loadtest selftest --json` prints.
pub const SELFTEST_SCHEMA: &str = include_str!("../schema/selftest.schema.json");

/// The value of `schema`: the contract's name and version.
pub const SUMMARY_VERSION: &str = "loadtest.summary/v1";

#[derive(Serialize)]
struct Summary<'a> {
    schema: &'static str,
    run_id: &'a str,
    run_dir: &'a str,
    verdict: &'static str,
    reasons: Vec<String>,
    thresholds: Vec<Threshold<'a>>,
    target: &'a str,
    plan: &'a str,
    plan_digest: &'a str,
    seed: u64,
    model: &'static str,
    users: u32,
    duration_seconds: f64,
    offered_rate: Option<f64>,
    achieved_rate: f64,
    qps: f64,
    tps: f64,
    goodput: Option<f64>,
    slo_ns: Option<u64>,
    requests: u64,
    failed_requests: u64,
    error_ratio: Option<f64>,
    errors: BTreeMap<&'static str, u64>,
    arrivals: ArrivalCounts,
    response_time_ns: Quantiles,
    service_time_ns: Quantiles,
    send_delay_ns: Quantiles,
    pacing_delay_ns: Quantiles,
    slot_wait_ns: Quantiles,
    connect_wait_ns: Quantiles,
    mean_ns: Option<MeanParts>,
    generator_cpu_seconds: Option<f64>,
    target_cpu_seconds: Option<f64>,
    allocations_per_request: Option<f64>,
    bytes_per_request: Option<f64>,
    audit_passed: Option<bool>,
    health: Health<'a>,
    warmup: Warmup<'a>,
    precision: Option<Precision>,
    questions: Vec<Question>,
    warnings: &'a [String],
}

#[derive(Serialize)]
struct Threshold<'a> {
    rule: &'a str,
    observed: Option<f64>,
    samples: u64,
    held: Option<bool>,
}

#[derive(Serialize)]
struct ArrivalCounts {
    scheduled: u64,
    succeeded: u64,
    failed: u64,
    timed_out: u64,
    in_flight: u64,
    unsent: u64,
    dropped: u64,
}

#[derive(Serialize)]
struct Quantiles {
    count: u64,
    p50: Option<u64>,
    p90: Option<u64>,
    p95: Option<u64>,
    p99: Option<u64>,
    p99_9: Option<u64>,
    max: Option<u64>,
    /// What was asked for besides; the keys above are part of the contract and never go away.
    #[serde(flatten)]
    more: BTreeMap<String, Option<u64>>,
}

impl Quantiles {
    fn of(times: &Histogram, percentiles: &Percentiles) -> Self {
        let usual = Percentiles::default();
        let more = percentiles
            .iter()
            .filter(|asked| !usual.iter().any(|one| one == *asked))
            .map(|asked| (asked.key(), times.quantile(asked.share())));
        let shown = show::quantiles(times, 0);
        let [p50, p90, p95, p99, p99_9, max] = std::array::from_fn(|at| {
            shown.map(|all: [show::Quantile; QUANTILES.len()]| all[at].ns)
        });
        Self {
            count: times.count(),
            p50,
            p90,
            p95,
            p99,
            p99_9,
            max,
            more: more.collect(),
        }
    }
}

impl From<Arrivals> for ArrivalCounts {
    fn from(arrivals: Arrivals) -> Self {
        Self {
            scheduled: arrivals.scheduled,
            succeeded: arrivals.succeeded,
            failed: arrivals.failed,
            timed_out: arrivals.timed_out,
            in_flight: arrivals.in_flight,
            unsent: arrivals.unsent,
            dropped: arrivals.dropped,
        }
    }
}

impl<'a> From<&'a RuleResult> for Threshold<'a> {
    fn from(result: &'a RuleResult) -> Self {
        Self {
            rule: &result.rule.text,
            observed: result.observed,
            samples: result.samples,
            held: result.held,
        }
    }
}

/// One run and its judgement as one JSON object, without a line break.
pub fn summary(record: &RunRecord, judgement: &Judgement, run_dir: &str) -> String {
    summary_at(record, judgement, run_dir, &Percentiles::default())
}

/// [`summary`] with a key more for each of these percentiles that it does not have anyway.
pub fn summary_at(
    record: &RunRecord,
    judgement: &Judgement,
    run_dir: &str,
    percentiles: &Percentiles,
) -> String {
    let quantiles = |times: &Histogram| Quantiles::of(times, percentiles);
    let costs = &record.costs;
    let summary = Summary {
        schema: SUMMARY_VERSION,
        run_id: &record.run_id,
        run_dir,
        verdict: judgement.verdict.name(),
        reasons: judgement.reasons.iter().map(reason).collect(),
        thresholds: judgement.thresholds.iter().map(Into::into).collect(),
        target: &record.target.url,
        plan: &record.plan.name,
        plan_digest: &record.plan.digest,
        seed: record.plan.seed,
        model: record.plan.model.name(),
        users: record.plan.users,
        duration_seconds: record.steady.length().as_secs_f64(),
        offered_rate: record
            .plan
            .model
            .is_scheduled()
            .then(|| record.offered_rate()),
        achieved_rate: record.achieved_rate(),
        qps: record.qps(),
        tps: record.tps(),
        goodput: record.goodput(),
        slo_ns: record
            .slo()
            .map(|slo| u64::try_from(slo.as_nanos()).unwrap_or(u64::MAX)),
        requests: record.requests(),
        failed_requests: record.requests_failed(),
        error_ratio: record.error_ratio(),
        errors: record
            .failures()
            .into_iter()
            .map(|(kind, count)| (kind.name(), count))
            .collect(),
        arrivals: record.arrivals.into(),
        response_time_ns: quantiles(&record.response_time()),
        service_time_ns: quantiles(&record.service_time()),
        send_delay_ns: quantiles(&record.send_delay),
        pacing_delay_ns: quantiles(&record.delays.pacing),
        slot_wait_ns: quantiles(&record.delays.slot_wait),
        connect_wait_ns: quantiles(&record.delays.connect_wait),
        mean_ns: Mean::of(record).map(Into::into),
        generator_cpu_seconds: costs.generator_cpu.map(|cpu| cpu.as_secs_f64()),
        target_cpu_seconds: costs.target_cpu.map(|cpu| cpu.as_secs_f64()),
        allocations_per_request: costs.allocations.and_then(|all| all.per_request()),
        bytes_per_request: costs.allocations.and_then(|all| all.bytes_per_request()),
        audit_passed: record.audit.as_ref().map(Audit::passed),
        health: record.into(),
        warmup: record.into(),
        precision: record.precision.map(Into::into),
        questions: stats::six(record, judgement)
            .into_iter()
            .map(Into::into)
            .collect(),
        warnings: &record.warnings,
    };
    serde_json::to_string(&summary).expect("the summary has string keys only")
}

fn reason(reason: &Reason) -> String {
    format!("{}: {}", reason.code, reason.text)
}

#[cfg(test)]
mod held {
    //! Objects beside their schemas.

    use serde_json::Value;

    /// Panics unless `text` is what `schema` says, without a key that it does not describe.
    pub(super) fn holds(schema: &str, text: &str) -> Value {
        let schema: Value = serde_json::from_str(schema).expect("a schema is JSON");
        jsonschema::meta::validate(&schema).expect("a schema is one");
        let instance: Value = serde_json::from_str(text).expect("valid JSON");
        let validator = jsonschema::draft202012::new(&schema).expect("a schema of that draft");
        let errors = validator.iter_errors(&instance);
        let errors: Vec<_> = errors
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(errors, Vec::<String>::new());
        let keys = instance.as_object().expect("an object").keys();
        let unknown: Vec<_> = keys
            .filter(|key| schema["properties"].get(key).is_none())
            .collect();
        assert_eq!(unknown, Vec::<&String>::new());
        instance
    }

    /// Panics if `schema` lets any of these values stand where the pointer says.
    pub(super) fn refuses(schema: &str, good: &Value, bad: &[(&str, Value)]) {
        let schema: Value = serde_json::from_str(schema).expect("a schema is JSON");
        let validator = jsonschema::draft202012::new(&schema).expect("a schema of that draft");
        for (pointer, value) in bad {
            let mut broken = good.clone();
            *broken.pointer_mut(pointer).expect(pointer) = value.clone();
            assert!(!validator.is_valid(&broken), "{pointer}");
        }
    }
}
