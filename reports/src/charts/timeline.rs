//! All windows of a gate second by second, in the order in which they were measured.

use super::axis::{self, log_ns};
use super::drawing::{Drawing, Ink, Series, Shade, Shape};
use crate::gate::{Load, Moment};
use record::comparison::Arm;

/// Points of a window, which are joined by a line: its round, and each second.
type Stretch = (u32, Vec<(f64, f64)>);

/// What is drawn of a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// Good requests per second of the closed windows.
    Throughput,
    /// Median and 99th percentile of response time of the open windows.
    ResponseTime,
    /// What the machine did meanwhile: steal and pressure.
    Machine,
}

/// `None` where nothing of it is known. `dropped` says which rounds do not count.
pub(super) fn timeline(moments: &[Moment], dropped: &[u32], over: Over) -> Option<Drawing> {
    let end = moments.iter().map(|moment| moment.at).reduce(f64::max)?;
    let series = match over {
        Over::Throughput => arms(moments, Load::Closed, ["", ""], |moment| {
            Some(moment.throughput)
        }),
        Over::ResponseTime => {
            let p99 = arms(
                moments,
                Load::Open,
                ["baseline P99", "candidate P99"],
                |moment| moment.p99_ns.map(log_ns),
            );
            let p50 = arms(
                moments,
                Load::Open,
                ["baseline P50 (thick)", "candidate P50 (thick)"],
                |moment| moment.p50_ns.map(log_ns),
            );
            let thick = p50.into_iter().map(|series| Series {
                shape: Shape::Line(2.5),
                ..series
            });
            p99.into_iter().chain(thick).collect()
        }
        Over::Machine => machine(moments),
    };
    let values = || series.iter().flat_map(|one| one.stretches.iter().flatten());
    let (low, high) =
        values()
            .map(|(_, value)| *value)
            .fold(None, |ends: Option<(f64, f64)>, one| {
                let (low, high) = ends.unwrap_or((one, one));
                Some((low.min(one), high.max(one)))
            })?;
    Some(Drawing {
        description: description(over).to_owned(),
        height: if over == Over::Machine { 170 } else { 250 },
        x: axis::seconds(0.0, end + 1.0),
        y: match over {
            Over::Throughput => axis::amounts(high, "closed windows, requests per second"),
            Over::ResponseTime => axis::durations(
                10_f64.powf(low) as u64,
                10_f64.powf(high) as u64,
                "open windows, response time, log scale",
            ),
            // A share is at most 1.
            Over::Machine => axis::amounts(high.clamp(0.05, 0.98), "share of time"),
        },
        shades: shades(moments, dropped),
        series,
    })
}

fn description(over: Over) -> &'static str {
    match over {
        Over::Throughput => {
            "Throughput of both builds in every second, in the order of measurement."
        }
        Over::ResponseTime => {
            "Median and 99th percentile of response time of both builds in every second, in the order of measurement."
        }
        Over::Machine => {
            "Processor time taken by others, and time in which threads waited for a processor, of every window."
        }
    }
}

// A stretch per window: between windows nothing was measured.
fn arms(
    moments: &[Moment],
    load: Load,
    names: [&'static str; 2],
    of: impl Fn(&Moment) -> Option<f64>,
) -> Vec<Series> {
    let inks = [Ink::First, Ink::Second];
    let usual = ["baseline", "candidate"];
    let series = Arm::BOTH.into_iter().enumerate().map(|(at, arm)| {
        let own = moments
            .iter()
            .filter(|moment| moment.arm == arm && moment.load == load);
        let mut stretches: Vec<Stretch> = Vec::new();
        for (moment, value) in own.filter_map(|moment| Some((moment, of(moment)?))) {
            match stretches.last_mut() {
                Some((round, points)) if *round == moment.round => points.push((moment.at, value)),
                _ => stretches.push((moment.round, vec![(moment.at, value)])),
            }
        }
        Series {
            name: if names[at].is_empty() {
                usual[at]
            } else {
                names[at]
            },
            ink: inks[at],
            shape: Shape::Line(1.75),
            stretches: stretches.into_iter().map(|(_, points)| points).collect(),
        }
    });
    series.collect()
}

fn machine(moments: &[Moment]) -> Vec<Series> {
    let line = |name, ink, of: fn(&Moment) -> Option<f64>| {
        let mut points: Vec<(f64, f64)> = moments
            .iter()
            .filter_map(|moment| Some((moment.at, of(moment)?)))
            .collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        Series {
            name,
            ink,
            shape: Shape::Line(1.5),
            stretches: vec![points],
        }
    };
    vec![
        line("steal", Ink::Fourth, |moment| moment.steal),
        line("pressure", Ink::Third, |moment| moment.pressure),
    ]
}

fn shades(moments: &[Moment], dropped: &[u32]) -> Vec<Shade> {
    let of = |number: &u32| {
        let own = moments.iter().filter(|moment| moment.round == *number);
        let ends = own.fold(None, |ends: Option<(f64, f64)>, moment| {
            let (from, to) = ends.unwrap_or((moment.at, moment.at));
            Some((from.min(moment.at), to.max(moment.at)))
        });
        ends.map(|(from, to)| Shade {
            from: from - 0.5,
            to: to + 0.5,
            label: "dropped",
        })
    };
    dropped.iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(at: f64, round: u32, arm: Arm, load: Load) -> Moment {
        Moment {
            at,
            round,
            arm,
            load,
            throughput: 1_000.0,
            p50_ns: Some(1_000_000),
            p99_ns: None,
            steal: Some(0.01),
            pressure: None,
        }
    }

    #[test]
    fn a_window_is_a_stretch_and_a_dropped_round_a_shade() {
        let moments = [
            moment(0.5, 1, Arm::Baseline, Load::Closed),
            moment(1.5, 1, Arm::Baseline, Load::Closed),
            moment(6.5, 2, Arm::Baseline, Load::Closed),
            moment(6.5, 2, Arm::Candidate, Load::Closed),
        ];
        let drawn = timeline(&moments, &[1], Over::Throughput).expect("values");
        let lengths =
            |at: usize| -> Vec<usize> { drawn.series[at].stretches.iter().map(Vec::len).collect() };
        assert_eq!((lengths(0), lengths(1)), (vec![2, 1], vec![1]));
        assert_eq!(drawn.shades.len(), 1);
        assert!(drawn.shades[0].from <= 0.5 && drawn.shades[0].to >= 1.5);
        assert_eq!(timeline(&moments, &[], Over::ResponseTime), None);
        assert!(timeline(&moments, &[], Over::Machine).is_some());
        assert_eq!(timeline(&[], &[], Over::Machine), None);
    }
}
