//! The JSON contracts: what is written validates, and nothing is written that the schema does not describe.

use crate::realistic;
use record::phase::Phase;
use record::run::{ClosedFacts, Ending, Model, PrecisionFacts, RuleStretches, RunRecord, Stretch};
use record::specimen;
use reports::{json, lines};
use serde_json::Value;
use std::time::Duration;

fn specimens() -> Vec<RunRecord> {
    let mut empty = specimen::record(&[]);
    empty.windows.clear();
    empty.steps.clear();
    empty.steady.end = empty.steady.start;
    empty.costs = record::run::Costs::default();
    empty.audit = None;
    empty.ending = Ending::TargetDied("exit status 1".into());
    empty.plan.model = Model::Closed;
    empty.plan.offered_rate = None;
    let mut unfinished = specimen::record(&[1_000_000, 3_600_000_000_000_000]);
    unfinished.unfinished.record(9_000_000_000);
    unfinished.windows[0].phase = Phase::Warmup;
    unfinished.ending = Ending::Interrupted;
    unfinished.plan.model = Model::PartlyOpen;
    vec![
        specimen::record(&[1_500_000, 2_500_000]),
        complete(),
        empty,
        unfinished,
        realistic::record(),
    ]
}

/// Every optional part is there.
fn complete() -> RunRecord {
    let mut record = specimen::record(&[1_500_000]);
    record.plan.slo = Some(Duration::from_millis(20));
    record.plan.health_limits = vec![("steal".into(), 0.1)];
    record.health.in_flight_mean = Some(0.5);
    record.health.local_limits = vec!["EMFILE".into()];
    record.health.closed = Some(ClosedFacts {
        users_mean: 2.5,
        think_mean: Duration::from_millis(3),
    });
    record.warmup.steady_found = Some(true);
    record.precision = Some(PrecisionFacts {
        quantile: 0.99,
        relative_asked: 0.05,
        low_ns: 1_400_000,
        point_ns: 1_500_000,
        high_ns: 1_600_000,
        reached: false,
        extended_by: Duration::from_secs(9),
    });
    record.stretches = vec![RuleStretches {
        rule: "p99 < 20ms over 10s".into(),
        stretches: vec![Stretch {
            span: record.steady,
            low: Some(1_500_000.0),
            high: None,
            samples: 1,
            beyond: 0,
        }],
    }];
    record.aborted = Some("p99 < 20ms over 10s stopped the run".into());
    record
}

#[test]
fn a_record_of_the_first_version_validates() {
    let text = include_str!("../../../harness/record/tests/data/v1.json");
    check(json::RECORD_SCHEMA, &serde_json::from_str(text).unwrap());
}

fn check(schema: &str, instance: &Value) {
    let schema: Value = serde_json::from_str(schema).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(instance)
        .map(|e| format!("{}: {e}", e.instance_path()))
        .collect();
    assert_eq!(errors, Vec::<String>::new());
}

#[test]
fn every_record_validates_against_the_record_schema() {
    for record in specimens() {
        let instance: Value = serde_json::from_str(&record::wire::to_json(&record)).unwrap();
        check(json::RECORD_SCHEMA, &instance);
    }
}

#[test]
fn the_record_schema_refuses_what_no_record_has() {
    let schema: Value = serde_json::from_str(json::RECORD_SCHEMA).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let good: Value = serde_json::from_str(&record::wire::to_json(&realistic::record())).unwrap();
    for (pointer, bad) in [
        ("/schema", 2.into()),
        ("/plan/model", "half-open".into()),
        ("/steady/end_ns", (-1).into()),
        ("/audit", true.into()),
    ] {
        let mut broken = good.clone();
        *broken.pointer_mut(pointer).unwrap() = bad;
        assert!(!validator.is_valid(&broken), "{pointer}");
    }
}

#[test]
fn every_summary_validates_and_has_no_undescribed_key() {
    let schema: Value = serde_json::from_str(json::SUMMARY_SCHEMA).unwrap();
    for record in specimens() {
        let judgement = stats::judge(&record);
        let line = json::summary(&record, &judgement, "target/loadtest/run");
        assert!(!line.contains('\n'));
        let instance: Value = serde_json::from_str(&line).unwrap();
        check(json::SUMMARY_SCHEMA, &instance);
        for key in instance.as_object().unwrap().keys() {
            assert!(
                schema["properties"].get(key).is_some(),
                "{key} is not in the schema"
            );
        }
    }
}

