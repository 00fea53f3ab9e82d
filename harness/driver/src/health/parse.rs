//! The texts of `/proc`, read. Pure. Formats: proc(5), Documentation/scheduler/sched-stats.rst, Documentation/accounting/psi.rst.

use std::time::Duration;

/// One thread of this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Thread {
    pub(super) id: u32,
    pub(super) name: String,
    /// Runnable and not running, so far.
    pub(super) waited: Duration,
}

/// Processor time of the whole machine so far, in clock ticks of all processors together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MachineTicks {
    pub(super) busy: u64,
    pub(super) stolen: u64,
    pub(super) total: u64,
}

impl MachineTicks {
    /// Share of the time since `first` that the hypervisor gave to others.
    pub(super) fn steal_since(self, first: Self) -> Option<f64> {
        self.share_since(first, |ticks| ticks.stolen)
    }

    /// Share of the time since `first` in which a processor was used.
    pub(super) fn busy_since(self, first: Self) -> Option<f64> {
        self.share_since(first, |ticks| ticks.busy)
    }

    fn share_since(self, first: Self, of: impl Fn(Self) -> u64) -> Option<f64> {
        let total = self.total.checked_sub(first.total)?;
        let part = of(self).checked_sub(of(first))?;
        (total > 0).then(|| part as f64 / total as f64)
    }
}

/// `/proc/self/task/*/schedstat`: nanoseconds run, nanoseconds waited, slices.
pub(super) fn waited(schedstat: &str) -> Option<Duration> {
    let waited = schedstat.split_ascii_whitespace().nth(1)?;
    waited.parse().ok().map(Duration::from_nanos)
}

/// The `some` line of a pressure file: `some avg10=0.00 avg60=0.00 avg300=0.00 total=<microseconds>`.
pub(super) fn pressure(text: &str) -> Option<Duration> {
    let some = text.lines().find(|line| line.starts_with("some "))?;
    let total = some
        .split_ascii_whitespace()
        .find_map(|field| field.strip_prefix("total="))?;
    total.parse().ok().map(Duration::from_micros)
}

/// The first line of `/proc/stat`: user, nice, system, idle, iowait, irq, softirq, steal; guest time is part of user time already.
pub(super) fn machine_ticks(text: &str) -> Option<MachineTicks> {
    let line = text.lines().find_map(|line| line.strip_prefix("cpu "))?;
    let fields: Vec<u64> = line
        .split_ascii_whitespace()
        .map_while(|field| field.parse().ok())
        .take(8)
        .collect();
    let [user, nice, system, idle, waiting, irq, softirq, stolen] = fields[..] else {
        return None;
    };
    let sum = |ticks: &[u64]| ticks.iter().copied().fold(0, u64::saturating_add);
    let busy = sum(&[user, nice, system, irq, softirq]);
    Some(MachineTicks {
        busy,
        stolen,
        total: sum(&[busy, stolen, idle, waiting]),
    })
}

/// `nr_throttled` of a control group's `cpu.stat`; `None` where the group has no quota to be held back by.
pub(super) fn throttled(cpu_stat: &str) -> Option<u64> {
    let line = cpu_stat
        .lines()
        .find_map(|line| line.strip_prefix("nr_throttled "))?;
    line.trim().parse().ok()
}

/// Paths of this process's control groups in `/proc/self/cgroup`: of the unified hierarchy (version 2), and of the CPU controller's own
/// (version 1).
pub(super) fn groups(text: &str) -> Groups {
    let fields = text.lines().filter_map(|line| {
        let mut fields = line.splitn(3, ':').skip(1);
        Some((fields.next()?, fields.next()?))
    });
    let mut groups = Groups::default();
    for (controllers, path) in fields {
        if controllers.is_empty() {
            groups.unified = Some(path.to_owned());
        } else if controllers.split(',').any(|one| one == "cpu") {
            groups.cpu = Some(path.to_owned());
        }
    }
    groups
}

/// Where this process stands in the control groups.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Groups {
    pub(super) unified: Option<String>,
    pub(super) cpu: Option<String>,
}
