//! Where the phases of a run begin and end. They can move while the run is on: warm-up ends early once the target is steady, and the
//! steady phase goes on until its percentile is known well enough.

use record::phase::Phase;
use record::shift::Shifts;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A window is one second, cut at the edges of phases.
const WINDOW_NS: u64 = 1_000_000_000;

/// The edges, in nanoseconds since T0.
#[derive(Debug)]
pub(crate) struct Edges {
    warmup_end: AtomicU64,
    steady_end: AtomicU64,
    /// Where another run takes turns with this one, a window is a shift and the time before it.
    shifts: Option<Shifts>,
}

impl Edges {
    pub(crate) fn new(warmup: Duration, steady: Duration, shifts: Option<Shifts>) -> Self {
        let warmup_end = warmup.as_nanos() as u64;
        Self {
            warmup_end: AtomicU64::new(warmup_end),
            steady_end: AtomicU64::new(warmup_end + steady.as_nanos() as u64),
            shifts,
        }
    }

    pub(crate) fn warmup_end(&self) -> u64 {
        self.warmup_end.load(Ordering::Acquire)
    }

    pub(crate) fn steady_end(&self) -> u64 {
        self.steady_end.load(Ordering::Acquire)
    }

    /// Ends warm-up at `at`, which must lie in the future of every arrival that was started: the steady phase keeps its length.
    pub(crate) fn begin_steady(&self, at: u64) {
        let length = self.steady_end() - self.warmup_end();
        // In this order a reader in between sees a longer steady phase, never one that has ended.
        self.warmup_end.store(at, Ordering::Release);
        self.steady_end.store(at + length, Ordering::Release);
    }

    /// Makes the steady phase longer.
    pub(crate) fn extend(&self, by: Duration) {
        self.steady_end
            .fetch_add(by.as_nanos() as u64, Ordering::AcqRel);
    }

    /// Ends the steady phase at `at`, if it was to end later.
    pub(crate) fn end_steady(&self, at: u64) {
        self.steady_end.fetch_min(at, Ordering::AcqRel);
    }

    pub(crate) fn phase(&self, at: u64) -> Phase {
        if at < self.warmup_end() {
            Phase::Warmup
        } else if at < self.steady_end() {
            Phase::Steady
        } else {
            Phase::Drain
        }
    }

    /// The end of the window that starts at `start`.
    pub(crate) fn window_end(&self, start: u64) -> u64 {
        let end = match &self.shifts {
            Some(shifts) => shifts.cut(start),
            None => start + WINDOW_NS,
        };
        [self.warmup_end(), self.steady_end()]
            .into_iter()
            .find(|&edge| start < edge && edge < end)
            .unwrap_or(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    fn ends(edges: &Edges, count: usize) -> Vec<u64> {
        let mut ends = vec![0];
        for _ in 0..count {
            ends.push(edges.window_end(*ends.last().expect("not empty")));
        }
        ends
    }

    #[test]
    fn windows_are_seconds_cut_at_the_edges_of_phases() {
        let edges = Edges::new(
            Duration::from_millis(1500),
            Duration::from_millis(1500),
            None,
        );
        let ends = ends(&edges, 5);
        let ms: Vec<_> = ends.iter().map(|ns| ns / MS).collect();
        assert_eq!(ms, [0, 1000, 1500, 2500, 3000, 4000]);
        let phases: Vec<_> = ends.iter().map(|&at| edges.phase(at).name()).collect();
        assert_eq!(
            phases,
            ["warmup", "warmup", "steady", "steady", "drain", "drain"]
        );
    }

    #[test]
    fn a_shift_is_a_window() {
        let shifts = Shifts::parse("40000000:110000000:10000000:second");
        let edges = Edges::new(Duration::from_secs(1), Duration::from_secs(2), shifts);
        let ms: Vec<_> = ends(&edges, 8).iter().map(|ns| ns / MS).collect();
        assert_eq!(ms, [0, 275, 395, 635, 995, 1000, 1275, 1395, 1635]);
    }

    #[test]
    fn edges_move_and_the_steady_phase_keeps_its_length() {
        let edges = Edges::new(Duration::from_mins(1), Duration::from_secs(10), None);
        edges.begin_steady(2500 * MS);
        assert_eq!(
            (edges.warmup_end(), edges.steady_end()),
            (2500 * MS, 12_500 * MS)
        );
        edges.extend(Duration::from_secs(2));
        assert_eq!(edges.steady_end(), 14_500 * MS);
        assert_eq!(edges.phase(14_000 * MS), Phase::Steady);
        edges.end_steady(5000 * MS);
        edges.end_steady(6000 * MS);
        assert_eq!(edges.steady_end(), 5000 * MS);
        assert_eq!(edges.phase(5000 * MS), Phase::Drain);
    }
}
