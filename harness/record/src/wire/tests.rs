use super::*;
use crate::run::Ending;
use crate::specimen;
use proptest::prelude::*;

proptest! {
    #[test]
    fn a_record_survives_the_round_trip(values in prop::collection::vec(1..10_000_000_000_u64, 0..50), rate in 0.1..1e6_f64) {
        let mut record = specimen::record(&values);
        record.plan.offered_rate = Some(rate);
        record.ending = Ending::TargetDied("exit status 1".into());
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