#[test]
fn every_window_validates_and_has_no_undescribed_key() {
    let schema: Value = serde_json::from_str(lines::WINDOW_SCHEMA).unwrap();
    for record in specimens() {
        let text = lines::windows(&record);
        assert_eq!(text.lines().count(), record.windows.len());
        for line in text.lines() {
            let instance: Value = serde_json::from_str(line).unwrap();
            check(lines::WINDOW_SCHEMA, &instance);
            for key in instance.as_object().unwrap().keys() {
                assert!(
                    schema["properties"].get(key).is_some(),
                    "{key} is not in the schema"
                );
            }
        }
    }
}

#[test]
fn the_window_schema_refuses_what_no_window_has() {
    let schema: Value = serde_json::from_str(lines::WINDOW_SCHEMA).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let text = lines::windows(&realistic::record());
    let good: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    for (pointer, bad) in [
        ("/schema", Value::from("loadtest.window/v0")),
        ("/phase", "lunch".into()),
        ("/due", Value::Null),
        ("/backlog", (-1).into()),
        ("/response_time_p99_ns", 0.5.into()),
    ] {
        let mut broken = good.clone();
        *broken.pointer_mut(pointer).unwrap() = bad;
        assert!(!validator.is_valid(&broken), "{pointer}");
    }
}

#[test]
fn percentiles_asked_for_have_keys_and_the_usual_ones_stay() {
    let record = realistic::record();
    let asked = "50,75,99.99".parse().unwrap();
    let line = json::summary_at(&record, &stats::judge(&record), "out", &asked);
    let instance: Value = serde_json::from_str(&line).unwrap();
    check(json::SUMMARY_SCHEMA, &instance);
    for duration in ["response_time_ns", "service_time_ns", "send_delay_ns"] {
        let times = &instance[duration];
        let value = |key: &str| times[key].as_u64().unwrap();
        assert!(value("p50") <= value("p75") && value("p75") <= value("p90"));
        assert!(value("p99_9") <= value("p99_99") && value("p99_99") <= value("max"));
    }
    let expected = record.response_time().quantile(0.9999).unwrap();
    assert_eq!(instance["response_time_ns"]["p99_99"], expected);
    let usual = json::summary(&record, &stats::judge(&record), "out");
    assert!(!usual.contains("p99_99") && !usual.contains("p75"));
}

#[test]
fn the_summary_holds_the_figures_of_the_record() {
    let record = specimen::record(&[2_000_000; 20]);
    let line = json::summary(&record, &stats::judge(&record), "out");
    let instance: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(instance["response_time_ns"]["count"], 20);
    assert_eq!(instance["response_time_ns"]["max"], 2_000_000);
    assert_eq!(instance["service_time_ns"]["p99_9"], 2_000_000);
    assert_eq!(instance["requests"], 21);
    assert_eq!(instance["errors"]["status"], 1);
    assert_eq!(instance["generator_cpu_seconds"], 1.5);
    assert_eq!(instance["bytes_per_request"], 1000.0);
    assert_eq!(instance["run_dir"], "out");
    assert_eq!(instance["goodput"], 1.0);
    assert_eq!(instance["slo_ns"], 20_000_000);
    assert_eq!(instance["pacing_delay_ns"]["count"], 1);
    assert_eq!(instance["health"]["run_queue_thread"], "pacer");
    assert_eq!(instance["questions"].as_array().map(Vec::len), Some(6));
}

#[test]
fn figures_a_run_does_not_have_are_null() {
    let empty = &specimens()[2];
    let instance: Value =
        serde_json::from_str(&json::summary(empty, &stats::judge(empty), "out")).unwrap();
    for key in [
        "offered_rate",
        "error_ratio",
        "generator_cpu_seconds",
        "target_cpu_seconds",
        "allocations_per_request",
        "audit_passed",
    ] {
        assert!(instance[key].is_null(), "{key}");
    }
    assert!(instance["response_time_ns"]["p50"].is_null());
    assert_ne!(instance["verdict"], "pass");
}
