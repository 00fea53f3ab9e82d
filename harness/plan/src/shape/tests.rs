#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "tests; the figures compared are exact"
)]
use super::*;
use proptest::prelude::*;

fn secs(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

fn ramp(start: f64, to: f64, over: f64) -> Shape {
    let over = secs(over);
    Shape {
        start,
        parts: vec![Part::Ramp { to, over }],
    }
}

fn time_of(shape: &Shape, due: f64) -> Option<f64> {
    Curve::of(shape).time_of(due).map(|ns| ns as f64 / 1e9)
}

#[test]
fn a_ramp_is_inverted_where_the_usual_formula_divides_by_nothing() {
    // From 0: n = b t² ÷ 2D.
    let up = ramp(0.0, 100.0, 10.0);
    assert_eq!(time_of(&up, 0.0), Some(0.0));
    assert!((time_of(&up, 125.0).unwrap() - 5.0).abs() < 1e-8);
    // To 0: the mirror image.
    let down = ramp(100.0, 0.0, 10.0);
    assert!((time_of(&down, 375.0).unwrap() - 5.0).abs() < 1e-8);
    assert_eq!(time_of(&down, 500.0), None);
    // Level, and downwards.
    assert!((time_of(&ramp(50.0, 50.0, 10.0), 25.0).unwrap() - 0.5).abs() < 1e-8);
    let slower = ramp(300.0, 100.0, 2.0);
    assert!((time_of(&slower, 250.0).unwrap() - 1.0).abs() < 1e-8);
}

#[test]
fn a_stretch_without_arrivals_is_passed_over() {
    let shape = Shape {
        start: 0.0,
        parts: vec![
            Part::Hold { length: secs(3.0) },
            Part::Step {
                to: 10.0,
                length: secs(1.0),
            },
            Part::Spike {
                to: 0.0,
                length: secs(5.0),
            },
            Part::Hold { length: secs(1.0) },
        ],
    };
    let starts: Vec<_> = [0.0, 9.0, 10.0, 19.0, 20.0]
        .map(|n| time_of(&shape, n))
        .into();
    assert_eq!(starts[0], Some(3.0));
    assert!((starts[1].unwrap() - 3.9).abs() < 1e-8);
    assert_eq!(
        starts[2],
        Some(9.0),
        "the spike returns to the rate before it"
    );
    assert!((starts[3].unwrap() - 9.9).abs() < 1e-8);
    assert_eq!(starts[4], None);
}

#[test]
fn levels_are_those_of_the_parts() {
    let shape = Shape {
        start: 10.0,
        parts: vec![
            Part::Ramp {
                to: 20.0,
                over: secs(10.0),
            },
            Part::Ramp {
                to: 5.0,
                over: Duration::ZERO,
            },
            Part::Spike {
                to: 100.0,
                length: secs(1.0),
            },
            Part::Sine {
                amplitude: 5.0,
                period: secs(4.0),
                length: secs(4.0),
            },
        ],
    };
    let at = |seconds| shape.level_at(secs(seconds));
    assert_eq!(
        [at(0.0), at(5.0), at(10.5), at(11.0)],
        [10.0, 15.0, 100.0, 5.0]
    );
    assert!((at(12.0) - 10.0).abs() < 1e-9 && at(14.0).abs() < 1e-9);
    assert_eq!((at(99.0), shape.last(), shape.most()), (5.0, 5.0, 100.0));
    assert_eq!(shape.length(), secs(15.0));
}

#[test]
fn a_warm_up_has_the_first_rate_there_is() {
    assert_eq!(ramp(40.0, 100.0, 1.0).first_rate(), 40.0);
    assert_eq!(ramp(0.0, 100.0, 1.0).first_rate(), 50.0);
    let late = Shape {
        start: 0.0,
        parts: vec![
            Part::Hold { length: secs(1.0) },
            Part::Step {
                to: 7.0,
                length: secs(1.0),
            },
        ],
    };
    assert_eq!(late.first_rate(), 7.0);
}

#[test]
fn flags_of_two_other_tools_are_read() {
    let k6 = stages("30s:100, 5m:100,0s:50", 0.0).unwrap();
    let to = |to, seconds| Part::Ramp {
        to,
        over: secs(seconds),
    };
    assert_eq!(k6.parts, [to(100.0, 30.0), to(100.0, 300.0), to(50.0, 0.0)]);
    let goose = test_plan("100,30s;100,5m;0,30s", 0.0).unwrap();
    assert_eq!(
        goose.parts,
        [to(100.0, 30.0), to(100.0, 300.0), to(0.0, 30.0)]
    );
    for (error, part) in [
        (stages("30s", 0.0), "--stage: piece \"30s\": write it as in"),
        (
            stages("30:100", 0.0),
            "--stage: piece \"30:100\": duration \"30\" has no unit",
        ),
        (stages("30s:-1", 0.0), "\"-1\" is not a level"),
        (stages("", 0.0), "piece \"\""),
        (test_plan("30s,100", 0.0), "--test-plan: piece \"30s,100\""),
    ] {
        let error = error.unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}

fn part(level: f64) -> impl Strategy<Value = Part> {
    let rate = prop_oneof![Just(0.0), 0.1..2_000.0_f64];
    let length = (0..4_000_u64).prop_map(Duration::from_millis);
    let period = (100..4_000_u64).prop_map(Duration::from_millis);
    (0..5, rate, length, period, 0.0..=1.0_f64).prop_map(
        move |(kind, to, length, period, share)| match kind {
            0 => Part::Ramp { to, over: length },
            1 => Part::Hold { length },
            2 => Part::Spike { to, length },
            3 => Part::Step { to, length },
            _ if level > 0.0 => Part::Sine {
                amplitude: share * level,
                period,
                length,
            },
            _ => Part::Hold { length },
        },
    )
}

/// Any valid shape: amplitudes fit the level they are around.
pub(crate) fn any_shape() -> impl Strategy<Value = Shape> {
    let start = prop_oneof![Just(0.0), 0.1..2_000.0_f64];
    (start, proptest::collection::vec(part(1.0), 1..8)).prop_map(|(start, parts)| {
        let mut shape = Shape { start, parts };
        let mut level = start;
        for part in &mut shape.parts {
            if let Part::Sine {
                amplitude, length, ..
            } = part
            {
                if level > 0.0 {
                    *amplitude *= level;
                } else {
                    *part = Part::Hold { length: *length };
                }
            }
            level = part.leaves(level);
        }
        shape
    })
}

proptest! {
    // Both directions of the same curve, against each other and against the sum of small pieces under the level.
    #[test]
    fn what_is_due_by_the_time_of_n_is_n(shape in any_shape(), share in 0.0..1.0_f64) {
        let curve = Curve::of(&shape);
        prop_assume!(curve.total() > 0.0);
        let due = share * curve.total();
        let at = curve.time_of(due).unwrap();
        // Times are whole nanoseconds, cut off.
        let slack = 1e-6 + 3e-9 * shape.most();
        prop_assert!((curve.due_by(at) - due).abs() < slack, "{} by {at}, not {due}", curve.due_by(at));
    }

    #[test]
    fn the_curve_is_the_area_under_the_level(shape in any_shape()) {
        let curve = Curve::of(&shape);
        let mut sum = 0.0;
        let mut start = Duration::ZERO;
        for (before, part) in shape.levels() {
            let step = part.length().as_secs_f64() / 2_000.0;
            sum += (0..2_000).map(|n| part.level_at(before, (f64::from(n) + 0.5) * step) * step).sum::<f64>();
            start += part.length();
            let due = curve.due_by(start.as_nanos() as u64);
            prop_assert!((due - sum).abs() <= 1e-3 * sum + 1e-3, "{due}, not {sum}");
        }
        prop_assert!(curve.total() <= shape.most() * shape.length().as_secs_f64() + 1e-6);
    }

    #[test]
    fn times_never_go_back(shape in any_shape(), mut due in proptest::collection::vec(0.0..20_000.0_f64, 2..30)) {
        due.sort_by(f64::total_cmp);
        let curve = Curve::going_on(&shape);
        let times: Vec<_> = due.iter().map_while(|due| curve.time_of(*due)).collect();
        prop_assert!(times.windows(2).all(|pair| pair[0] <= pair[1]), "{times:?}");
    }
}
