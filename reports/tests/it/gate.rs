//! A made gate in every form: what the contract says, and what no foreign name may do.

use record::comparison::{ArmRound, Calibration, GatePlan, MachineFacts, Metric, Order, Round};
use reports::gate::Gate;
use reports::html::Differences;
use serde_json::Value;
use stats::gate::{Design, OnInconclusive, headline, interrupted};

fn round(number: u32, factor: f64) -> Round {
    let arm = |factor: f64| ArmRound {
        values: [
            (Metric::Throughput, 5_000.0 / factor),
            (Metric::CpuPerRequest, 120_000.0 * factor),
            (Metric::ResponseTimeP99, 4e6 * factor),
        ]
        .into(),
        requests: 18_000,
        achieved: Some(1.0),
        ..ArmRound::default()
    };
    let noise = 1.0 + f64::from(number % 5) / 1_000.0;
    Round {
        number,
        order: Order::Abba,
        baseline: arm(1.0),
        candidate: arm(factor * noise),
        machine: MachineFacts::default(),
        dropped: None,
    }
}

fn with_gate(factor: f64, look: impl FnOnce(&Gate<'_>)) {
    let design = Design::new(&GatePlan::default());
    let calibration = Calibration {
        rate: 3_000.0,
        ..Calibration::default()
    };
    let rounds: Vec<Round> = (1..=16).map(|number| round(number, factor)).collect();
    let decision = interrupted(&design, &calibration, &rounds, "interrupted");
    look(&Gate {
        names: ["./old".to_owned(), "<script>|".to_owned()],
        headline: headline(&decision, calibration.rate, &[]),
        proposed: None,
        rounds: &rounds[..decision.measured],
        design: &design,
        calibration: &calibration,
        timeline: &[],
        decision: &decision,
        causes: &[],
        differences: Differences::default(),
        plan: "schema = 1\n",
        folder: "out",
        command: vec!["loadtest".to_owned(), "gate".to_owned()],
        on_inconclusive: OnInconclusive::Neutral,
    });
}

#[test]
fn gates_validate_against_their_schema() {
    let schema: Value = serde_json::from_str(reports::json::GATE_SCHEMA).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    for factor in [1.0, 1.3] {
        with_gate(factor, |gate| {
            let instance: Value = serde_json::from_str(&reports::gate::json(gate)).unwrap();
            let errors: Vec<String> = validator
                .iter_errors(&instance)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert_eq!(errors, Vec::<String>::new());
            for key in instance.as_object().unwrap().keys() {
                assert!(schema["properties"].get(key).is_some(), "{key}");
            }
            let mut broken = instance;
            broken["verdict"] = "maybe".into();
            assert!(!validator.is_valid(&broken));
        });
    }
}

#[test]
fn a_slower_candidate_fails_in_every_form() {
    with_gate(1.3, |gate| {
        assert_eq!(reports::gate::verdict(gate.decision), "fail");
        let files = reports::gate::files(gate);
        let of = |name: &str| &files.iter().find(|(one, _)| *one == name).unwrap().1;
        assert!(
            of("gate.txt").starts_with("FAIL: P99"),
            "{}",
            of("gate.txt")
        );
        assert!(of("junit.xml").contains("<failure"));
        assert!(of("metrics.txt").ends_with("# EOF\n"));
        assert!(of("metrics.txt").contains("verdict=\"fail\""));
        assert!(of("badge.json").contains("\"schemaVersion\":1"));
        assert!(of("gate.md").len() < 60_000);
        let page = of("report.html");
        assert!(page.contains("<svg") && page.contains("default-src"));
        assert!(!page.contains("<script>|"), "a name became markup");
        assert!(page.len() < 2_000_000);
    });
}
