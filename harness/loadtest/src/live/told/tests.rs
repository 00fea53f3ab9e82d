//! What is kept of a target's expositions is what a run's steady phase needs.

use super::*;

const STARTED: Duration = Duration::from_secs(1000);

fn told(seconds: u64, exposition: impl Fn(u64) -> String) -> Told {
    let mut told = Told::default();
    for second in 0..seconds {
        told.read(STARTED + Duration::from_secs(second), exposition(second));
    }
    told
}

fn steady(start: u64, end: u64) -> Span {
    Span {
        start: Duration::from_secs(start),
        end: Duration::from_secs(end),
    }
}

fn leaking(second: u64) -> String {
    format!(
        "runtime_live_objects{{kind=\"task\",site=\"a.rs:1\"}} {}\nruntime_live_objects{{kind=\"timer\",site=\"b.rs:2\"}} 7\n\
         runtime_lock_wait_seconds_total{{site=\"f\"}} {}\nruntime_lock_wait_seconds_total{{site=\"g\"}} 9\n",
        10 * second,
        second as f64 / 4.0,
    )
}

#[test]
fn the_steady_phase_is_what_is_told_of() {
    let insides = told(20, leaking).insides(STARTED, steady(3, 13));
    assert_eq!(insides.places, 2);
    assert_eq!(insides.live.len(), 1, "{insides:?}");
    assert_eq!(
        (insides.live[0].kind.as_str(), insides.live[0].site.as_str()),
        ("task", "a.rs:1")
    );
    let counts: Vec<u64> = (4..=13).map(|second| 10 * second).collect();
    assert_eq!(insides.live[0].counts, counts);
    let waits = insides.lock_waits.iter();
    assert_eq!(
        waits
            .map(|wait| (wait.site.as_str(), wait.waited))
            .collect::<Vec<_>>(),
        [("f", Duration::from_millis(2500))]
    );
}

#[test]
fn a_long_run_is_kept_in_bounded_memory_and_still_told_of_as_a_whole() {
    let hour = told(3600, leaking);
    assert!(hour.readings.len() < MOST_READINGS);
    let insides = hour.insides(STARTED, steady(10, 3600));
    let counts = &insides.live[0].counts;
    assert_eq!(counts.len(), MOST_PARTS);
    assert!(counts.is_sorted() && counts[31] > 35_000, "{counts:?}");
}

#[test]
fn a_target_that_tells_nothing_has_no_inside() {
    let silent = told(20, |_| "up 1\n".to_owned()).insides(STARTED, steady(3, 13));
    assert_eq!(silent, Insides::default());
    let never = Told::default().insides(STARTED, steady(3, 13));
    assert_eq!(never, Insides::default());
}
