//! Every row of the table: a record that trips it, and one just inside.

use super::*;
use record::failure::FailureKind;
use record::histogram::Histogram;
use record::phase::Phase;
use record::run::{Model, PrecisionFacts, RunQueue, WarmupAsked};
use record::specimen::{self, histogram};
use std::time::Duration;

const MS: u64 = 1_000_000;
const US: u64 = 1000;

type Change = fn(&mut RunRecord);

/// Codes of reasons and remarks of a run of 2,000 requests of 1 ms, changed.
fn codes(change: impl FnOnce(&mut RunRecord)) -> (Vec<&'static str>, Vec<&'static str>) {
    let mut record = specimen::record(&[MS; 2000]);
    change(&mut record);
    let codes = |all: Vec<Reason>| all.iter().map(|reason| reason.code).collect();
    (codes(reasons(&record, &[])), codes(remarks(&record)))
}

/// `trips` gives this reason and nothing else; `inside` gives none.
fn reason(code: &'static str, trips: impl FnOnce(&mut RunRecord), inside: Change) {
    assert_eq!(codes(trips), (vec![code], vec![]));
    assert_eq!(codes(inside), (vec![], vec![]), "just inside {code}");
}

fn remark(code: &'static str, trips: Change, inside: Change) {
    assert_eq!(codes(trips), (vec![], vec![code]));
    assert_eq!(codes(inside), (vec![], vec![]), "just inside {code}");
}

/// 2,000 pacing delays, of which the largest 30 take `ns`.
fn pacing(ns: u64) -> Histogram {
    let mut all = histogram(&[20 * US; 1970]);
    all.add(&histogram(&[ns; 30]));
    all
}

#[test]
fn the_specimen_has_nothing_to_hide() {
    assert_eq!(codes(|_| {}), (vec![], vec![]));
}

#[test]
fn pacing_beyond_its_limit_is_a_late_generator() {
    // Two processors, shared with the target: 1 ms.
    reason(
        "generator_late",
        |r| r.delays.pacing = pacing(1020 * US),
        |r| r.delays.pacing = pacing(980 * US),
    );
    // With a processor to spare: 200 µs.
    let spare = |ns| {
        codes(|r| {
            r.provenance.cores = 8;
            r.delays.pacing = pacing(ns);
        })
        .0
    };
    assert_eq!(spare(210 * US), ["generator_late"]);
    assert_eq!(spare(190 * US), [""; 0]);
}

#[test]
fn pacing_may_be_a_tenth_of_slow_response_times_or_what_the_plan_says() {
    let slow = |r: &mut RunRecord| {
        r.steps[0].ok.response = histogram(&[50 * MS; 2000]);
        r.delays.pacing = pacing(4 * MS);
    };
    assert_eq!(codes(slow).0, [""; 0]);
    let moved = |r: &mut RunRecord| {
        r.delays.pacing = pacing(4 * MS);
        r.plan.health_limits = vec![("send_delay".into(), 5e6)];
    };
    assert_eq!(codes(moved).0, [""; 0]);
}

#[test]
fn a_wait_for_users_is_no_lateness_of_the_generator() {
    let full = |r: &mut RunRecord| {
        r.delays.slot_wait = histogram(&[500 * MS; 2000]);
        r.send_delay = r.delays.slot_wait.clone();
    };
    assert_eq!(codes(full), (vec![], vec![]));
}

#[test]
fn a_generator_that_stops_now_and_then_is_stalled() {
    let late = |late, all| {
        codes(|r| {
            r.health.windows_late = late;
            r.health.windows_steady = all;
        })
        .0
    };
    assert_eq!(late(4, 300), ["generator_stalled"]);
    assert_eq!(late(3, 300), [""; 0]);
    // One window of a short run is in the quantiles already.
    assert_eq!(late(1, 20), [""; 0]);
    assert_eq!(late(2, 20), ["generator_stalled"]);
}

#[test]
fn a_thread_that_waits_for_a_processor_is_starved() {
    let waits = |share: f64| {
        move |r: &mut RunRecord| {
            r.health.run_queue = Some(RunQueue {
                thread: "pacer".into(),
                share,
            });
        }
    };
    assert_eq!(codes(waits(0.11)), (vec!["generator_starved"], vec![]));
    assert_eq!(codes(waits(0.09)), (vec![], vec!["generator_waited"]));
    assert_eq!(codes(waits(0.05)), (vec![], vec![]));
    // A closed run's times wait with it as well.
    let closed = |r: &mut RunRecord| {
        r.plan.model = Model::Closed;
        waits(0.11)(r);
    };
    assert_eq!(codes(closed).0, ["generator_starved"]);
}

