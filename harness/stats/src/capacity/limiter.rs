//! What gave out? The resource that was nearest to its end in the first step that failed, or `unknown` with what could not be seen.

use crate::limits::{CAP, STARVED};
use record::run::RunRecord;

/// What can give out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// The generator's processors.
    GeneratorCpu,
    /// The target's processors.
    TargetCpu,
    /// Threads of the target wait for each other's locks.
    Lock,
    /// Runnable threads wait for a processor, whosever it is.
    RunQueue,
    /// The cap on connections of the plan.
    Connections,
    /// A limit of this machine, such as open files.
    LocalLimit,
    /// Memory.
    Memory,
    /// Nothing that was looked at.
    Unknown,
}

impl Resource {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::GeneratorCpu => "generator CPU",
            Self::TargetCpu => "target CPU",
            Self::Lock => "lock",
            Self::RunQueue => "run queue",
            Self::Connections => "connections",
            Self::LocalLimit => "limit of this machine",
            Self::Memory => "memory",
            Self::Unknown => "unknown",
        }
    }
}

/// The resource with what was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limiter {
    /// Which.
    pub resource: Resource,
    /// The figure it is concluded from; for `Unknown` those that were looked at.
    pub evidence: String,
    /// What could not be looked at.
    pub missing: Vec<&'static str>,
}

/// From here on a resource counts as used up, as a share of what there is.
const FULL: f64 = 0.85;

/// What limited a step that failed. `waiting` is how many threads of the target waited for locks at a time, on average, where it says so.
///
/// Where several resources are used up the first of these is named: a limit of the machine, the generator's processors, the target's,
/// memory, locks, the run queue, connections. A lock counts as used up when nearly one thread waits all the time: that is where two
/// threads are one. Connections come last because a slow target uses them up whatever made it slow.
pub fn limiter(record: &RunRecord, waiting: Option<f64>) -> Limiter {
    let (generator, target) = (generator_cpu(record), target_cpu(record));
    let run_queue = record.health.run_queue.as_ref();
    let (waited, due) = (record.health.waited_for_user, record.arrivals.scheduled);
    let full = |share: Option<f64>| share.is_some_and(|share| share >= FULL);
    let said = |resource, evidence| Limiter {
        resource,
        evidence,
        missing: missing(record, waiting),
    };
    if let Some(limit) = record.health.local_limits.first() {
        said(Resource::LocalLimit, limit.clone())
    } else if full(generator) {
        said(Resource::GeneratorCpu, used(generator))
    } else if full(target) {
        said(Resource::TargetCpu, used(target))
    } else if full(memory(record)) {
        said(Resource::Memory, used(memory(record)))
    } else if let Some(waiting) = waiting.filter(|waiting| *waiting >= FULL) {
        let evidence = format!("{waiting:.2} threads of the target waited for locks at a time");
        said(Resource::Lock, evidence)
    } else if let Some(worst) = run_queue.filter(|worst| worst.share > STARVED.value) {
        let evidence = format!(
            "thread {} waited {:.0} % of the time for a processor",
            worst.thread,
            worst.share * 100.0
        );
        said(Resource::RunQueue, evidence)
    } else if waited as f64 > CAP.value * due as f64 {
        let evidence = format!(
            "{waited} of {due} arrivals found all {} busy",
            record.plan.users
        );
        said(Resource::Connections, evidence)
    } else {
        let evidence = format!(
            "generator CPU {}, target CPU {}, memory {}",
            used(generator),
            used(target),
            used(memory(record))
        );
        said(Resource::Unknown, evidence)
    }
}

fn used(share: Option<f64>) -> String {
    share.map_or_else(
        || "not seen".to_owned(),
        |share| format!("{:.0} % used", share * 100.0),
    )
}

fn generator_cpu(record: &RunRecord) -> Option<f64> {
    let processors = record.provenance.generator_processors.max(1);
    share_of(
        record,
        record.costs.generator_cpu?.as_secs_f64(),
        processors,
    )
}

