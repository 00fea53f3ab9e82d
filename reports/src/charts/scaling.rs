//! Throughput against users: what was measured, and the fitted law as far as it may be drawn.

use super::axis;
use super::drawing::{Drawing, Ink, Series, Shape};
use crate::scaling::Sweep;
use stats::usl::{Fitted, Scalability};

/// Points of the curve.
const POINTS: u32 = 120;
/// How far beyond the largest level the curve may be drawn.
const BEYOND: f64 = 1.5;

/// The curve and the levels, each with its interval as an upright line.
pub(super) fn curve(sweep: &Sweep) -> Drawing {
    let fitted = match &sweep.scalability {
        Scalability::Fitted(fitted) => Some(fitted.as_ref()),
        Scalability::NotEnoughLevels(_) => None,
    };
    let valid = sweep.levels.iter().filter(|level| level.invalid.is_empty());
    let seen = valid.filter_map(|level| Some((f64::from(level.users), level.throughput()?)));
    let measured: Vec<Vec<(f64, f64)>> = seen
        .map(|(users, x)| {
            let ends = [x.low, x.point, x.high];
            let known = ends.into_iter().filter(|end| end.is_finite());
            known.map(|end| (users, end)).collect()
        })
        .collect();
    let law = fitted.map_or_else(Vec::new, drawn);
    let all = measured.iter().flatten().chain(&law);
    let (users, most) = all.fold((0.0_f64, 0.0_f64), |(x, y), point| {
        (x.max(point.0), y.max(point.1))
    });
    Drawing {
        description: "Throughput at each number of users, with the fitted scalability law."
            .to_owned(),
        height: 320,
        x: axis::amounts(users, "users"),
        y: axis::amounts(most, "transactions per second"),
        shades: Vec::new(),
        series: vec![
            Series {
                name: "fitted law",
                ink: Ink::Second,
                shape: Shape::Line(2.0),
                stretches: vec![law],
            },
            Series {
                name: "measured, 95 %",
                ink: Ink::First,
                shape: Shape::Line(1.5),
                stretches: measured,
            },
        ],
    }
}

fn drawn(fitted: &Fitted) -> Vec<(f64, f64)> {
    let end = fitted.largest * BEYOND;
    (0..=POINTS)
        .map(|n| 1.0 + (end - 1.0) * f64::from(n) / f64::from(POINTS))
        .map(|users| (users, fitted.curve.at(users)))
        .collect()
}
