//! Looks, what is spent at them, and budgets.

use crate::gate::{Design, first_failing_look, round_length, rounds_within};
use record::comparison::{GatePlan, GatedMetric, Metric};
use std::time::Duration;

fn with_metrics(tests: usize) -> GatePlan {
    GatePlan {
        metrics: vec![GatedMetric::usual(Metric::RssPeak); tests],
        ..GatePlan::default()
    }
}

fn rounds(design: &Design) -> Vec<usize> {
    design.looks.iter().map(|look| look.rounds).collect()
}

#[test]
fn the_first_failing_look_is_that_of_the_formula() {
    for (tests, needed) in [(1, 8), (6, 10), (7, 11), (12, 11), (24, 12), (48, 13)] {
        assert_eq!(first_failing_look(tests, 0.006), needed, "{tests}");
    }
    assert_eq!(first_failing_look(262, 0.004), 16);
    assert_eq!(first_failing_look(263, 0.004), 17);
    assert_eq!(first_failing_look(1_024, 1.0), 10);
}

#[test]
fn the_usual_plan_keeps_its_looks_and_spends_all_of_its_error() {
    let design = Design::new(&GatePlan::default());
    assert_eq!(rounds(&design), [6, 10, 16]);
    assert!(design.notes.is_empty(), "{:?}", design.notes);
    let spent: f64 = design.looks.iter().map(|look| look.alpha).sum();
    assert!((spent - 0.01).abs() < 1e-12);
    assert!((design.most_dropped() - 16.0 * 3.0 / 7.0).abs() < 1e-9);
}

#[test]
fn looks_are_raised_to_where_they_can_fail_and_it_is_said() {
    let design = Design::new(&with_metrics(48));
    assert_eq!(rounds(&design), [6, 13, 16]);
    assert_eq!(design.notes.len(), 1, "{:?}", design.notes);
    assert_eq!(rounds(&Design::new(&with_metrics(262))), [6, 16, 17]);
    let weekly = GatePlan::default().against_release();
    assert!((weekly.metrics[0].margin - 0.015).abs() < 1e-12);
    assert_eq!(rounds(&Design::new(&weekly)), [40]);
    let endless = GatePlan {
        looks: vec![60, 70],
        spend: vec![0.5, 0.5],
        ..GatePlan::default()
    };
    assert_eq!(rounds(&Design::new(&endless)), [52]);
}

#[test]
fn a_budget_cuts_looks_before_the_first_round() {
    let plan = GatePlan::default();
    let design = Design::within(&plan, 12).expect("two looks fit");
    assert_eq!(rounds(&design), [6, 10]);
    assert!(
        (design.looks[1].alpha - 0.006).abs() < 1e-12,
        "nothing is spent elsewhere"
    );
    let first = Design::within(&plan, 9).expect("one look fits");
    let said = first
        .notes
        .iter()
        .any(|note| note.contains("cannot fail by statistics"));
    assert!(said, "{:?}", first.notes);
    assert_eq!(first.last_failing(), None);
    let error = Design::within(&plan, 5).expect_err("too small").to_string();
    assert!(
        error.contains("5 rounds fit") && error.contains("needs 6"),
        "{error}"
    );
}

#[test]
fn a_round_is_two_starts_a_warmup_and_two_shared_windows() {
    let plan = GatePlan::default();
    let round = round_length(&plan, Duration::from_millis(500), Duration::from_secs(1));
    assert_eq!(round, Duration::from_secs(12));
    assert_eq!(rounds_within(Duration::from_mins(6), round), 30);
    assert_eq!(rounds_within(Duration::ZERO, round), 0);
}
