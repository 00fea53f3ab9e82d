//! Rounds that were written down once must get the verdict that they got then, for ever: 14 rounds of a gate that was not stopped, of which
//! one is dropped and one is a candidate that died.

use super::made::decided;
use crate::gate::{Fate, fate, headline};
use expect_test::expect;
use record::comparison::{GatePlan, ValidityLimits, json};

// As it was in force then: a gate keeps its plan beside its rounds.
fn plan() -> GatePlan {
    GatePlan {
        validity: ValidityLimits {
            steal: 0.05,
            ..ValidityLimits::default()
        },
        ..GatePlan::default()
    }
}

#[test]
fn recorded_rounds_keep_their_verdict() {
    let recorded = json::rounds(include_str!("recorded.ndjson")).expect("readable");
    let decision = decided(&plan(), &recorded.rounds);
    let rows = decision.metrics.iter().map(|one| {
        let figure = one.figure.as_ref().expect("measured");
        format!(
            "{}: {} {:+.4} [{:+.4}, {:+.4}] p {:.5}",
            one.gated.metric.name(),
            one.label.name(),
            figure.theta,
            figure.interval.low,
            figure.interval.high,
            figure.p_worse
        )
    });
    let said = headline(&decision, recorded.calibration.rate, &[]);
    let mut lines = vec![
        format!("{:?} at look {:?}", decision.verdict, decision.look),
        format!(
            "{} measured, {} valid, {} dropped",
            decision.measured, decision.valid, decision.dropped.rounds
        ),
        said,
    ];
    lines.extend(rows);
    lines.extend(decision.notes.clone());
    expect![[r"
        Some(Fail) at look Some(2)
        12 measured, 10 valid, 1 dropped
        P99 response time +19 % [15, 23] at 3,000/s, 10 of 10 rounds slower.
        throughput: unchanged -0.0035 [-0.0144, +0.0069] p 0.83887
        cpu_per_request: regressed +0.0841 [+0.0689, +0.0967] p 0.00098
        response_time_p50: unchanged -0.0029 [-0.0215, +0.0146] p 0.72168
        response_time_p99: regressed +0.1722 [+0.1379, +0.2095] p 0.00098
        allocs_per_request: unchanged +0.0000 [+0.0000, +0.0000] p 1.00000
        rss_peak: unchanged -0.0046 [-0.0079, -0.0029] p 0.99902
        the candidate collapsed once: round 7: died: signal 11"]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn what_was_written_beside_a_round_is_what_is_judged_today() {
    let recorded = json::rounds(include_str!("recorded.ndjson")).expect("readable");
    for round in &recorded.rounds {
        let fate = fate(round, &plan(), &recorded.calibration).0;
        assert_eq!(fate.told(), round.dropped, "round {}", round.number);
        assert_eq!(fate == Fate::Valid, round.dropped.is_none());
    }
}