#[test]
fn pressure_counts_where_strangers_make_it() {
    // Generator and target used 4 of 40 processor seconds.
    let machine = |r: &mut RunRecord, pressure, used| {
        r.health.cpu_pressure = Some(pressure);
        r.health.machine_cpu = Some(used);
    };
    assert_eq!(codes(|r| machine(r, 0.21, 0.3)).0, ["host_busy"]);
    assert_eq!(codes(|r| machine(r, 0.19, 0.3)).0, [""; 0]);
    // Their own threads press each other.
    assert_eq!(codes(|r| machine(r, 0.9, 0.2)).0, [""; 0]);
    // Nobody knows what a target elsewhere used here.
    let unknown = |r: &mut RunRecord| {
        machine(r, 0.9, 0.9);
        r.costs.target_cpu = None;
    };
    assert_eq!(codes(unknown).0, [""; 0]);
}

#[test]
fn throttling_and_steal_are_not_forgiven() {
    reason(
        "generator_throttled",
        |r| r.health.throttled_periods = Some(1),
        |r| r.health.throttled_periods = None,
    );
    reason(
        "steal",
        |r| r.health.steal = Some(0.051),
        |r| r.health.steal = Some(0.05),
    );
    let allowed = |r: &mut RunRecord| {
        r.health.steal = Some(0.09);
        r.plan.health_limits = vec![("steal".into(), 0.1)];
    };
    assert_eq!(codes(allowed).0, [""; 0]);
}

#[test]
fn what_was_not_sent_with_idle_users_at_hand_is_under_delivery() {
    let unsent = |n: u64| {
        move |r: &mut RunRecord| {
            r.arrivals.scheduled += n;
            r.arrivals.unsent = n;
        }
    };
    assert_eq!(codes(unsent(41)).0, ["under_delivered"]);
    assert_eq!(codes(unsent(40)).0, [""; 0]);
    // An arrival that found every user busy between two windows counts as well as a backlog at the end of one.
    let full = |r: &mut RunRecord| {
        unsent(41)(r);
        r.health.waited_for_user = 50;
    };
    assert_eq!(codes(full), (vec![], vec!["overloaded", "cap_bound"]));
}

#[test]
fn arrivals_that_waited_for_a_user_are_remarked() {
    // 2,001 arrivals were due.
    remark(
        "cap_bound",
        |r| r.health.waited_for_user = 3,
        |r| r.health.waited_for_user = 2,
    );
}

#[test]
fn a_busy_generator_is_remarked_and_invalid_if_it_does_not_deliver() {
    let busy: Change = |r| r.costs.generator_cpu = Some(Duration::from_millis(16_100));
    remark("generator_busy", busy, |r| {
        r.costs.generator_cpu = Some(Duration::from_secs(16));
    });
    let slow = |r: &mut RunRecord| {
        busy(r);
        r.windows[0].committed -= 50;
    };
    assert_eq!(codes(slow), (vec!["generator_cpu"], vec![]));
}

#[test]
fn limits_of_the_machine_are_named() {
    reason(
        "generator_limit",
        |r| r.health.local_limits = vec!["EMFILE".into()],
        |_| {},
    );
}

#[test]
fn the_reference_engine_counts_to_the_request() {
    let counted = |server: u64, timeouts: u64| {
        codes(|r| {
            r.health.server_requests = Some(server);
            r.health.client_requests = Some(2001);
            if timeouts > 0 {
                r.steps[0].failures.insert(FailureKind::Timeout, timeouts);
            }
        })
        .0
    };
    assert_eq!(counted(2001, 0), [""; 0]);
    assert_eq!(counted(2000, 0), ["counts_differ"]);
    assert_eq!(counted(2002, 0), ["counts_differ"]);
    // A request that timed out may have arrived.
    assert_eq!(counted(1998, 3), [""; 0]);
    assert_eq!(counted(1997, 3), ["counts_differ"]);
}

#[test]
fn another_target_may_differ_by_a_thousandth() {
    let counted = |server: u64| {
        codes(|r| {
            r.target.reference = false;
            r.health.server_requests = Some(server);
            r.health.client_requests = Some(10_000);
        })
        .0
    };
    assert_eq!(counted(10_010), [""; 0]);
    assert_eq!(counted(9_989), ["counts_differ"]);
}

#[test]
fn failures_of_the_warm_up_explain_a_difference() {
    let warm = |r: &mut RunRecord| {
        r.health.server_requests = Some(1999);
        r.windows[0].phase = Phase::Warmup;
        r.windows[0].failed = 2;
    };
    assert_eq!(codes(warm).0, [""; 0]);
}

#[test]
fn a_warm_up_that_finds_no_steady_state_spoils_the_run_only_if_it_searched() {
    let searched = |r: &mut RunRecord| {
        r.warmup.asked = WarmupAsked::Auto;
        r.warmup.steady_found = Some(false);
        r.warmup.text = "p50 rises by 30 %".into();
    };
    reason("not_steady", searched, |r| {
        r.warmup.asked = WarmupAsked::Auto;
        r.warmup.steady_found = Some(true);
    });
    remark(
        "warmup_short",
        |r| r.warmup.steady_found = Some(false),
        |r| r.warmup.steady_found = None,
    );
}

