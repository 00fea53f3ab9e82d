//! Response times of a gate round by round as a heat map.

use super::axis::{self, Axis};
use super::drawing::Ink;
use super::drawing::heat::Panel;
use record::comparison::{Arm, Round};
use record::histogram::Histogram;

/// Cells of a column.
const CELLS: usize = 48;
/// Where the scale begins and ends: one time in a thousand is faster, and the slowest of all is in it.
const FASTEST: f64 = 0.001;
/// The eye tells weak cells apart where strength is a root of the share: a cell of one in a thousand still shows.
const ROOT: f64 = 0.35;

/// Panels and both axes; `None` where no round has times.
pub(super) fn heat(rounds: &[Round]) -> Option<([Panel; 2], Axis, Axis)> {
    let kept: Vec<(&Round, [&Histogram; 2])> = rounds
        .iter()
        .filter_map(|round| {
            let [a, b] = Arm::BOTH.map(|arm| round.arm(arm).times.as_ref());
            Some((round, [&a?.response, &b?.response]))
        })
        .collect();
    let all = || kept.iter().flat_map(|(_, both)| both.iter());
    let low = all().filter_map(|one| one.quantile(FASTEST)).min()?;
    let high = all().filter_map(|one| one.max_ns()).max()?;
    let y = axis::durations(low, high, "response time, log scale");
    let edges: Vec<u64> = (0..=CELLS)
        .map(|at| y.low + (y.high - y.low) * at as f64 / CELLS as f64)
        .map(|log| 10_f64.powf(log) as u64)
        .collect();
    let columns: Vec<[Vec<f64>; 2]> = kept
        .iter()
        .map(|(_, both)| both.map(|one| shares(one, &edges)))
        .collect();
    let most = columns
        .iter()
        .flatten()
        .flatten()
        .copied()
        .fold(f64::MIN_POSITIVE, f64::max);
    let strong = |share: &f64| (share / most).powf(ROOT);
    let panel = |name, ink, side: usize| Panel {
        name,
        ink,
        columns: columns
            .iter()
            .map(|both| both[side].iter().map(strong).collect())
            .collect(),
    };
    let ticks = kept.iter().enumerate();
    let ticks = ticks.map(|(at, (round, _))| (at as f64 + 0.5, round.number.to_string()));
    let x = Axis {
        low: 0.0,
        high: kept.len() as f64,
        ticks: ticks.collect(),
        title: "round",
    };
    let panels = [
        panel("baseline", Ink::First, 0),
        panel("candidate", Ink::Second, 1),
    ];
    Some((panels, x, y))
}

// The share of requests in each cell.
fn shares(times: &Histogram, edges: &[u64]) -> Vec<f64> {
    let all = times.count().max(1) as f64;
    let below: Vec<u64> = edges
        .iter()
        .map(|edge| times.count_at_or_below(*edge))
        .collect();
    below
        .windows(2)
        .map(|two| two[1].saturating_sub(two[0]) as f64 / all)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use record::comparison::{ArmRound, MachineFacts, Order, Times};

    fn round(number: u32, ns: [u64; 2]) -> Round {
        let arm = |ns: u64| {
            let mut times = Times::default();
            times.response.record_many(ns, 900);
            times.response.record_many(ns * 10, 100);
            ArmRound {
                times: Some(times),
                ..ArmRound::default()
            }
        };
        Round {
            number,
            order: Order::Abba,
            baseline: arm(ns[0]),
            candidate: arm(ns[1]),
            machine: MachineFacts::default(),
            dropped: None,
        }
    }

    #[test]
    fn both_builds_have_one_scale_and_every_request_is_in_a_cell() {
        let rounds = [
            round(1, [1_000_000, 1_000_000]),
            round(3, [1_000_000, 4_000_000]),
        ];
        let (panels, x, _) = heat(&rounds).expect("times");
        let numbers: Vec<&str> = x.ticks.iter().map(|(_, label)| label.as_str()).collect();
        assert_eq!(numbers, ["1", "3"]);
        let filled = |panel: usize, column: usize| -> Vec<usize> {
            let cells = panels[panel].columns[column].iter().enumerate();
            cells
                .filter(|(_, cell)| **cell > 0.0)
                .map(|(at, _)| at)
                .collect()
        };
        assert_eq!(filled(0, 0), filled(1, 0));
        assert_eq!(filled(0, 0).len(), 2);
        assert!(filled(1, 1)[0] > filled(0, 1)[0], "slower is higher");
        let strongest = panels
            .iter()
            .flat_map(|panel| panel.columns.iter().flatten());
        let strongest = strongest.copied().fold(0.0, f64::max);
        assert!((strongest - 1.0).abs() < 1e-9);
    }

    #[test]
    fn rounds_without_times_have_no_map() {
        let mut bare = round(1, [1, 1]);
        bare.candidate.times = None;
        assert_eq!(heat(&[bare]), None);
        assert_eq!(heat(&[]), None);
    }
}
