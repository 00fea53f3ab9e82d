//! One counter, added to in every memory ordering.

use super::{Figure, Report, Settings};
use record::splitmix::Draws;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How often each way is measured; the ways take turns, and the median counts.
const ROUNDS: usize = 9;
/// Additions that `batched` collects before one that others see.
const BATCH: u64 = 64;

/// How to add.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Relaxed,
    AcqRel,
    SeqCst,
    /// Relaxed, and only every so many additions together.
    Batched,
}

impl Way {
    const ALL: [Self; 4] = [Self::Relaxed, Self::AcqRel, Self::SeqCst, Self::Batched];

    const fn name(self) -> &'static str {
        match self {
            Self::Relaxed => "relaxed",
            Self::AcqRel => "acqrel",
            Self::SeqCst => "seqcst",
            Self::Batched => "relaxed, 64 at a time",
        }
    }

    /// Adds `count` draws; written out, so that each ordering is a constant where it stands.
    fn add(self, counter: &AtomicU64, count: u64, draws: &mut Draws) {
        let mut each = |ordering| {
            for _ in 0..count {
                counter.fetch_add(draws.draw() & 7, ordering);
            }
        };
        match self {
            Self::Relaxed => each(Ordering::Relaxed),
            Self::AcqRel => each(Ordering::AcqRel),
            Self::SeqCst => each(Ordering::SeqCst),
            Self::Batched => {
                let mut left = count;
                while left > 0 {
                    let part = left.min(BATCH);
                    let sum = (0..part).map(|_| draws.draw() & 7).sum();
                    counter.fetch_add(sum, Ordering::Relaxed);
                    left -= part;
                }
            }
        }
    }
}

/// The time for `count` additions of each of so many threads to one counter.
fn time(way: Way, threads: usize, count: u64, seed: u64) -> (Duration, u64) {
    let (counter, start) = (AtomicU64::new(0), Barrier::new(threads + 1));
    let took = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|thread| {
                let (counter, start) = (&counter, &start);
                scope.spawn(move || {
                    let mut draws = Draws::new(seed.wrapping_add(thread as u64));
                    start.wait();
                    way.add(counter, count, &mut draws);
                })
            })
            .collect();
        start.wait();
        let begun = Instant::now();
        for worker in workers {
            // A worker only adds; one that panicked would show in the sum.
            let _ = worker.join();
        }
        begun.elapsed()
    });
    (took, counter.into_inner())
}

/// Ten million additions a thread, in every ordering.
pub(super) fn run(settings: &Settings) -> Report {
    let count = settings.count.unwrap_or(10_000_000).max(1);
    let mut report = Report::new(
        "ordering",
        "S19: relaxed atomics with batch commit take about 12 % fewer cycles than acquire/release",
    );
    report.set("additions of each thread", count);
    report.set("rounds", ROUNDS);
    report.set("architecture", std::env::consts::ARCH);
    for threads in [1, 2] {
        let mut times: [Vec<Duration>; 4] = Default::default();
        let mut sums = Vec::new();
        for _ in 0..ROUNDS {
            for (way, times) in Way::ALL.into_iter().zip(&mut times) {
                let (took, sum) = time(way, threads, count, settings.seed);
                times.push(took);
                sums.push(sum);
            }
        }
        debug_assert!(sums.windows(2).all(|two| two[0] == two[1]));
        let medians = times.map(|mut times| {
            times.sort_unstable();
            times.get(ROUNDS / 2).copied().unwrap_or_default()
        });
        let against = medians[1].as_secs_f64().max(1e-12);
        for (way, median) in Way::ALL.into_iter().zip(medians) {
            let ns = median.as_secs_f64() * 1e9 / count as f64;
            let percent = 100.0 * (median.as_secs_f64() / against - 1.0);
            let name = "% against acqrel";
            let compared = match way {
                Way::Batched => Figure::beside(name, percent, -12.0),
                _ => Figure::new(name, percent),
            };
            let plural = if threads == 1 { "thread" } else { "threads" };
            let what = format!("{}, {threads} {plural}", way.name());
            report.row(what, vec![Figure::new("ns/addition", ns), compared]);
        }
    }
    report.note("on x86-64 the three orderings of a read-modify-write are the same locked instruction, so about 0 % is expected between them");
    report.note("what is left is the batch: it saves additions, not their ordering; the engine's default has no atomic on balances");
    report
}

#[cfg(test)]
mod tests;
