use super::*;
use crate::{Verdict, judge as judged};
use proptest::prelude::*;
use record::histogram::Histogram;
use record::rule::{Metric, Operator};
use record::run::{RuleStretches, Span};
use record::specimen;
use std::time::Duration;

const MS: u64 = 1_000_000;

fn rule(metric: Metric, term: Term, limit: f64) -> Rule {
    Rule {
        text: "p99 < 20ms over 3s".into(),
        metric,
        step: None,
        term,
        operator: Operator::Less,
        limit,
        over: Some(Duration::from_secs(3)),
        abort: None,
    }
}

fn p99() -> Rule {
    rule(Metric::ResponseTime, Term::Quantile(0.99), 20e6)
}

fn second(n: u64) -> Span {
    Span {
        start: Duration::from_secs(n),
        end: Duration::from_secs(n + 1),
    }
}

fn times(ns: u64, count: u64) -> Seen {
    let mut finished = Histogram::new();
    finished.record_many(ns, count);
    Seen::times(finished, &Histogram::new())
}

/// Gives a watch one window a second; says after which one it stopped the run.
fn watched(rule: &Rule, windows: impl IntoIterator<Item = Seen>) -> (Watch, Option<(u64, String)>) {
    let mut watch = Watch::of(rule).expect("a rule to watch");
    for (n, seen) in (0..).zip(windows) {
        if let Some(why) = watch.push(second(n), seen) {
            return (watch, Some((n, why)));
        }
    }
    (watch, None)
}

fn stretches(watch: &Watch) -> Vec<Stretch> {
    watch.facts().expect("a sliding rule").stretches
}

#[test]
fn a_stretch_begins_to_be_judged_once_it_is_there_and_then_at_every_window() {
    let (watch, _) = watched(&p99(), (0..6).map(|_| times(MS, 1000)));
    let all = stretches(&watch);
    let spans: Vec<_> = all.iter().map(|one| one.span.start.as_secs()).collect();
    assert_eq!(spans, [0, 1, 2, 3]);
    assert!(
        all.iter()
            .all(|one| one.samples == 3000 && one.span.length().as_secs() == 3)
    );
}

#[test]
fn a_bad_second_breaks_the_stretches_that_hold_it_and_no_other() {
    let bad = |n: u64| times(if n == 5 { 50 * MS } else { MS }, 1000);
    let (watch, stopped) = watched(&p99(), (0..12).map(bad));
    assert_eq!(stopped, None);
    let results: Vec<_> = stretches(&watch)
        .iter()
        .map(|one| held(&p99(), one))
        .collect();
    let broken: Vec<_> = results.iter().map(|held| *held == Some(false)).collect();
    assert_eq!(
        broken,
        [
            false, false, false, true, true, true, false, false, false, false
        ]
    );
}

#[test]
fn a_run_that_passes_on_the_whole_fails_by_a_stretch() {
    let mut record = specimen::record(&[MS; 2000]);
    let bad = |n: u64| times(if n == 5 { 50 * MS } else { MS }, 1000);
    let (watch, _) = watched(&p99(), (0..12).map(bad));
    record.plan.thresholds = vec![p99()];
    record.stretches = watch.facts().into_iter().collect();
    let judgement = judged(&record);
    assert_eq!(judgement.verdict, Verdict::Fail);
    assert!(
        judgement.reasons[0].text.contains("3 stretches out of 10"),
        "{:?}",
        judgement.reasons
    );
}

#[test]
fn stretches_that_all_hold_pass_and_none_at_all_do_not() {
    let mut record = specimen::record(&[MS; 2000]);
    record.plan.thresholds = vec![p99()];
    assert_eq!(judged(&record).verdict, Verdict::Invalid);
    let (watch, _) = watched(&p99(), (0..6).map(|_| times(MS, 1000)));
    record.stretches = watch.facts().into_iter().collect();
    assert_eq!(judged(&record).verdict, Verdict::Pass);
    // One empty stretch is enough not to pass.
    record.stretches = vec![RuleStretches {
        stretches: [
            stretches(&watch),
            vec![times(MS, 0).stretch(&p99(), second(9))],
        ]
        .concat(),
        ..record.stretches[0].clone()
    }];
    assert_eq!(judged(&record).verdict, Verdict::Invalid);
}

#[test]
fn a_few_slow_requests_among_a_few_break_nothing_and_pass_nothing() {
    let mut finished = Histogram::new();
    finished.record_many(MS, 190);
    finished.record_many(50 * MS, 9);
    let stretch = Seen::times(finished, &Histogram::new()).stretch(&p99(), second(0));
    assert_eq!((stretch.beyond, held(&p99(), &stretch)), (9, None));
}

