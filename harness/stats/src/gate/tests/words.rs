//! Sentences, the table of noise, and the rows of the forest plot.

use super::made::*;
use crate::attribution::{Attribution, Band, Change, Cost, Named};
use crate::gate::{Design, forest, headline, noise_floor, proposal, span, unattributed, underline};
use crate::signed_rank::Bounds;
use record::comparison::{GatePlan, Metric, Round};

fn slower(number: u32) -> Round {
    worse(
        number,
        &[
            (Metric::ResponseTimeP99, 0.18),
            (Metric::CpuPerRequest, 0.09),
        ],
    )
}

fn rounds(make: fn(u32) -> Round) -> Vec<Round> {
    (1..=16).map(make).collect()
}

fn in_apply() -> Attribution {
    let bounds = |low, high| Bounds { low, high };
    Attribution {
        cost: Cost::Cpu,
        band: Band::All,
        rounds: 10,
        baseline: 100.0,
        candidate: 109.0,
        total: Change {
            estimate: 9.0,
            interval: bounds(8.0, 10.0),
            p: 0.002,
        },
        functions: Vec::new(),
        moved: Vec::new(),
        named: Some(Named {
            function: "ledger::apply".to_owned(),
            called_from: None,
            share: 0.62,
            share_interval: bounds(0.48, 0.75),
        }),
        notes: Vec::new(),
    }
}

#[test]
fn the_sentence_on_top_says_what_how_much_where_and_why() {
    let decision = decided(&GatePlan::default(), &rounds(slower));
    assert_eq!(
        decision.regressed()[0].gated.metric,
        Metric::CpuPerRequest,
        "the larger in margins"
    );
    let said = headline(&decision, 3_000.0, &[in_apply()]);
    assert!(said.starts_with("P99 response time +18 % [1"), "{said}");
    assert!(
        said.ends_with("at 3,000/s, 10 of 10 rounds slower; CPU per request +9 %, 62 % of it in `ledger::apply`."),
        "{said}"
    );
}

#[test]
fn where_the_cost_itself_is_worst_it_is_said_once() {
    let worse_cpu = |number| worse(number, &[(Metric::CpuPerRequest, 0.09)]);
    let decision = decided(&GatePlan::default(), &rounds(worse_cpu));
    let said = headline(&decision, 3_000.0, &[in_apply()]);
    assert!(said.starts_with("CPU per request +9 % ["), "{said}");
    assert!(
        said.ends_with("10 of 10 rounds worse; 62 % of it in `ledger::apply`."),
        "{said}"
    );
}

#[test]
fn a_slower_tail_is_explained_by_slow_requests_or_not_at_all() {
    let decision = decided(&GatePlan::default(), &rounds(slower));
    let all = in_apply();
    let told = unattributed(&decision, std::slice::from_ref(&all)).expect("no bands");
    assert!(
        told.starts_with("P99 response time is not attributed"),
        "{told}"
    );
    let mut tail = in_apply();
    tail.band = Band::Tail;
    tail.candidate = 150.0;
    tail.total.estimate = 50.0;
    tail.named.as_mut().expect("named").function = "lock::wait".to_owned();
    let both = [all, tail];
    assert_eq!(unattributed(&decision, &both), None);
    let said = headline(&decision, 3_000.0, &both);
    assert!(
        said.ends_with("CPU per request beyond P99 +50 %, 62 % of it in `lock::wait`."),
        "{said}"
    );
    let worse_cpu = |number| worse(number, &[(Metric::CpuPerRequest, 0.09)]);
    let decision = decided(&GatePlan::default(), &rounds(worse_cpu));
    let said = headline(&decision, 3_000.0, &both);
    assert!(said.ends_with("62 % of it in `ledger::apply`."), "{said}");
    assert_eq!(unattributed(&decision, &[]), None);
}

