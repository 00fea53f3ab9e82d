//! Figures of a gate: forest plot, percentile curves, ratio of quantiles, and the rounds in the order they were measured.

use super::axis::{self, Axis, log_ns};
use super::drawing::forest::Row;
use super::drawing::{Drawing, Ink, Series, Shade, Shape};
use record::comparison::{Arm, Metric, Round};
use stats::gate::{BandPoint, CurvePoint, Curves, ForestRow, Label, span};

/// Farther than this, as a log ratio, nothing is drawn: dots there stand at the edge.
const FARTHEST: f64 = 1.5;
/// Steps of an axis of percents.
const STEPS: [f64; 12] = [
    0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0,
];

/// Ticks nearer than this share of the axis would write over each other, where labels are below each other: on a logarithm, equal percents
/// crowd to one end.
const CLOSEST: f64 = 0.07;
/// The same where labels stand beside each other: "+150 %" in the 620 units of a forest plot's width, and a space.
const CLOSEST_BESIDE: f64 = 0.09;

/// Rows and axis of the forest plot.
pub(super) fn forest(rows: &[ForestRow]) -> (Vec<Row>, Axis) {
    let reach = (span(rows) * 1.05).clamp(0.005, FARTHEST);
    let drawn = rows.iter().map(|row| Row {
        name: row.metric.title().to_owned(),
        label: row.label.name().to_owned(),
        estimate: row.estimate,
        interval: (row.interval.low, row.interval.high),
        margin: row.margin,
        dots: row.rounds.clone(),
        ink: ink(row.label),
    });
    (
        drawn.collect(),
        percents_apart(
            (-reach, reach),
            "worsening of the candidate, log scale",
            CLOSEST_BESIDE,
        ),
    )
}

fn ink(label: Label) -> Ink {
    match label {
        Label::Regressed => Ink::Second,
        Label::Unclear | Label::NotMeasured => Ink::Muted,
        _ => Ink::First,
    }
}

/// A vertical axis of log ratios whose ticks say percents.
pub(super) fn percents(low: f64, high: f64, title: &'static str) -> Axis {
    percents_apart((low, high), title, CLOSEST)
}

fn percents_apart((low, high): (f64, f64), title: &'static str, closest: f64) -> Axis {
    let step = STEPS
        .into_iter()
        .find(|step| (high.exp() - low.exp()) / step <= 9.0)
        .unwrap_or(10.0);
    let (first, last) = (
        (low.exp_m1() / step).ceil() as i32,
        (high.exp_m1() / step).floor() as i32,
    );
    let digits = usize::from(step < 0.01);
    let tick = |n: i32| {
        let share = f64::from(n) * step;
        let label = match n {
            0 => "equal".to_owned(),
            _ => format!("{:+.digits$} %", share * 100.0),
        };
        (share.ln_1p(), label)
    };
    Axis {
        low,
        high,
        ticks: apart((first..=last).map(tick), (high - low) * closest),
        title,
    }
}

// Those that are at least `closest` from the one kept before; "equal" is always kept.
fn apart(ticks: impl Iterator<Item = (f64, String)>, closest: f64) -> Vec<(f64, String)> {
    let mut kept: Vec<(f64, String)> = Vec::new();
    for tick in ticks {
        let crowds = |before: &(f64, String)| tick.0 - before.0 < closest;
        if tick.0.abs() < f64::EPSILON {
            while kept.last().is_some_and(crowds) {
                kept.pop();
            }
        } else if kept.last().is_some_and(crowds) {
            continue;
        }
        kept.push(tick);
    }
    kept
}

/// Response time at every percentile: a bold line per arm, a thin one per round.
pub(super) fn percentiles(curves: &Curves) -> Option<Drawing> {
    let all = || curves.arms.iter().flatten();
    let (min, max) = (
        all().map(|point| point.ns).min()?,
        all().map(|point| point.ns).max()?,
    );
    let x = nines(curves)?;
    let line = |points: &Vec<CurvePoint>| -> Vec<(f64, f64)> {
        points
            .iter()
            .map(|point| (point.nines, log_ns(point.ns)))
            .collect()
    };
    let thin = |at: usize, ink| Series {
        name: "",
        ink,
        shape: Shape::Line(1.0),
        stretches: curves.rounds[at].iter().map(line).collect(),
    };
    let bold = |at: usize, ink, weight, name| Series {
        name,
        ink,
        shape: Shape::Line(weight),
        stretches: vec![line(&curves.arms[at])],
    };
    Some(Drawing {
        description:
            "Response time of both builds at every percentile; the horizontal axis counts nines."
                .to_owned(),
        height: 340,
        shades: faded(curves, &x),
        y: axis::durations(min, max, "response time, log scale"),
        x,
        series: vec![
            band(&curves.bands[0], Ink::First),
            band(&curves.bands[1], Ink::Second),
            thin(0, Ink::First),
            thin(1, Ink::Second),
            bold(0, Ink::First, 5.0, "baseline (thick)"),
            bold(1, Ink::Second, 2.5, "candidate"),
        ],
    })
}