#[test]
fn where_no_failure_is_allowed_one_is_proof() {
    let none = rule(Metric::ErrorRatio, Term::Value, 0.0);
    let none = Rule {
        operator: Operator::LessOrEqual,
        ..none
    };
    let one = Seen::Ratio { part: 1, whole: 50 }.stretch(&none, second(0));
    assert_eq!(held(&none, &one), Some(false));
    let few = rule(Metric::ErrorRatio, Term::Value, 0.01);
    let one = Seen::Ratio { part: 1, whole: 50 }.stretch(&few, second(0));
    assert_eq!(held(&few, &one), None);
    let many = Seen::Ratio {
        part: 10,
        whole: 50,
    }
    .stretch(&few, second(0));
    assert_eq!(held(&few, &many), Some(false));
}

#[test]
fn a_rule_stops_the_run_once_it_was_broken_for_as_long_as_it_says() {
    let patient = Rule {
        abort: Some(Duration::from_secs(2)),
        ..p99()
    };
    let from = |start: u64| move |n: u64| times(if n >= start { 50 * MS } else { MS }, 1000);
    let (_, stopped) = watched(&patient, (0..20).map(from(5)));
    let (after, why) = stopped.expect("stopped");
    assert_eq!(after, 7);
    assert!(
        why.contains("stopped the run after 8.0 s") && why.contains("broken for 2.0 s"),
        "{why}"
    );
    // It recovers in between: the time counts from the start again.
    let dip = |n: u64| times(if n == 5 { 50 * MS } else { MS }, 1000);
    let impatient = Rule {
        abort: Some(Duration::from_secs(3)),
        ..p99()
    };
    assert_eq!(watched(&impatient, (0..20).map(dip)).1, None);
}

#[test]
fn a_rule_about_the_whole_run_stops_it_by_all_that_was_seen() {
    let whole = Rule {
        over: None,
        abort: Some(Duration::ZERO),
        ..p99()
    };
    let (watch, stopped) = watched(
        &whole,
        (0..200).map(|n| times(if n >= 100 { 50 * MS } else { MS }, 100)),
    );
    // One in a hundred and one windows is still within the P99's share; from the hundred and second on it is not.
    assert_eq!(stopped.map(|(n, _)| n), Some(101));
    assert_eq!(watch.facts(), None);
}

#[test]
fn a_run_that_a_rule_stopped_fails_however_few_samples_it_has() {
    let mut record = specimen::record(&[MS; 50]);
    record.aborted = Some("p99 < 20ms stopped the run after 3.0 s".into());
    let judgement = judged(&record);
    assert_eq!(judgement.verdict, Verdict::Fail);
    assert_eq!(judgement.reasons[0].code, "aborted");
}

#[test]
fn long_stretches_are_made_of_few_parts() {
    let hour = Rule {
        over: Some(Duration::from_hours(1)),
        ..p99()
    };
    let mut watch = Watch::of(&hour).expect("sliding");
    for n in 0..4000 {
        watch.push(second(n), Seen::Ratio { part: 0, whole: 1 });
    }
    assert!(watch.parts_kept() <= 62);
    let all = stretches(&watch);
    assert!(
        !all.is_empty()
            && all
                .iter()
                .all(|one| one.span.length() >= Duration::from_hours(1))
    );
}

proptest! {
    #[test]
    fn what_a_stretch_shows_is_what_one_histogram_of_its_values_shows(values in prop::collection::vec(1..100_000_000_u64, 3..60)) {
        let windows: Vec<Seen> = values.iter().map(|&ns| times(ns, 1)).collect();
        let (watch, _) = watched(&p99(), windows);
        for (n, stretch) in stretches(&watch).iter().enumerate() {
            let mut all = Histogram::new();
            values[n..n + 3].iter().for_each(|&ns| all.record(ns));
            prop_assert_eq!(stretch.low, all.quantile(0.99).map(|ns| ns as f64));
        }
    }
}

#[test]
fn stretches_that_there_is_room_for_take_no_memory_any_more() {
    let ratio = rule(Metric::ErrorRatio, Term::Mean, 0.01);
    let mut watch = Watch::of(&ratio).expect("a rule with a stretch");
    watch.reserve(500);
    let before = watch.room();
    for n in 0..500 {
        let seen = Seen::Ratio { part: 0, whole: 9 };
        assert_eq!(watch.push(second(n), seen), None);
    }
    assert_eq!(watch.room(), before);
    assert!(watch.facts().is_some_and(|all| all.stretches.len() > 490));
}