#[test]
fn a_quantile_that_stays_vague_is_remarked() {
    let precision = |reached| PrecisionFacts {
        quantile: 0.999,
        relative_asked: 0.05,
        low_ns: 9 * MS,
        point_ns: 10 * MS,
        high_ns: 14 * MS,
        reached,
        extended_by: Duration::from_mins(1),
    };
    let mut record = specimen::record(&[MS; 2000]);
    record.precision = Some(precision(false));
    let remarks = remarks(&record);
    assert_eq!(remarks[0].code, "imprecise");
    assert!(
        remarks[0].text.starts_with("p99.9 is known"),
        "{}",
        remarks[0].text
    );
    assert_eq!(codes(|r| r.precision = Some(precision(true))).1, [""; 0]);
}

#[test]
fn broken_laws_are_reasons() {
    let open = |r: &mut RunRecord| r.health.in_flight_mean = Some(2.0);
    assert_eq!(codes(open).0, ["recording_inconsistent"]);
    let closed = |users_mean| {
        move |r: &mut RunRecord| {
            r.plan.model = Model::Closed;
            r.steps[0].ok.service = histogram(&[10 * MS; 2000]);
            r.health.closed = Some(record::run::ClosedFacts {
                users_mean,
                think_mean: Duration::ZERO,
            });
        }
    };
    // 2,000 exchanges of 10 ms in 20 s are the work of one user.
    assert_eq!(codes(closed(1.2)).0, ["generator_stall"]);
    assert_eq!(codes(closed(1.1)).0, [""; 0]);
    assert_eq!(codes(closed(0.8)).0, ["recording_inconsistent"]);
}

#[test]
fn every_limit_has_a_code_of_its_own_and_a_hint() {
    let mut codes: Vec<_> = crate::limits::TABLE.iter().map(|one| one.code).collect();
    assert!(crate::limits::TABLE.iter().all(|one| one.hint.len() > 10));
    codes.sort_unstable();
    codes.dedup();
    // Late has two rows: with and without the parts of send delay.
    assert_eq!(codes.len(), crate::limits::TABLE.len() - 1);
}

/// Windows whose medians grow by this share of 5 ms each.
fn drifting(per_window: f64) -> impl Fn(&mut RunRecord) {
    move |r| {
        for (n, window) in (0_u32..).zip(&mut r.windows) {
            let grown = 1.0 + per_window * f64::from(n);
            window.response = Some(record::histogram::Summary {
                count: 100,
                p50: (5e6 * grown) as u64,
                ..Default::default()
            });
        }
    }
}

#[test]
fn a_level_plan_whose_steady_phase_drifts_is_not_steady() {
    let slow = |r: &mut RunRecord| {
        r.steps[0].ok.response = histogram(&[5 * MS; 2000]);
        drifting(0.02)(r);
    };
    let (invalid, _) = codes(slow);
    assert_eq!(invalid, ["not_steady"]);
    assert_eq!(
        codes(drifting(0.002)).0,
        [""; 0],
        "4 % are within the limit"
    );
    let excused: [fn(&mut RunRecord); 4] = [
        |r| r.plan.is_level = false,
        |r| r.plan.model = Model::Closed,
        |r| r.aborted = Some("a rule".into()),
        |r| r.windows.truncate(19),
    ];
    for (at, excuse) in excused.into_iter().enumerate() {
        let (invalid, _) = codes(|r| {
            slow(r);
            excuse(r);
        });
        assert!(!invalid.contains(&"not_steady"), "case {at}");
    }
    // Half a millisecond more is less than a generator on two processors may be late by.
    let little = |r: &mut RunRecord| {
        r.steps[0].ok.response = histogram(&[MS; 2000]);
        drifting(0.02)(r);
    };
    assert_eq!(codes(little).0, [""; 0]);
}

#[test]
fn a_run_that_mostly_failed_says_so_unless_the_plan_demands_it() {
    let failing = |r: &mut RunRecord| {
        r.steps[0].failures = [(record::failure::FailureKind::Status, 3000)].into();
    };
    assert_eq!(codes(failing), (vec![], vec!["mostly_failed"]));
    let demanded = |r: &mut RunRecord| {
        failing(r);
        r.plan.thresholds[0].metric = record::rule::Metric::ErrorRatio;
    };
    assert_eq!(codes(demanded).1, [""; 0]);
    let half = |r: &mut RunRecord| {
        r.steps[0].failures = [(record::failure::FailureKind::Status, 2000)].into();
    };
    assert_eq!(codes(half).1, [""; 0]);
}
