//! `capacity.json`: a search for the limit as one JSON object, `loadtest.capacity/v1`.

use crate::capacity::{Capacity, Measured, Profiled, answer};
use serde::Serialize;
use stats::capacity::Limiter;

/// The value of `schema`: the contract's name and version.
pub const CAPACITY_VERSION: &str = "loadtest.capacity/v1";

/// JSON Schema (2020-12) of [`capacity`].
pub const CAPACITY_SCHEMA: &str = include_str!("../../schema/capacity.schema.json");

#[derive(Serialize)]
struct Object<'a> {
    schema: &'static str,
    run_id: &'a str,
    run_dir: &'a str,
    plan: &'a str,
    target: &'a str,
    slo: &'a [String],
    answer: String,
    knee_low_per_second: Option<f64>,
    knee_high_per_second: Option<f64>,
    confirmed: bool,
    peak_per_second: Option<f64>,
    overload_achieved_per_second: Option<f64>,
    up_per_second: Option<f64>,
    down_per_second: Option<f64>,
    metastable: bool,
    recovery_seconds: Option<f64>,
    limiter: Option<LimiterObject<'a>>,
    steps: Vec<StepObject<'a>>,
    profiles: Vec<ProfileObject<'a>>,
}

#[derive(Serialize)]
pub(super) struct LimiterObject<'a> {
    resource: &'static str,
    evidence: &'a str,
    missing: &'a [&'static str],
}

#[derive(Serialize)]
struct StepObject<'a> {
    purpose: &'static str,
    rate_per_second: f64,
    quality: &'static str,
    achieved_per_second: f64,
    reasons: &'a [String],
    response_time_ns_p50: Option<u64>,
    response_time_ns_p99: Option<u64>,
    error_ratio: Option<f64>,
    steady_seconds: f64,
    folder: &'a str,
}

#[derive(Serialize)]
struct ProfileObject<'a> {
    share_of_knee: f64,
    rate_per_second: f64,
    folder: &'a str,
}

impl<'a> From<&'a Limiter> for LimiterObject<'a> {
    fn from(limiter: &'a Limiter) -> Self {
        Self {
            resource: limiter.resource.name(),
            evidence: &limiter.evidence,
            missing: &limiter.missing,
        }
    }
}

impl<'a> From<&'a Measured> for StepObject<'a> {
    fn from(step: &'a Measured) -> Self {
        Self {
            purpose: step.purpose.name(),
            rate_per_second: step.rate,
            quality: step.outcome.quality.name(),
            achieved_per_second: step.outcome.achieved,
            reasons: &step.outcome.reasons,
            response_time_ns_p50: step.p50_ns,
            response_time_ns_p99: step.p99_ns,
            error_ratio: step.error_ratio,
            steady_seconds: step.length.as_secs_f64(),
            folder: &step.folder,
        }
    }
}

impl<'a> From<&'a Profiled> for ProfileObject<'a> {
    fn from(run: &'a Profiled) -> Self {
        Self {
            share_of_knee: run.share,
            rate_per_second: run.rate,
            folder: &run.folder,
        }
    }
}

/// The search as one JSON object on one line, without a line break. `run_dir` is its folder; the folders inside are relative to it.
pub fn capacity(capacity: &Capacity, run_dir: &str) -> String {
    let found = &capacity.found;
    let object = Object {
        schema: CAPACITY_VERSION,
        run_id: &capacity.run_id,
        run_dir,
        plan: &capacity.plan,
        target: &capacity.target,
        slo: &capacity.slo,
        answer: answer(capacity),
        knee_low_per_second: found.low,
        knee_high_per_second: found.high,
        confirmed: found.is_confirmed,
        peak_per_second: found.peak,
        overload_achieved_per_second: found.overloaded,
        up_per_second: found.low.filter(|_| found.is_confirmed),
        down_per_second: found.down,
        metastable: found.is_metastable(),
        recovery_seconds: capacity.recovery.map(|time| time.as_secs_f64()),
        limiter: capacity.limiter.as_ref().map(Into::into),
        steps: capacity.steps.iter().map(Into::into).collect(),
        profiles: capacity.profiles.iter().map(Into::into).collect(),
    };
    serde_json::to_string(&object).expect("the object has string keys only")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capacity::tests::specimen;
    use crate::json::held::{holds, refuses};

    #[test]
    fn the_object_says_what_it_is_and_what_was_found() {
        let value = holds(CAPACITY_SCHEMA, &capacity(&specimen(), "out"));
        assert_eq!(value["schema"], CAPACITY_VERSION);
        assert_eq!(value["knee_low_per_second"], 1440.0);
        assert_eq!(value["steps"][1]["quality"], "fail");
        assert_eq!(value["steps"][1]["response_time_ns_p99"], 15_000_000);
        assert_eq!(value["limiter"]["resource"], "target CPU");
        assert_eq!(value["profiles"][0]["folder"], "profile-050");
        assert_eq!(value["metastable"], false);
        refuses(
            CAPACITY_SCHEMA,
            &value,
            &[
                ("/schema", "loadtest.capacity/v0".into()),
                ("/steps/0/quality", "perhaps".into()),
                ("/knee_low_per_second", (-1).into()),
                ("/limiter/resource", "luck".into()),
            ],
        );
    }

    #[test]
    fn a_search_that_found_nothing_is_an_object_of_the_same_form() {
        let mut nothing = specimen();
        nothing.found = stats::capacity::Search::new(stats::capacity::SearchOptions::default())
            .found()
            .clone();
        nothing.steps.truncate(1);
        (nothing.steps[0].p50_ns, nothing.steps[0].error_ratio) = (None, None);
        (nothing.limiter, nothing.recovery) = (None, None);
        nothing.profiles.clear();
        let value = holds(CAPACITY_SCHEMA, &capacity(&nothing, "out"));
        assert!(value["knee_low_per_second"].is_null() && value["limiter"].is_null());
    }
}
