use super::*;
use expect_test::expect;

fn step(rate: f64, purpose: Purpose, quality: Quality, why: &str) -> Measured {
    Measured {
        rate,
        purpose,
        outcome: StepOutcome {
            quality,
            achieved: rate * 0.99,
            reasons: [why]
                .iter()
                .filter(|why| !why.is_empty())
                .map(|why| (*why).to_owned())
                .collect(),
        },
        p50_ns: Some(1_200_000),
        p99_ns: Some(15_000_000),
        error_ratio: Some(0.0),
        length: Duration::from_secs(10),
        folder: "step-01-climb".to_owned(),
    }
}

pub(crate) fn specimen() -> Capacity {
    Capacity {
        run_id: "20261124T110000Z-ab12".to_owned(),
        plan: "canonical".to_owned(),
        target: "http://127.0.0.1:8080".to_owned(),
        slo: vec!["p99 < 20ms".to_owned(), "error_ratio < 0.001".to_owned()],
        steps: vec![
            step(1000.0, Purpose::Climb, Quality::Pass, ""),
            step(1500.0, Purpose::Climb, Quality::Fail, "p99 < 20ms: 31.0 ms"),
            step(
                1224.7,
                Purpose::Bisect,
                Quality::Invalid,
                "steal: 12 % | of the time",
            ),
        ],
        found: Found {
            low: Some(1440.0),
            high: Some(1500.0),
            is_confirmed: true,
            peak: Some(1600.4),
            overloaded: Some(1550.0),
            down: Some(1368.2),
            stop: Stop::Found,
        },
        recovery: Some(Duration::from_secs(36)),
        limiter: Some(Limiter {
            resource: Resource::TargetCpu,
            evidence: "97 % used".to_owned(),
            missing: vec!["locks and waits inside the target"],
        }),
        profiles: vec![Profiled {
            share: 0.5,
            rate: 720.0,
            folder: "profile-050".to_owned(),
        }],
    }
}

#[test]
fn the_result_says_knee_peak_overload_both_ways_and_the_limiter() {
    expect![[r"
        Capacity is 1,440/s (knee between that and 1,500/s)
        promise:  p99 < 20ms, error_ratio < 0.001
        knee:     [1,440/s, 1,500/s], confirmed
        peak:     1,600/s achieved, promise kept or not
        overload: 1,550/s achieved at 1.3 times the knee
        up, down: up 1,440/s, down 1,368/s after 36 s
        limiter:  target CPU (97 % used)
        profile:  50 % of the knee, 720/s: out/profile-050
        folder:   out
    "]]
    .assert_eq(&text(&specimen(), "out"));
}

#[test]
fn a_line_tells_one_step() {
    expect!["step  2  climb       1,500/s  fail     achieved    1,485/s  p50  1.20 ms  p99  15.0 ms  p99 < 20ms: 31.0 ms"]
        .assert_eq(&line(2, &specimen().steps[1]));
}

#[test]
fn each_way_to_end_has_its_sentence() {
    let ended = |stop, low| {
        let mut capacity = specimen();
        (capacity.found.stop, capacity.found.low) = (stop, low);
        answer(&capacity)
    };
    let untrusted = |why: &str| ended(Stop::Untrusted(why.to_owned()), Some(900.0));
    assert_eq!(
        untrusted("generator_cpu: 99 %"),
        "capacity is at least 900/s; the generator is the limit: generator_cpu: 99 %"
    );
    assert_eq!(
        untrusted("steal: 9 %"),
        "capacity is at least 900/s; beyond it no step could be trusted: steal: 9 %"
    );
    assert_eq!(
        ended(Stop::Bound, Some(900.0)),
        "capacity is at least 900/s, the highest rate that may be offered (--max-rate)"
    );
    assert!(ended(Stop::NothingPasses, None).starts_with("no rate keeps"));
    assert_eq!(
        ended(Stop::GivenUp("interrupted".to_owned()), None),
        "no rate is known to keep the promise; interrupted before it was confirmed"
    );
}

#[test]
fn a_target_with_two_states_is_called_metastable() {
    let mut capacity = specimen();
    capacity.found.down = Some(700.0);
    assert!(text(&capacity, "out").contains("METASTABLE"));
    (capacity.found.down, capacity.recovery) = (None, None);
    assert!(text(&capacity, "out").contains("no recovery from overload was seen"));
}

#[test]
fn an_unknown_limiter_says_what_was_not_seen() {
    let mut capacity = specimen();
    capacity.limiter = Some(Limiter {
        resource: Resource::Unknown,
        evidence: "generator CPU 20 % used".to_owned(),
        missing: vec!["CPU time of the target"],
    });
    let text = text(&capacity, "out");
    assert!(
        text.contains("unknown (generator CPU 20 % used); not seen: CPU time of the target"),
        "{text}"
    );
}

#[test]
fn the_table_escapes_what_comes_from_outside() {
    let text = markdown(&specimen());
    assert!(text.contains("| 3 bisect | 1,225/s | invalid |"), "{text}");
    assert!(text.contains("12 % \\| of the time"), "{text}");
}
