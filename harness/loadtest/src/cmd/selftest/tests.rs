//! What excuses a figure, what does not, and how it is told.

use super::truth::{Allowed, Figure};
use super::*;
use record::run::RunRecord;

fn ns(value: f64) -> Figure {
    Figure::Nanoseconds(value)
}

// As the specimen record, with a generator that was late.
fn late() -> RunRecord {
    let mut record = record::specimen::record(&[1_000_000]);
    record.plan.model = record::run::Model::Open;
    record.delays.pacing.clear();
    record.delays.pacing.record_many(3_000_000_000, 1000);
    record
}

fn truth(measured: f64, allowed: Allowed) -> Truth {
    Truth::always("x", ns(100.0), ns(measured), allowed)
}

#[test]
fn what_is_allowed_is_right_and_nothing_else() {
    let held = |measured, allowed| truth(measured, allowed).held == Held::Holds;
    assert!(held(105.0, Allowed::Share(0.05)) && !held(106.0, Allowed::Share(0.05)));
    assert!(held(95.0, Allowed::Share(0.05)) && !held(94.0, Allowed::Share(0.05)));
    assert!(held(108.0, Allowed::More(8.0)) && !held(109.0, Allowed::More(8.0)));
    assert!(
        !held(99.0, Allowed::More(8.0)),
        "a client cannot be faster than the target"
    );
    assert!(held(100.0, Allowed::AtMost) && !held(101.0, Allowed::AtMost));
    assert!(held(100.0, Allowed::Nothing) && !held(100.5, Allowed::Nothing));
}

#[test]
fn a_disturbed_run_excuses_times_and_never_counts() {
    let timed = |record: &RunRecord, measured| {
        Truth::in_time(record, "x", (ns(100.0), ns(measured)), Allowed::Share(0.01)).held
    };
    assert_eq!(timed(&late(), 150.0), Held::Disturbed);
    assert_eq!(timed(&late(), 100.0), Held::Holds, "right is right");
    assert_eq!(
        timed(&late(), 50.0),
        Held::Wrong,
        "no machine makes a time shorter"
    );
    let finished = |measured| {
        let figures = (Figure::Count(300), Figure::Count(measured));
        Truth::in_time(&late(), "x", figures, Allowed::Share(0.05)).held
    };
    assert_eq!(finished(200), Held::Disturbed);
    assert_eq!(finished(400), Held::Wrong, "more than there can be");
    assert_eq!(truth(150.0, Allowed::Share(0.01)).held, Held::Wrong);
}

#[test]
fn a_wrong_truth_is_not_excused_by_a_disturbed_one() {
    let right = truth(100.0, Allowed::Nothing);
    let wrong = truth(150.0, Allowed::Nothing);
    let disturbed = Truth {
        held: Held::Disturbed,
        ..wrong.clone()
    };
    let exit = |truths: &[&Truth]| {
        let named: Vec<_> = truths.iter().map(|&truth| ("x", truth.clone())).collect();
        exit(&named)
    };
    assert_eq!(exit(&[&right]), Exit::Pass);
    assert_eq!(exit(&[&right, &disturbed]), Exit::Invalid);
    assert_eq!(exit(&[&wrong, &right, &disturbed]), Exit::Fail);
}

#[test]
fn the_table_says_truth_measure_difference_and_what_disturbed() {
    let fine = truth(101.0, Allowed::Share(0.05));
    let spoilt = Truth {
        held: Held::Disturbed,
        disturbances: vec!["steal: much".to_owned()],
        ..truth(150.0, Allowed::Share(0.05))
    };
    let text = show::table(&[("a", fine), ("b", spoilt)], "dir");
    assert!(
        text.contains("100 ns    101 ns     +1.00 %  ± 5 %    holds"),
        "{text}"
    );
    assert!(text.contains("b: steal: much\n"), "{text}");
    assert!(text.ends_with("runs: dir\n"), "{text}");
}

#[test]
fn what_is_below_the_most_is_no_difference() {
    let text = show::table(&[("a", truth(40.0, Allowed::AtMost))], "dir");
    assert!(text.contains("below  at most"), "{text}");
    let text = show::table(&[("a", truth(140.0, Allowed::AtMost))], "dir");
    assert!(text.contains("+40.00 %  at most  WRONG"), "{text}");
}

#[test]
fn every_plan_of_the_experiments_is_one_that_a_user_could_write() {
    let load = bench::Load {
        name: "x",
        behaviour: Behaviour::Constant(std::time::Duration::ZERO),
        arrivals: "constant",
        rate: 200,
        seed: 1,
        slots: 8,
        warmup: std::time::Duration::ZERO,
        steady: std::time::Duration::from_millis(2500),
        drain: std::time::Duration::ZERO,
    };
    assert_eq!(load.intended().map(|all| all.len()).ok(), Some(500));
}

#[test]
fn what_is_told_to_scripts_is_what_its_schema_says() {
    let word = |word: &str| Figure::Word(word.to_owned());
    let truths = [
        ("constant", truth(105.0, Allowed::Share(0.05))),
        (
            "stall",
            Truth::in_time(&late(), "x", (ns(100.0), ns(150.0)), Allowed::AtMost),
        ),
        (
            "merge",
            Truth::always("x", Figure::Count(3), Figure::Count(4), Allowed::Nothing),
        ),
        (
            "stopped",
            Truth::always("x", word("yes"), word("no"), Allowed::More(1.0)),
        ),
    ];
    let told: serde_json::Value =
        serde_json::from_str(&show::json(&truths, "out")).expect("valid JSON");
    let schema: serde_json::Value =
        serde_json::from_str(reports::json::SELFTEST_SCHEMA).expect("valid JSON");
    jsonschema::meta::validate(&schema).expect("a schema");
    if let Err(error) = jsonschema::validate(&schema, &told) {
        panic!("{}: {error}", error.instance_path());
    }
    for key in told.as_object().expect("an object").keys() {
        assert!(schema["properties"].get(key).is_some(), "{key}");
    }
    let known = &schema["properties"]["truths"]["items"]["properties"]["experiment"]["enum"];
    let known: Vec<_> = known.as_array().expect("names").iter().collect();
    let run: Vec<_> = experiments::ALL.iter().map(|one| one.name).collect();
    assert_eq!(known, run, "every experiment, and no other");
    let mut broken = told;
    broken["truths"][0]["verdict"] = "maybe".into();
    assert!(!jsonschema::is_valid(&schema, &broken));
}
