//! The head at once, the body late: an answer is there when its last byte is.

use super::trust::is_trusted;
use super::{MS, is_within, target};
use crate::offer::{Offer, offer};
use driver::yardstick::Behaviour;
use std::time::Duration;

#[test]
fn load_an_answer_is_done_when_its_body_is_complete() {
    let target = target::start(Behaviour::SlowBody(Duration::from_millis(50)));
    let measured = offer(&Offer::open_to(&target, 50, 2));
    let facts = target.finish().unwrap();
    let service = &measured.steps[0].ok.service;
    assert_eq!(service.count(), 100);
    assert!(
        service.exact().min_ns >= 50 * MS,
        "{}",
        service.exact().min_ns
    );
    assert_eq!(measured.steps[0].body_bytes, 500);
    if is_trusted("slow body", &measured) {
        let (p50, truth) = (service.quantile(0.5).unwrap(), facts.service_p50_ns);
        assert!(is_within(0.02, p50 as f64, truth as f64), "{p50} {facts:?}");
    }
}
