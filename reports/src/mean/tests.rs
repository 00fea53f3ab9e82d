use super::*;
use record::run::Delays;
use record::specimen::{self, histogram};

/// 1,000 requests that took 1 ms each, and waited before.
fn record() -> RunRecord {
    let mut record = specimen::record(&[1_000_000; 1000]);
    let step = &mut record.steps[0];
    step.failed = record::run::Times::default();
    step.ok.response = histogram(&[1_600_000; 1000]);
    record.delays = Delays {
        pacing: histogram(&[100_000; 1000]),
        slot_wait: histogram(&[300_000; 1000]),
        connect_wait: histogram(&[200_000; 1000]),
    };
    record
}

#[test]
fn the_parts_make_the_whole() {
    let mean = Mean::of(&record()).expect("parts");
    let sum: f64 = mean.parts().iter().map(|(_, ns)| ns).sum();
    assert!((sum - mean.response).abs() < 1.0, "{mean:?}");
    assert_eq!(
        mean.text(),
        "1.60 ms = pacing 100 µs + slot wait 300 µs + connect wait 200 µs + service 1.00 ms"
    );
}

#[test]
fn what_later_steps_add_is_said() {
    let mut record = record();
    record.steps[0].ok.response = histogram(&[2_000_000; 1000]);
    let mean = Mean::of(&record).expect("parts");
    assert!(
        mean.text().ends_with(" + later steps' send delay 400 µs"),
        "{mean:?}"
    );
}

#[test]
fn an_old_record_has_no_parts() {
    let mut record = record();
    record.delays.clear();
    assert_eq!(Mean::of(&record), None);
}