#[test]
fn a_cost_that_came_from_nothing_is_told_in_its_unit() {
    let decision = decided(&GatePlan::default(), &rounds(slower));
    let mut waits = in_apply();
    waits.cost = Cost::LockWait;
    waits.baseline = 0.0;
    waits.total.estimate = 12_000.0;
    let said = headline(&decision, 3_000.0, &[in_apply(), waits]);
    assert!(
        said.ends_with("; lock wait per request +12.0 µs, 62 % of it in `ledger::apply`."),
        "{said}"
    );
}

#[test]
fn what_grew_beyond_tenfold_is_told_by_its_values() {
    let mut waits = in_apply();
    waits.cost = Cost::LockWait;
    waits.baseline = 7.0;
    waits.total.estimate = 3_600.0;
    let worse_locks = |number| worse(number, &[(Metric::ResponseTimeP99, 30.0)]);
    let decision = decided(&GatePlan::default(), &rounds(worse_locks));
    let said = headline(&decision, 3_000.0, &[waits]);
    assert!(said.starts_with("P99 response time from "), "{said}");
    assert!(
        said.contains("; lock wait per request +3.60 µs, "),
        "{said}"
    );
    assert!(!said.contains("response time +"), "{said}");
}

#[test]
fn what_the_sentence_is_about_is_the_first_reason() {
    let both = |number| {
        let changes = [(Metric::CpuPerRequest, 0.9), (Metric::ResponseTimeP99, 0.3)];
        worse(number, &changes)
    };
    let decision = decided(&GatePlan::default(), &rounds(both));
    let said = headline(&decision, 3_000.0, &[]);
    assert!(said.starts_with("P99 response time +"), "{said}");
    assert_eq!(decision.reasons[0], "P99 response time regressed");
    assert_eq!(decision.reasons[1], "CPU per request regressed");
}

#[test]
fn a_pass_says_what_it_would_have_seen() {
    let decision = decided(&GatePlan::default(), &rounds(quiet));
    assert_eq!(
        headline(&decision, 3_000.0, &[]),
        "no regression, nothing to do."
    );
    let below = underline(&decision);
    assert!(
        below.starts_with("6 rounds; found with 80 % probability: throughput 3."),
        "{below}"
    );
    assert!(below.contains("P99 response time 10."), "{below}");
}

#[test]
fn identical_builds_give_the_noise_of_the_machine_and_margins_to_hold() {
    let plan = GatePlan::default();
    let noisy = |number: u32| {
        let share = if number.is_multiple_of(2) {
            0.06
        } else {
            -0.06
        };
        worse(number, &[(Metric::ResponseTimeP50, share)])
    };
    let decision = decided(&plan, &rounds(noisy));
    let floors = noise_floor(&Design::new(&plan), &decision);
    assert_eq!(floors.len(), 6);
    let of = |metric| {
        floors
            .iter()
            .find(|one| one.declared.metric == metric)
            .expect("gated")
    };
    let p50 = of(Metric::ResponseTimeP50);
    assert!(
        (p50.noise - 0.062).abs() < 0.03 && p50.proposed > 0.05,
        "{p50:?}"
    );
    let allocs = of(Metric::AllocsPerRequest);
    assert!(allocs.noise < 1e-9 && !allocs.is_unreachable, "{allocs:?}");
    assert!((allocs.proposed - 0.01).abs() < 1e-9);
    let text = proposal(&floors);
    assert!(
        text.contains("[metric.throughput]\nmargin = \"3%\"    # noise 0."),
        "{text}"
    );
}

#[test]
fn rows_are_sorted_by_worsening_and_have_a_dot_a_round() {
    let decision = decided(&GatePlan::default(), &rounds(slower));
    let rows = forest(&decision);
    assert_eq!(rows.len(), 6);
    let order: Vec<Metric> = rows.iter().take(2).map(|row| row.metric).collect();
    assert_eq!(order, [Metric::CpuPerRequest, Metric::ResponseTimeP99]);
    assert!(rows.iter().all(|row| row.rounds.len() == decision.valid));
    let widest = span(&rows);
    assert!(
        rows.iter()
            .all(|row| row.interval.high <= widest && row.margin <= widest)
    );
}
