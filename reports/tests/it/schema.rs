//! The JSON contracts: what is written validates, and nothing is written that the schema does not describe.

use crate::realistic;
use record::phase::Phase;
use record::run::{Ending, Model, RunRecord};
use record::specimen;
use reports::json;
use serde_json::Value;

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
    vec![
        specimen::record(&[1_500_000, 2_500_000]),
        empty,
        unfinished,
        realistic::record(),
    ]
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
}

#[test]
fn figures_a_run_does_not_have_are_null() {
    let empty = &specimens()[1];
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
