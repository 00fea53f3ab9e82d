//! Has the target settled? Where warm-up ends (MSER-5), whether the rest stays level (Theil-Sen), and whether a whole steady phase drifted.
//!
//! Departure from the design: a drift counts only if chance does not explain it either (Mann-Kendall). At 100 Poisson arrivals a second the
//! number of answers alone wanders by a fifth over three seconds, so a bare limit of 5 % would call no slow plan ever steady.

mod series;

use record::run::{RunRecord, Window};
use series::{batches, is_chance, mser_cut, theil_sen};

/// Bins of a batch: MSER-5.
const BATCH: usize = 5;
/// Batches below which nothing is decided: 3 s of bins of 100 ms.
pub const FEWEST_BATCHES: usize = 6;
/// What a figure may drift over the accepted part, relative to its mean, for a warm-up to be over.
pub const DRIFT_OF_WARMUP: f64 = 0.05;
/// What a figure may drift over a whole steady phase before the run is not steady.
pub const DRIFT_OF_STEADY: f64 = 0.10;

/// A short, fixed slice of a run; in a warm-up a tenth of a second.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Bin {
    /// Mean response time of the good requests that finished in it, nanoseconds; 0 without any.
    pub mean_response_ns: f64,
    /// Their median, nanoseconds; `None` where it is not kept.
    pub p50_ns: Option<f64>,
    /// Good requests that finished in it.
    pub completed: u64,
    /// Arrivals under way at its end.
    pub in_flight: u64,
    /// Arrivals waiting for a user at its end.
    pub backlog: u64,
}

impl From<&Window> for Bin {
    fn from(window: &Window) -> Self {
        Self {
            mean_response_ns: window.response.map_or(0.0, |times| times.mean as f64),
            p50_ns: window.response.map(|times| times.p50 as f64),
            completed: window.requests - window.failed.min(window.requests),
            in_flight: window.in_flight,
            backlog: window.backlog,
        }
    }
}

/// What was found out about a warm-up.
#[derive(Debug, Clone, PartialEq)]
pub struct Steadiness {
    /// Bins to cut off the start; what follows is what was looked at.
    pub cut: usize,
    /// Whether the rest is steady.
    pub is_steady: bool,
    /// Why not, a fragment each; empty if it is.
    pub reasons: Vec<String>,
}

/// A figure that moved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drift {
    /// Which: `response time p50`, `response time mean`, `throughput` or `in flight`.
    pub figure: &'static str,
    /// Change from start to end ÷ mean, by the Theil-Sen slope; negative if it fell.
    pub relative: f64,
}

/// Is the target steady at the end of these bins? MSER-5 on mean response time finds the cut, and rejects if it lies in the second half;
/// then p50, throughput and arrivals in flight may not drift by more than [`DRIFT_OF_WARMUP`], and nothing may wait for a user.
pub fn steady_state(bins: &[Bin]) -> Steadiness {
    let all = batches(bins, BATCH);
    let known: Vec<f64> = all.iter().filter_map(|batch| batch.mean_response).collect();
    if known.len() < FEWEST_BATCHES {
        let why = format!(
            "{} of {FEWEST_BATCHES} batches of bins have an answer",
            known.len()
        );
        return unsteady(0, vec![why]);
    }
    let cut = mser_cut(&known);
    // Batches without an answer are not among the known ones, so the cut is looked up among those that have one.
    let with_answer = all.iter().filter(|batch| batch.mean_response.is_some());
    let first = with_answer.clone().nth(cut).map_or(0, |batch| batch.start);
    if cut > known.len() / 2 {
        let why = format!(
            "response time still settles: the best cut is after {cut} of {} batches, beyond the half",
            known.len()
        );
        return unsteady(first, vec![why]);
    }
    let mut reasons: Vec<String> = drifts(&bins[first..], DRIFT_OF_WARMUP)
        .into_iter()
        .map(|drift| drift.told(DRIFT_OF_WARMUP))
        .collect();
    let waiting = bins.last().map_or(0, |bin| bin.backlog);
    if waiting > 0 {
        reasons.push(format!("{waiting} arrivals wait for a user"));
    }
    Steadiness {
        cut: first,
        is_steady: reasons.is_empty(),
        reasons,
    }
}

fn unsteady(cut: usize, reasons: Vec<String>) -> Steadiness {
    Steadiness {
        cut,
        is_steady: false,
        reasons,
    }
}

/// What drifted by more than `limit` (share of the mean) over all of these bins, and not by chance.
pub fn drifts(bins: &[Bin], limit: f64) -> Vec<Drift> {
    let all = batches(bins, BATCH.min(bins.len() / FEWEST_BATCHES).max(1));
    let of = |figure, get: &dyn Fn(&series::Batch) -> Option<f64>| {
        let values: Vec<f64> = all.iter().filter_map(get).collect();
        relative_drift(&values).map(|relative| Drift { figure, relative })
    };
    let has_median = bins.iter().any(|bin| bin.p50_ns.is_some());
    let response = if has_median {
        of("response time p50", &|batch| batch.p50)
    } else {
        of("response time mean", &|batch| batch.mean_response)
    };
    let in_flight = of("in flight", &|batch| Some(batch.in_flight));
    // Half a request in flight more or less is a large share of next to nothing.
    let few = bins.iter().all(|bin| bin.in_flight < 2);
    let figures = [
        response,
        of("throughput", &|batch| Some(batch.per_bin)),
        in_flight.filter(|_| !few),
    ];
    let moved = figures.into_iter().flatten();
    moved.filter(|one| one.relative.abs() > limit).collect()
}

/// What drifted by more than [`DRIFT_OF_STEADY`] over the steady phase of a record.
///
/// Only for plans whose offered rate is level: a ramp drifts because it is told to.
pub fn drift_of(record: &RunRecord) -> Vec<Drift> {
    let bins: Vec<Bin> = record.whole_steady_windows().map(Bin::from).collect();
    drifts(&bins, DRIFT_OF_STEADY)
}

impl Drift {
    /// One fragment with value and limit.
    pub fn told(&self, limit: f64) -> String {
        format!(
            "{} drifts by {:+.1} % (limit {:.0} %)",
            self.figure,
            self.relative * 100.0,
            limit * 100.0
        )
    }
}

// `None` if there is too little to say anything, nothing to relate it to, or only chance.
fn relative_drift(values: &[f64]) -> Option<f64> {
    if values.len() < FEWEST_BATCHES || is_chance(values) {
        return None;
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let change = theil_sen(values)? * (values.len() - 1) as f64;
    (mean > 0.0).then(|| change / mean)
}

#[cfg(test)]
mod tests;