// A target that we pinned has what the generator has not; any other may use the whole machine.
fn target_cpu(record: &RunRecord) -> Option<f64> {
    let all = record.provenance.cores.max(1);
    let is_pinned = record.provenance.target_core.is_some();
    let rest = all
        .saturating_sub(record.provenance.generator_processors)
        .max(1);
    let processors = if is_pinned { rest } else { all };
    share_of(record, record.costs.target_cpu?.as_secs_f64(), processors)
}

fn share_of(record: &RunRecord, seconds: f64, processors: u32) -> Option<f64> {
    let length = record.steady.length().as_secs_f64();
    (length > 0.0).then(|| seconds / (length * f64::from(processors)))
}

fn memory(record: &RunRecord) -> Option<f64> {
    let all = record.provenance.memory_bytes;
    let target = record.costs.target_memory_bytes?;
    let generator = record.costs.generator_memory_bytes.unwrap_or(0);
    (all > 0).then(|| (target + generator) as f64 / all as f64)
}

fn missing(record: &RunRecord, waiting: Option<f64>) -> Vec<&'static str> {
    let costs = &record.costs;
    let looked = [
        (costs.generator_cpu.is_some(), "CPU time of the generator"),
        (costs.target_cpu.is_some(), "CPU time of the target"),
        (costs.target_memory_bytes.is_some(), "memory of the target"),
        (
            record.health.run_queue.is_some(),
            "run queue of the generator",
        ),
        (waiting.is_some(), "locks and waits inside the target"),
    ];
    let absent = looked.into_iter().filter(|(seen, _)| !seen);
    absent.map(|(_, what)| what).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use record::run::RunQueue;
    use record::specimen;
    use std::time::Duration;

    // 20 s on two processors, one for each side, neither busy.
    fn idle() -> RunRecord {
        specimen::record(&[1_000_000; 100])
    }

    #[test]
    fn nothing_used_up_is_unknown_with_what_is_missing() {
        let seen = limiter(&idle(), None);
        assert_eq!(seen.resource, Resource::Unknown);
        assert_eq!(
            seen.evidence,
            "generator CPU 8 % used, target CPU 12 % used, memory not seen"
        );
        assert_eq!(
            seen.missing,
            ["memory of the target", "locks and waits inside the target"]
        );
    }

    #[test]
    fn the_pinned_target_is_held_against_its_own_processors() {
        let mut record = idle();
        record.costs.target_cpu = Some(Duration::from_secs(19));
        assert_eq!(limiter(&record, None).resource, Resource::TargetCpu);
        record.provenance.target_core = None;
        assert_eq!(limiter(&record, None).resource, Resource::Unknown);
    }

    #[test]
    fn each_resource_is_named() {
        let mut record = idle();
        record.health.waited_for_user = 50;
        assert_eq!(limiter(&record, None).resource, Resource::Connections);
        record.health.run_queue = Some(RunQueue {
            thread: "pacer".into(),
            share: 0.3,
        });
        assert_eq!(
            limiter(&record, None).evidence,
            "thread pacer waited 30 % of the time for a processor"
        );
        let waiting = limiter(&record, Some(0.9));
        assert_eq!(waiting.resource, Resource::Lock);
        assert_eq!(
            waiting.evidence,
            "0.90 threads of the target waited for locks at a time"
        );
        assert_eq!(waiting.missing, ["memory of the target"]);
        assert_eq!(
            limiter(&record, Some(0.1)).resource,
            Resource::RunQueue,
            "some wait is no limit"
        );
        record.provenance.memory_bytes = 1_000;
        record.costs.target_memory_bytes = Some(900);
        assert_eq!(limiter(&record, None).resource, Resource::Memory);
        record.costs.generator_cpu = Some(Duration::from_secs(18));
        assert_eq!(limiter(&record, None).resource, Resource::GeneratorCpu);
        record.health.local_limits = vec!["EMFILE".into()];
        assert_eq!(limiter(&record, None).resource, Resource::LocalLimit);
    }
}
