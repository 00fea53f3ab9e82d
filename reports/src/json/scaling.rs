//! `sweep.json`: a sweep over levels as one JSON object, `loadtest.sweep/v1`.

use super::capacity::LimiterObject;
use crate::scaling::{MeasuredLevel, Sweep, words};
use serde::Serialize;
use stats::usl::{Describes, Fitted, Interval, Scalability};

/// The value of `schema`: the contract's name and version.
pub const SWEEP_VERSION: &str = "loadtest.sweep/v1";

/// JSON Schema (2020-12) of [`sweep`].
pub const SWEEP_SCHEMA: &str = include_str!("../../schema/sweep.schema.json");

#[derive(Serialize)]
struct Object<'a> {
    schema: &'static str,
    run_id: &'a str,
    run_dir: &'a str,
    plan: &'a str,
    target: &'a str,
    words: Vec<String>,
    cut_short: Option<&'a str>,
    levels: Vec<LevelObject<'a>>,
    usl: Option<UslObject>,
    limiter: Option<LimiterObject<'a>>,
}

#[derive(Serialize)]
struct LevelObject<'a> {
    users: u32,
    valid: bool,
    reasons: &'a [String],
    throughput_per_second: Option<IntervalObject>,
    windows_per_second: &'a [f64],
    service_time_ns_p50: Option<u64>,
    service_time_ns_p99: Option<u64>,
    error_ratio: Option<f64>,
    folder: &'a str,
}

#[derive(Serialize)]
struct UslObject {
    describes: bool,
    g_per_second: IntervalObject,
    s: IntervalObject,
    k: IntervalObject,
    peak_users: Option<IntervalObject>,
    peak_per_second: Option<IntervalObject>,
    residuals: Vec<Residual>,
}

#[derive(Serialize)]
struct Residual {
    users: f64,
    relative: f64,
}

/// An end that is not known is `null`.
#[derive(Serialize)]
struct IntervalObject {
    low: Option<f64>,
    point: f64,
    high: Option<f64>,
}

impl From<Interval> for IntervalObject {
    fn from(interval: Interval) -> Self {
        let known = |end: f64| end.is_finite().then_some(end);
        Self {
            low: known(interval.low),
            point: interval.point,
            high: known(interval.high),
        }
    }
}

impl From<&Fitted> for UslObject {
    fn from(fitted: &Fitted) -> Self {
        let residuals = fitted.residuals.iter();
        Self {
            describes: fitted.describes == Describes::Yes,
            g_per_second: fitted.g.into(),
            s: fitted.s.into(),
            k: fitted.k.into(),
            peak_users: fitted.peak.map(|peak| peak.users.into()),
            peak_per_second: fitted.peak.map(|peak| peak.throughput.into()),
            residuals: residuals
                .map(|&(users, relative)| Residual { users, relative })
                .collect(),
        }
    }
}

impl<'a> From<&'a MeasuredLevel> for LevelObject<'a> {
    fn from(level: &'a MeasuredLevel) -> Self {
        Self {
            users: level.users,
            valid: level.invalid.is_empty(),
            reasons: &level.invalid,
            throughput_per_second: level.throughput().map(Into::into),
            windows_per_second: &level.windows,
            service_time_ns_p50: level.p50_ns,
            service_time_ns_p99: level.p99_ns,
            error_ratio: level.error_ratio,
            folder: &level.folder,
        }
    }
}

/// The sweep as one JSON object on one line, without a line break. `run_dir` is its folder; the folders inside are relative to it.
pub fn sweep(sweep: &Sweep, run_dir: &str) -> String {
    let usl = match &sweep.scalability {
        Scalability::Fitted(fitted) => Some(fitted.as_ref().into()),
        Scalability::NotEnoughLevels(_) => None,
    };
    let object = Object {
        schema: SWEEP_VERSION,
        run_id: &sweep.run_id,
        run_dir,
        plan: &sweep.plan,
        target: &sweep.target,
        words: words(sweep),
        cut_short: sweep.cut_short.as_deref(),
        levels: sweep.levels.iter().map(Into::into).collect(),
        usl,
        limiter: sweep.limiter.as_ref().map(Into::into),
    };
    serde_json::to_string(&object).expect("the object has string keys only")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::held::{holds, refuses};
    use crate::scaling::tests::specimen;

    #[test]
    fn the_object_has_levels_and_law() {
        let value = holds(SWEEP_SCHEMA, &super::sweep(&specimen(), "out"));
        assert_eq!(value["schema"], SWEEP_VERSION);
        assert_eq!(value["levels"].as_array().map(Vec::len), Some(8));
        assert_eq!(value["levels"][7]["users"], 128);
        assert_eq!(value["usl"]["describes"], true);
        let k = value["usl"]["k"]["point"].as_f64().expect("a number");
        assert!((k / 0.0005 - 1.0).abs() < 1e-6, "{k}");
        refuses(
            SWEEP_SCHEMA,
            &value,
            &[
                ("/schema", "loadtest.sweep/v0".into()),
                ("/levels/0/users", 0.into()),
                ("/usl/k/point", serde_json::Value::Null),
                ("/words", "one".into()),
            ],
        );
    }

    #[test]
    fn a_sweep_that_was_cut_short_is_an_object_of_the_same_form() {
        let mut cut = specimen();
        cut.cut_short = Some("interrupted".to_owned());
        cut.scalability = Scalability::NotEnoughLevels("1 of 6".to_owned());
        cut.levels.truncate(1);
        cut.levels[0].windows.clear();
        (cut.levels[0].p50_ns, cut.levels[0].p99_ns) = (None, None);
        cut.levels[0].invalid = vec!["no_data: nothing".to_owned()];
        let value = holds(SWEEP_SCHEMA, &super::sweep(&cut, "out"));
        assert!(value["usl"].is_null() && value["levels"][0]["valid"] == false);
    }
}
