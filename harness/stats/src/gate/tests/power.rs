//! Does the rule keep what it promises? Simulated gates, seeded, against bounds that chance keeps with more than 99.8 %.

use super::made::*;
use crate::gate::{Design, detectable};
use record::comparison::GatePlan;

const GATES: u32 = 1_000;

fn error(share: f64, gates: u32) -> f64 {
    3.0 * (share * (1.0 - share) / f64::from(gates)).sqrt()
}

// Without margins the test alone decides: with them, false alarms are rarer still.
fn without_margins() -> GatePlan {
    let mut plan = family_plan();
    for gated in &mut plan.metrics {
        gated.margin = 1e-9;
    }
    plan
}

#[test]
fn identical_builds_fail_no_more_often_than_promised_whatever_the_noise() {
    let plan = without_margins();
    for (seed, kind) in (1..).zip(KINDS) {
        let seen = shares(&plan, Model { kind, ..AA }, GATES, seed).fail;
        assert!(
            seen <= plan.alpha + error(plan.alpha, GATES),
            "{kind:?}: {seen}"
        );
    }
}

#[test]
fn a_rule_that_spends_too_much_is_caught_by_this_simulation() {
    let mut plan = without_margins();
    plan.alpha = 0.1;
    let seen = shares(&plan, AA, GATES, 1).fail;
    assert!(seen > 0.01 + error(0.01, GATES), "{seen}");
}

#[test]
fn identical_builds_at_usual_noise_pass_early() {
    let seen = shares(&family_plan(), AA, GATES, 2);
    assert!(seen.fail < 0.001, "{seen:?}");
    assert!(
        (seen.pass - 0.997).abs() < 0.003 + error(0.997, GATES),
        "{seen:?}"
    );
    assert!((seen.rounds - 7.7).abs() < 0.3, "{seen:?}");
}

#[test]
fn noise_makes_gates_undecided_and_not_red() {
    let seen = shares(&family_plan(), Model { scale: 3.0, ..AA }, GATES, 3);
    assert!(seen.fail <= 0.0062 + error(0.0062, GATES), "{seen:?}");
    assert!(
        (seen.pass - 0.236).abs() < error(0.236, GATES) + 0.01,
        "{seen:?}"
    );
}

#[test]
fn worsenings_are_found_as_often_as_published() {
    let ln = |share: f64| f64::ln_1p(share);
    let p99 = |share| [0.0, 0.0, 0.0, ln(share), 0.0, 0.0];
    let throughput = [-(-0.03_f64).ln_1p(), 0.0, 0.0, 0.0, 0.0, 0.0];
    for (scale, effects, fail) in [
        (1.0, p99(0.15), 0.984),
        (1.0, [0.0, 0.0, 0.0, 0.0, ln(0.05), 0.0], 1.0),
        (2.0, p99(0.20), 0.703),
        (1.0, throughput, 0.567),
    ] {
        let model = Model {
            scale,
            effects,
            ..AA
        };
        let seen = shares(&family_plan(), model, 600, 4);
        let bound = error(fail, 600) + 0.015;
        assert!((seen.fail - fail).abs() < bound, "{effects:?}: {seen:?}");
    }
}

#[test]
fn a_worsening_exactly_at_the_margin_seldom_passes() {
    for (at, (_, margin, _)) in FAMILY.into_iter().enumerate() {
        let mut model = Model { scale: 2.0, ..AA };
        model.effects[at] = margin.ln_1p();
        let seen = shares(&family_plan(), model, 300, 5).pass;
        assert!(seen <= 0.15 + error(0.15, 300), "{at}: {seen}");
    }
}

#[test]
fn the_printed_minimum_is_found_by_four_gates_of_five() {
    let plan = family_plan();
    let design = Design::new(&plan);
    let last = design.last_failing().expect("the usual plan can fail");
    let found = design.found.expect("and finds something");
    for (at, scale) in [(3, 1.0), (4, 3.0), (0, 3.0)] {
        let (metric, _, sigma) = FAMILY[at];
        let gated = plan.metrics[at];
        let minimum = detectable(&gated, scale * sigma, 1_000.0, found, last.rounds);
        let sign = metric.better().sign();
        let mut model = Model { scale, ..AA };
        model.effects[at] = sign * (sign * minimum.relative).ln_1p();
        let seen = shares(&plan, model, 600, 6).fail;
        assert!(seen >= 0.77, "{metric:?} by {}: {seen}", minimum.relative);
    }
}
