//! Which processors the generator and the target use.

use crate::recorder;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Nice value of threads that only reckon: a third of the weight of the others.
const STEP_BACK: i32 = 5;

/// Processors for both sides; disjoint where there are two or more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// For the generator.
    pub generator: Vec<usize>,
    /// For a target that we start ourselves.
    pub target: Vec<usize>,
}

impl Placement {
    /// Shares the processors this process may use between generator and target: the first half and the rest. With one processor both
    /// use it, and [`Placement::is_shared`] says so.
    pub fn of_this_machine() -> Self {
        Self::split(allowed())
    }

    fn split(mut all: Vec<usize>) -> Self {
        if all.len() < 2 {
            return Self {
                generator: all.clone(),
                target: all,
            };
        }
        let target = all.split_off(all.len() / 2);
        Self {
            generator: all,
            target,
        }
    }

    /// Lets the target use the generator's processors too; the generator keeps its own.
    #[must_use]
    pub fn with_target_everywhere(mut self) -> Self {
        self.target.extend(&self.generator);
        self.target.sort_unstable();
        self.target.dedup();
        self
    }

    /// True if the generator has no processor that the target may not use.
    pub fn is_shared(&self) -> bool {
        self.generator == self.target
    }

    /// True if the generator has its processors for itself.
    pub fn is_disjoint(&self) -> bool {
        self.generator.iter().all(|cpu| !self.target.contains(cpu))
    }
}

fn allowed() -> Vec<usize> {
    let set = sched_getaffinity(None).unwrap_or_default();
    let found: Vec<_> = (0..CpuSet::MAX_CPU)
        .filter(|&cpu| set.is_set(cpu))
        .collect();
    if found.is_empty() { vec![0] } else { found }
}

/// Pins the calling thread, and every thread it starts from now on, to these processors.
pub fn pin(cpus: &[usize]) -> std::io::Result<()> {
    let mut set = CpuSet::new();
    for &cpu in cpus {
        if cpu >= CpuSet::MAX_CPU {
            return Err(std::io::Error::from(std::io::ErrorKind::InvalidInput));
        }
        set.set(cpu);
    }
    Ok(sched_setaffinity(None, &set)?)
}

/// Lets the other threads of this process go first: what the calling one does is reckoning, and must not hold up a request. Where the kernel does
/// not let it, nothing changes.
pub fn step_back() {
    // To Linux "the calling process" is the calling thread here, which POSIX did not mean and everybody relies on.
    let _ = rustix::process::setpriority_process(None, STEP_BACK);
}

/// The generator's runtime: its workers know which recorder shard is theirs. One worker is the calling thread itself, which saves every
/// hand-over between threads.
pub fn runtime(workers: usize) -> std::io::Result<tokio::runtime::Runtime> {
    let mut builder = if workers <= 1 {
        tokio::runtime::Builder::new_current_thread()
    } else {
        tokio::runtime::Builder::new_multi_thread()
    };
    if workers > 1 {
        builder.worker_threads(workers);
    } else {
        // What the pacer wakes goes before what answers wake: a target that answers in bursts would otherwise hold up every arrival for
        // as long as a burst takes to read.
        builder.global_queue_interval(1);
    }
    builder
        .on_thread_start(recorder::enter_thread)
        .enable_all()
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_processors_are_shared_out() {
        let two = Placement::split(vec![4, 7]);
        assert_eq!(
            (two.generator.as_slice(), two.target.as_slice()),
            ([4].as_slice(), [7].as_slice())
        );
        assert!(!two.is_shared());
        let one = Placement::split(vec![3]);
        assert!(one.is_shared());
        let five = Placement::split((0..5).collect());
        assert_eq!((five.generator.len(), five.target.len()), (2, 3));
        assert!(two.is_disjoint() && !one.is_disjoint());
    }

    #[test]
    fn a_target_may_be_everywhere_and_the_generator_stays_where_it_is() {
        let two = Placement::split(vec![4, 7]).with_target_everywhere();
        assert_eq!(
            (two.generator.as_slice(), two.target.as_slice()),
            ([4].as_slice(), [4, 7].as_slice())
        );
        assert!(!two.is_shared() && !two.is_disjoint());
        let one = Placement::split(vec![3]);
        assert_eq!(one.clone().with_target_everywhere(), one);
    }

    #[test]
    fn this_machine_has_a_processor() {
        assert!(!Placement::of_this_machine().generator.is_empty());
    }
}
