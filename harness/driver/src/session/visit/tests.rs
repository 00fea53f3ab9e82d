use super::*;

const MS: u64 = 1_000_000;

fn visit() -> Visit {
    let start = Start {
        arrival: 0,
        phase: Phase::Steady,
        scenario: 0,
        first_step: 0,
        steps: 2,
        intended: 100 * MS,
    };
    Visit::of(start, 0)
}

fn answered(visit: &mut Visit, done_ms: u64) {
    let exchange = Exchange {
        arrival: 0,
        number: 0,
        step: 0,
        intended: visit.intended,
        slot_free: visit.slot_free,
        released: 0,
        sent: Some(visit.not_before),
        done: done_ms * MS,
        first: visit.sent == 0,
        status: Some(200),
        body_bytes: 0,
        failure: None,
    };
    visit.done(exchange);
}

#[test]
fn pauses_between_the_steps_are_in_no_response_time() {
    let mut visit = visit();
    answered(&mut visit, 110);
    visit.expect(None, Duration::from_millis(300));
    answered(&mut visit, 425);
    assert_eq!(visit.response(), Some(25 * MS), "10 ms and 15 ms");
    // The pause after the last answer is before nothing.
    visit.expect(None, Duration::from_millis(500));
    assert_eq!(visit.response(), Some(25 * MS));
}

#[test]
fn a_slow_step_makes_the_next_one_late_and_both_count() {
    let mut visit = visit();
    answered(&mut visit, 200);
    visit.expect(Some(Duration::from_millis(10)), Duration::from_millis(50));
    assert_eq!(visit.intended, 160 * MS, "by the plan, not by the answer");
    answered(&mut visit, 255);
    assert_eq!(visit.response(), Some(105 * MS), "100 ms and 5 ms");
}

#[test]
fn the_next_transaction_owes_nothing_for_the_pause_before_it() {
    let mut visit = visit();
    answered(&mut visit, 110);
    visit.expect(None, Duration::from_millis(300));
    visit.begin_transaction();
    answered(&mut visit, 417);
    assert_eq!(visit.response(), Some(7 * MS));
}