fn band(points: &[BandPoint], ink: Ink) -> Series {
    let there = points.iter().map(|point| (point.nines, log_ns(point.low)));
    let back = points
        .iter()
        .rev()
        .map(|point| (point.nines, log_ns(point.high)));
    region(there.chain(back).collect(), ink)
}

fn region(outline: Vec<(f64, f64)>, ink: Ink) -> Series {
    Series {
        name: "",
        ink,
        shape: Shape::Region,
        stretches: vec![outline],
    }
}

/// Candidate ÷ baseline at every percentile.
pub(super) fn quantile_ratio(curves: &Curves) -> Option<Drawing> {
    let x = nines(curves)?;
    let logs = || curves.ratio.iter().map(|(_, log)| *log);
    let low = logs().fold(-0.02, f64::min).max(-FARTHEST) * 1.1;
    let high = logs().fold(0.02, f64::max).min(FARTHEST) * 1.1;
    let inside = |log: f64| log.clamp(low, high);
    let there = curves.ratio_band.iter();
    let back = curves.ratio_band.iter().rev();
    let band = there
        .map(|(nines, low, _)| (*nines, inside(*low)))
        .chain(back.map(|(nines, _, high)| (*nines, inside(*high))));
    Some(Drawing {
        description:
            "Response time of the candidate divided by that of the baseline at every percentile."
                .to_owned(),
        height: 260,
        shades: faded(curves, &x),
        y: percents(low, high, "candidate ÷ baseline"),
        series: vec![
            region(band.collect(), Ink::Second),
            Series {
                name: "equal",
                ink: Ink::Muted,
                shape: Shape::Line(1.5),
                stretches: vec![vec![(x.low, 0.0), (x.high, 0.0)]],
            },
            Series {
                name: "candidate",
                ink: Ink::Second,
                shape: Shape::Line(2.5),
                stretches: vec![curves.ratio.clone()],
            },
        ],
        x,
    })
}

fn nines(curves: &Curves) -> Option<Axis> {
    let end = curves.arms.iter().flatten().map(|point| point.nines);
    let end = end.fold(0.0, f64::max);
    (end > 0.0).then(|| axis::nines(10_f64.powf(end).round() as u64))
}

fn faded(curves: &Curves, x: &Axis) -> Vec<Shade> {
    let faded = curves.arms.iter().flatten().filter(|point| point.is_faded);
    let from = faded.map(|point| point.nines).fold(x.high, f64::min);
    vec![Shade {
        from: from.clamp(x.low, x.high),
        to: x.high,
        label: "fewer than 100 samples beyond",
    }]
}

/// A metric of both arms round by round; `dropped` says which rounds do not count.
pub(super) fn rounds(
    rounds: &[Round],
    dropped: &[u32],
    metric: Metric,
    title: &'static str,
) -> Option<Drawing> {
    let of = |arm: Arm| -> Vec<(f64, f64)> {
        let values = rounds
            .iter()
            .filter_map(|round| Some((f64::from(round.number), round.arm(arm).value(metric)?)));
        values.collect()
    };
    let [baseline, candidate] = Arm::BOTH.map(of);
    let values = || baseline.iter().chain(&candidate).map(|(_, value)| *value);
    let (min, max) = (values().reduce(f64::min)?, values().reduce(f64::max)?);
    let is_time = metric.unit() == "ns";
    let place = |points: Vec<(f64, f64)>| -> Vec<(f64, f64)> {
        let y = |value: f64| {
            if is_time { log_ns(value as u64) } else { value }
        };
        points.into_iter().map(|(x, value)| (x, y(value))).collect()
    };
    let last = rounds.iter().map(|round| round.number).max()?;
    let shade = |number: &u32| Shade {
        from: f64::from(*number) - 0.5,
        to: f64::from(*number) + 0.5,
        label: "dropped",
    };
    let series = |name, ink, weight, points| Series {
        name,
        ink,
        shape: Shape::Line(weight),
        stretches: vec![place(points)],
    };
    Some(Drawing {
        description: format!("{} of both builds in every round.", metric.title()),
        height: 230,
        x: Axis {
            low: 0.5,
            high: f64::from(last) + 0.5,
            ticks: (1..=last).map(|n| (f64::from(n), n.to_string())).collect(),
            title: "round",
        },
        y: if is_time {
            axis::durations(min as u64, max as u64, title)
        } else {
            axis::amounts(max, title)
        },
        shades: dropped.iter().map(shade).collect(),
        series: vec![
            series("baseline (thick)", Ink::First, 4.0, baseline),
            series("candidate", Ink::Second, 2.0, candidate),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_of_a_wide_axis_do_not_crowd_and_keep_the_middle() {
        let axis = percents(-1.5, 1.5, "");
        let places: Vec<f64> = axis.ticks.iter().map(|(at, _)| *at).collect();
        assert!(
            places
                .windows(2)
                .all(|two| two[1] - two[0] >= 3.0 * CLOSEST),
            "{places:?}"
        );
        assert!(axis.ticks.iter().any(|(_, label)| label == "equal"));
        let narrow = percents(-0.1, 0.1, "").ticks;
        let labels: Vec<&str> = narrow.iter().map(|(_, label)| label.as_str()).collect();
        assert_eq!(labels, ["-5 %", "equal", "+5 %", "+10 %"]);
    }
}
