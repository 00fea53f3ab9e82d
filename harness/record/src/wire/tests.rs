use super::*;
use crate::run::{
    ClosedFacts, Ending, EngineFacts, FaultFacts, PrecisionFacts, RuleStretches, Stretch,
    WarmupAsked, pacing_floor_ns, pacing_limit_ns,
};
use crate::shift::Shifts;
use crate::specimen;
use proptest::prelude::*;
use std::time::Duration;

proptest! {
    #[test]
    fn a_record_survives_the_round_trip(values in prop::collection::vec(1..10_000_000_000_u64, 0..50), rate in 0.1..1e6_f64) {
        let mut record = specimen::record(&values);
        record.plan.offered_rate = Some(rate);
        record.ending = Ending::TargetDied("exit status 1".into());
        record.aborted = Some("a rule".into());
        record.shifts = Shifts::parse("40:110:10:second");
        record.target.engine = Some(EngineFacts {
            switches: [("journal".to_owned(), "group".to_owned())].into(),
            faults: vec![FaultFacts { spec: "cpu=5%".into(), fired: 7 }],
            syncs: 3,
            sync_median: Some(Duration::from_micros(1500)),
        });
        record.stretches = vec![RuleStretches {
            rule: "qps > 5 over 10s".into(),
            stretches: vec![Stretch { span: record.steady, low: Some(rate), high: None, samples: 9, beyond: 3 }],
        }];
        let text = to_json(&record);
        let back = from_json(&text).expect("own text reads");
        prop_assert_eq!(to_json(&back), text);
        prop_assert_eq!(back, record);
    }

    #[test]
    fn a_cut_or_changed_record_is_refused_or_read_but_never_a_panic(at in 0..4000_usize, byte in any::<u8>()) {
        let mut bytes = to_json(&specimen::record(&[5, 6])).into_bytes();
        let at = at.min(bytes.len() - 1);
        let cut = String::from_utf8_lossy(&bytes[..at]).into_owned();
        prop_assert!(from_json(&cut).is_err());
        bytes[at] = byte;
        let _ = from_json(&String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn a_newer_record_is_named_as_such() {
    let text = to_json(&specimen::record(&[5])).replacen("\"schema\": 1", "\"schema\": 7", 1);
    let error = from_json(&text).expect_err("newer").to_string();
    assert!(
        error.contains("schema 7") && error.contains("newer"),
        "{error}"
    );
}

#[test]
fn a_count_that_disagrees_with_its_histogram_is_damage() {
    let text = to_json(&specimen::record(&[5, 6, 7])).replacen("\"count\": 3", "\"count\": 4", 1);
    let error = from_json(&text).expect_err("damaged").to_string();
    assert!(error.contains("steps, transfer/transfer"), "{error}");
}

#[test]
fn headline_figures_come_from_the_right_places() {
    let record = specimen::record(&[2_000_000, 4_000_000]);
    assert_eq!(record.requests(), 3);
    assert!((record.qps() - 3.0 / 20.0).abs() < 1e-12);
    assert!((record.tps() - 2.0 / 20.0).abs() < 1e-12);
    assert!(record.arrivals.is_conserved());
    assert_eq!(record.response_time().count(), 2);
    assert_eq!(record.error_ratio(), Some(1.0 / 3.0));
}

/// A record as the first version wrote it, of a real run: it must stay readable.
#[test]
fn a_record_of_version_1_reads() {
    let record = from_json(include_str!("../../tests/data/v1.json")).expect("readable");
    assert_eq!(record.plan.name, "canonical");
    assert!(record.arrivals.is_conserved());
    assert!(record.response_time().count() > 10_000);
    assert!(record.audit.is_some_and(|audit| audit.passed()));
}

#[test]
fn how_the_generator_fared_survives_the_round_trip() {
    let mut record = specimen::record(&[5, 6]);
    record.plan.slo = Some(Duration::from_millis(20));
    record.plan.health_limits = vec![("steal".into(), 0.1)];
    record.health.in_flight_mean = Some(1.5);
    record.health.in_flight_samples = 2000;
    record.health.local_limits = vec!["EMFILE".into()];
    record.health.closed = Some(ClosedFacts {
        users_mean: 10.0,
        think_mean: Duration::from_millis(3),
    });
    record.warmup.asked = WarmupAsked::Auto;
    record.warmup.steady_found = Some(true);
    record.warmup.settled = Some(Duration::from_millis(500));
    record.precision = Some(PrecisionFacts {
        quantile: 0.99,
        relative_asked: 0.05,
        low_ns: 9,
        point_ns: 10,
        high_ns: 11,
        reached: true,
        extended_by: Duration::from_secs(7),
    });
    assert_eq!(from_json(&to_json(&record)).expect("reads"), record);
}

#[test]
fn goodput_counts_what_was_committed_within_the_slo() {
    let mut record = specimen::record(&[2_000_000, 4_000_000, 30_000_000]);
    // The specimen's threshold is p99 < 20 ms.
    assert_eq!(record.slo(), Some(Duration::from_millis(20)));
    assert_eq!(record.goodput(), Some(2.0 / 20.0));
    record.plan.slo = Some(Duration::from_millis(3));
    assert_eq!(record.goodput(), Some(1.0 / 20.0));
    record.plan.slo = None;
    record.plan.thresholds[0].step = Some("transfer".into());
    assert_eq!(record.goodput(), None);
}

#[test]
fn the_pacing_limit_is_a_tenth_of_the_response_time_or_the_floor() {
    let limit = |processors, p99| pacing_limit_ns(pacing_floor_ns(processors), p99);
    assert_eq!(limit(8, 1_000_000), 200_000);
    assert_eq!(limit(8, 5_000_000), 500_000);
    assert_eq!(limit(2, 5_000_000), 1_000_000);
}
