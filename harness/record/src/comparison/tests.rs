use super::history::json::{history, history_line};
use super::history::{HistoryPoint, series};
use super::json::{RoundsError, calibration_line, round_line, rounds};
use super::*;
use crate::histogram::Histogram;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::Duration;

fn histogram(values: &[u64]) -> Histogram {
    let mut histogram = Histogram::new();
    for value in values {
        histogram.record(*value);
    }
    histogram
}

fn arm(throughput: f64, times: &[u64]) -> ArmRound {
    ArmRound {
        values: BTreeMap::from([(Metric::Throughput, throughput)]),
        times: Some(Times {
            response: histogram(times),
            service: histogram(times),
            send_delay: histogram(&[10]),
        }),
        requests: 500,
        errors: 2,
        achieved: Some(0.999),
        lasting: Some(Lasting {
            error_rate: 0.001,
            achieved: 1.0,
        }),
        ..ArmRound::default()
    }
}

fn round(number: u32, throughput: f64, times: &[u64]) -> Round {
    Round {
        number,
        order: Order::Baab,
        baseline: arm(throughput, times),
        candidate: ArmRound {
            ending: ArmEnding::Died("signal 9".to_owned()),
            ..ArmRound::default()
        },
        machine: MachineFacts {
            steal: Some(0.01),
            machine: Some("a, cores 0-1".to_owned()),
            ..MachineFacts::default()
        },
        dropped: Some("noisy machine".to_owned()),
    }
}

fn calibration() -> Calibration {
    Calibration {
        warmup: Duration::from_millis(1_500),
        capacity: 8_000.0,
        rate: 4_800.0,
        pressure: None,
        machine: "a, cores 0-1".to_owned(),
    }
}

proptest! {
    #[test]
    fn rounds_survive_the_round_trip(throughput in 0.0..1e6_f64, times in prop::collection::vec(1..1_000_000_000_u64, 0..30)) {
        let written = round(3, throughput, &times);
        let text = calibration_line(&calibration()) + &round_line(&written);
        let read = rounds(&text).expect("own text reads");
        prop_assert_eq!(&read.rounds, &[written]);
        prop_assert_eq!(read.calibration, calibration());
        prop_assert!(!read.is_cut);
    }

    #[test]
    fn a_changed_byte_is_refused_or_read_but_never_a_panic(at in 0..2_000_usize, byte in any::<u8>()) {
        let mut bytes = (calibration_line(&calibration()) + &round_line(&round(1, 5.0, &[7]))).into_bytes();
        let at = at.min(bytes.len() - 1);
        bytes[at] = byte;
        let _ = rounds(&String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn a_line_cut_off_by_an_interruption_costs_no_other_round() {
    let whole = calibration_line(&calibration()) + &round_line(&round(1, 5.0, &[7]));
    let second = round_line(&round(2, 5.0, &[7]));
    let read = rounds(&format!("{whole}{}", &second[..second.len() / 2])).expect("one whole round");
    assert!(read.is_cut);
    assert_eq!(read.rounds.len(), 1);
    let error = rounds(&format!("{whole}{{\n{second}")).expect_err("damaged in the middle");
    assert!(
        matches!(error, RoundsError::Corrupt { line: 3, .. }),
        "{error}"
    );
}

#[test]
fn newer_rounds_and_unknown_metrics_are_named() {
    let first = calibration_line(&calibration());
    let line = round_line(&round(1, 5.0, &[7]));
    let newer = line.replacen("\"schema\":1", "\"schema\":9", 1);
    let error = rounds(&(first.clone() + &newer))
        .expect_err("newer")
        .to_string();
    assert!(error.contains("line 2 has schema 9"), "{error}");
    let unknown = line.replacen("throughput", "speed", 1);
    let error = rounds(&(first + &unknown))
        .expect_err("unknown")
        .to_string();
    assert!(
        error.contains("baseline: no metric is called \"speed\""),
        "{error}"
    );
    assert!(rounds("").is_err());
}

#[test]
fn every_metric_has_one_name_and_reads_it() {
    for metric in Metric::ALL {
        assert_eq!(Metric::parse(metric.name()), Some(metric));
        assert!(metric.usual_margin() > 0.0);
    }
}

#[test]
fn percentiles_come_from_the_histogram_and_nonsense_is_no_figure() {
    let mut one = arm(f64::NAN, &[1_000, 2_000, 3_000]);
    assert_eq!(one.value(Metric::Throughput), None);
    assert_eq!(one.value(Metric::ResponseTimeP50), Some(2_000.0));
    assert_eq!(one.value(Metric::RssPeak), None);
    one.values.insert(Metric::ResponseTimeP50, 7.0);
    assert_eq!(one.value(Metric::ResponseTimeP50), Some(7.0));
}

#[test]
fn an_order_gives_each_arm_two_slots_with_the_same_mean_time() {
    for order in [Order::Abba, Order::Baab] {
        let slots = order.slots();
        let at = |arm: Arm| (0..4).filter(|i| slots[*i] == arm).sum::<usize>();
        assert_eq!([at(Arm::Baseline), at(Arm::Candidate)], [3, 3]);
    }
}

fn night(commit: &str, machine: &str, throughput: f64) -> HistoryPoint {
    HistoryPoint {
        commit: commit.to_owned(),
        measured_unix_s: 1_700_000_000,
        machine: machine.to_owned(),
        plan: "abc".to_owned(),
        values: BTreeMap::from([(Metric::Throughput, throughput)]),
    }
}

#[test]
fn a_history_reads_back_and_is_one_series_per_machine() {
    let nights = [
        night("a", "old", 5.0),
        night("b", "new", 7.0),
        night("c", "new", f64::NAN),
        night("d", "new", 8.0),
    ];
    let text: String = nights.iter().map(history_line).collect();
    let read = history(&text).expect("own text reads");
    assert_eq!(read[0], nights[0]);
    assert_eq!(series(&read, Metric::Throughput), [(1, 7.0), (3, 8.0)]);
    assert_eq!(series(&read, Metric::RssPeak), []);
    let later = text.replacen("throughput", "invented_later", 1);
    assert!(
        history(&later).expect("outlives its metrics")[0]
            .values
            .is_empty()
    );
    let error = history(&text.replacen('{', "[", 1))
        .expect_err("damaged")
        .to_string();
    assert!(error.starts_with("line 1 does not read"), "{error}");
    assert!(history("").expect("no nights yet").is_empty());
}
