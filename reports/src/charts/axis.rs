//! Axes: where the ticks are and what they say. plotters knows neither 1-2-5 log ticks in natural units nor a nines axis.

use crate::show;

/// One axis: the range drawn, in drawing coordinates, and its ticks.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    /// Smallest coordinate.
    pub(super) low: f64,
    /// Largest coordinate; always above `low`.
    pub(super) high: f64,
    /// Coordinate and label, ascending, all within the range.
    pub(super) ticks: Vec<(f64, String)>,
    /// What it measures.
    pub(super) title: &'static str,
}

const ONE_TWO_FIVE: [f64; 3] = [1.0, 2.0, 5.0];

/// Coordinate of a time in nanoseconds on a [`durations`] axis.
pub(super) fn log_ns(ns: u64) -> f64 {
    (ns.max(1) as f64).log10()
}

/// A log axis for durations that holds both, reaching to the next 1-2-5 step on either side.
pub(super) fn durations(min_ns: u64, max_ns: u64, title: &'static str) -> Axis {
    let (min, max) = (min_ns.max(1) as f64, max_ns.max(min_ns).max(1) as f64);
    let grid: Vec<f64> = (-1..=13)
        .flat_map(|power| ONE_TWO_FIVE.map(|digit| digit * 10_f64.powi(power)))
        .collect();
    let low = grid
        .iter()
        .rposition(|tick| *tick <= min * 0.95)
        .unwrap_or(0);
    let high = grid
        .iter()
        .position(|tick| *tick >= max * 1.05)
        .unwrap_or(grid.len() - 1);
    // At least two steps of the grid, so that equal values get an axis with room around them.
    let high = high.max(low + 2).min(grid.len() - 1);
    let shown = spread(&grid[low..=high]);
    Axis {
        low: grid[low].log10(),
        high: grid[high].log10(),
        ticks: shown
            .into_iter()
            .map(|tick| (tick.log10(), duration_label(tick)))
            .collect(),
        title,
    }
}

/// Every 1-2-5 step if they are few, else every decade, else every third decade.
fn spread(grid: &[f64]) -> Vec<f64> {
    let decade = |tick: &f64| (tick.log10() - tick.log10().round()).abs() < 1e-9;
    let decades: Vec<f64> = grid.iter().copied().filter(decade).collect();
    if grid.len() <= 8 || decades.len() < 2 {
        grid.to_vec()
    } else if decades.len() <= 7 {
        decades
    } else {
        let thousand = |tick: &f64| (tick.log10().round() as i32).rem_euclid(3) == 0;
        decades.into_iter().filter(thousand).collect()
    }
}

fn duration_label(ns: f64) -> String {
    let (value, unit) = match ns {
        n if n < 1e3 => (n, "ns"),
        n if n < 1e6 => (n / 1e3, "µs"),
        n if n < 1e9 => (n / 1e6, "ms"),
        n => (n / 1e9, "s"),
    };
    format!("{} {unit}", plain(value))
}

/// At most two decimals, no zeros at the end, thousands grouped.
fn plain(value: f64) -> String {
    if value.abs() >= 1000.0 && value.fract().abs() < 1e-6 {
        return show::count(value.round() as u64);
    }
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A linear axis from zero that holds `max`, about five ticks.
pub(super) fn amounts(max: f64, title: &'static str) -> Axis {
    let max = if max.is_finite() && max > 0.0 {
        max
    } else {
        1.0
    };
    let step = nice_step(max / 4.0);
    let steps = (max * 1.02 / step).ceil().max(1.0) as u32;
    Axis {
        low: 0.0,
        high: f64::from(steps) * step,
        ticks: (0..=steps)
            .map(|n| f64::from(n) * step)
            .map(|tick| (tick, plain(tick)))
            .collect(),
        title,
    }
}

/// The smallest of 1, 2 and 5 times a power of ten that is at least `least`.
fn nice_step(least: f64) -> f64 {
    let power = 10_f64.powf(least.log10().floor());
    let digit = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|digit| digit * power >= least * 0.999);
    digit.unwrap_or(10.0) * power
}

const SECOND_STEPS: [f64; 17] = [
    0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0,
    3600.0,
];

/// Seconds since T0, at most nine ticks; from two minutes on in minutes.
pub(super) fn seconds(start: f64, end: f64) -> Axis {
    let end = if end > start { end } else { start + 1.0 };
    let fits = |step: &f64| (end - start) / step <= 8.0;
    let step = SECOND_STEPS
        .into_iter()
        .find(fits)
        .unwrap_or(((end - start) / 8.0).ceil());
    let (first, last) = (
        (start / step).ceil() as i64,
        (end / step + 1e-9).floor() as i64,
    );
    let label = |at: f64| {
        if step >= 60.0 {
            format!("{} min", plain(at / 60.0))
        } else {
            format!("{} s", plain(at))
        }
    };
    Axis {
        low: start,
        high: end,
        ticks: (first..=last)
            .map(|n| n as f64 * step)
            .map(|at| (at, label(at)))
            .collect(),
        title: "time since start",
    }
}

/// Coordinate of the share `q` on a [`nines`] axis: the number of nines, −log₁₀(1 − q).
pub(super) fn nines_of(q: f64) -> f64 {
    -(1.0 - q).max(1e-12).log10()
}

/// The nines axis for so many samples: it ends where one sample lies beyond.
pub(super) fn nines(count: u64) -> Axis {
    let high = (count.max(10) as f64).log10();
    let label = |nines: i32| match nines {
        0 => "0 %".to_owned(),
        1 => "90 %".to_owned(),
        2 => "99 %".to_owned(),
        n => format!("99.{} %", "9".repeat(n as usize - 2)),
    };
    let whole = (0..=high.floor() as i32).map(|n| (f64::from(n), label(n)));
    let mut ticks: Vec<(f64, String)> = whole.collect();
    ticks.insert(1, (nines_of(0.5), "50 %".to_owned()));
    Axis {
        low: 0.0,
        high,
        ticks,
        title: "share of requests that were faster or equal",
    }
}
