//! What the windows of a build add up to in one round.

use record::comparison::{ArmRound, MachineFacts, Metric, Times};
use record::run::RunRecord;
use std::collections::BTreeMap;

/// The windows of one build in one round, as they were measured.
#[derive(Debug, Default)]
pub(super) struct Windows {
    /// Closed windows: throughput and CPU.
    pub(super) closed: Vec<RunRecord>,
    /// Open windows: times and allocations.
    pub(super) open: Vec<RunRecord>,
    /// Nanoseconds waited for locks in the open windows, and the requests they were counted over; `None` for a window without.
    pub(super) waited: Vec<Option<(f64, u64)>>,
}

impl Windows {
    /// The build's side of the round. Histograms are added, counts and times summed; percentiles are never averaged.
    pub(super) fn arm(&self) -> ArmRound {
        let times = self.times();
        let requests = sum(&self.open, RunRecord::requests);
        ArmRound {
            values: self.values(),
            requests,
            errors: sum(&self.open, RunRecord::requests_failed),
            achieved: self.achieved(),
            send_delay: send_delay(&times),
            times: (requests > 0).then_some(times),
            ..ArmRound::default()
        }
    }

    fn values(&self) -> BTreeMap<Metric, f64> {
        let good = sum(&self.closed, RunRecord::requests_ok) as f64;
        let seconds: f64 = self
            .closed
            .iter()
            .map(|record| record.steady.length().as_secs_f64())
            .sum();
        let cpu: Option<f64> = all(&self.closed, |record| {
            record.costs.target_cpu.map(|cpu| cpu.as_nanos() as f64)
        });
        let allocations = |of: fn(&record::run::Allocations) -> u64| {
            all(&self.open, |record| {
                record.costs.allocations.as_ref().map(|all| of(all) as f64)
            })
        };
        let answered = allocations(|all| all.requests).filter(|&requests| requests > 0.0);
        let per_request = |total: Option<f64>| total.zip(answered).map(|(total, n)| total / n);
        let memory = self.closed.iter().chain(&self.open);
        let memory = memory.filter_map(|record| record.costs.target_memory_bytes);
        let found = [
            (Metric::Throughput, (seconds > 0.0).then(|| good / seconds)),
            (
                Metric::CpuPerRequest,
                cpu.filter(|_| good > 0.0).map(|cpu| cpu / good),
            ),
            (
                Metric::AllocsPerRequest,
                per_request(allocations(|all| all.count)),
            ),
            (
                Metric::BytesPerRequest,
                per_request(allocations(|all| all.bytes)),
            ),
            (Metric::LockWaitPerRequest, self.waited_per_request()),
            (Metric::RssPeak, memory.max().map(|bytes| bytes as f64)),
        ];
        let found = found.into_iter();
        found
            .filter_map(|(metric, value)| Some((metric, value?)))
            .collect()
    }

    fn waited_per_request(&self) -> Option<f64> {
        let all: Option<Vec<(f64, u64)>> = self.waited.iter().copied().collect();
        let all = all?;
        let requests: u64 = all.iter().map(|(_, requests)| requests).sum();
        let waited: f64 = all.iter().map(|(waited, _)| waited).sum();
        (requests > 0).then(|| waited / requests as f64)
    }

    fn times(&self) -> Times {
        let mut times = Times::default();
        for record in &self.open {
            for step in &record.steps {
                times.response.add(&step.ok.response);
                times.service.add(&step.ok.service);
            }
            times.send_delay.add(&record.send_delay);
        }
        times
    }

    // Finished ÷ due, over both windows.
    fn achieved(&self) -> Option<f64> {
        let over = |of: fn(&RunRecord) -> f64| -> f64 {
            let parts = self.open.iter();
            parts
                .map(|record| of(record) * record.steady.length().as_secs_f64())
                .sum()
        };
        let due = over(RunRecord::offered_rate);
        (due > 0.0).then(|| over(RunRecord::achieved_rate) / due)
    }

    /// What the machine was like, the worst of all windows; what one of them could not read is not known.
    pub(super) fn machine(&self) -> MachineFacts {
        let records = || self.closed.iter().chain(&self.open);
        let worst = |of: &dyn Fn(&RunRecord) -> Option<f64>| {
            let all: Option<Vec<f64>> = records().map(of).collect();
            all.map(|all| all.into_iter().fold(0.0, f64::max))
                .filter(|_| records().next().is_some())
        };
        // Only the open windows tell whether the generator was at its limit: a closed one asks for all there is.
        let generator = |record: &RunRecord| {
            let cpu = record.costs.generator_cpu?.as_secs_f64();
            let cores = f64::from(record.provenance.generator_processors.max(1));
            Some(cpu / record.steady.length().as_secs_f64().max(f64::EPSILON) / cores)
        };
        let generator: Option<Vec<f64>> = self.open.iter().map(generator).collect();
        MachineFacts {
            steal: worst(&|record| record.health.steal),
            pressure: worst(&|record| record.health.cpu_pressure),
            strangers: worst(&stats::strangers),
            generator_cpu: generator.map(|all| all.into_iter().fold(0.0, f64::max)),
            machine: records().next().map(machine),
        }
    }
}

/// The processor and the cores in use, to be compared as text.
pub(in crate::cmd) fn machine(record: &RunRecord) -> String {
    let facts = &record.provenance;
    let core = |core: Option<u32>| core.map_or_else(|| "any".to_owned(), |core| core.to_string());
    format!(
        "{}, {} cores, target on {}, generator on {}",
        facts.cpu,
        facts.cores,
        core(facts.target_core),
        core(facts.generator_core)
    )
}

/// The worse of both.
pub(super) fn worse(a: MachineFacts, b: MachineFacts) -> MachineFacts {
    let most = |a: Option<f64>, b: Option<f64>| a.zip(b).map(|(a, b)| a.max(b));
    MachineFacts {
        steal: most(a.steal, b.steal),
        pressure: most(a.pressure, b.pressure),
        strangers: most(a.strangers, b.strangers),
        generator_cpu: most(a.generator_cpu, b.generator_cpu),
        // A difference between the arms is a difference to the calibration for one of them.
        machine: match (a.machine, b.machine) {
            (Some(a), Some(b)) if a != b => Some(format!("{a}; {b}")),
            (a, b) => a.or(b),
        },
    }
}

fn send_delay(times: &Times) -> Option<f64> {
    let p99 = |of: &record::histogram::Histogram| of.quantile(0.99).map(|ns| ns as f64);
    let response = p99(&times.response).filter(|&ns| ns > 0.0)?;
    Some(p99(&times.send_delay)? / response)
}

fn sum(records: &[RunRecord], of: fn(&RunRecord) -> u64) -> u64 {
    records.iter().map(of).sum()
}

// The sum where every record has it.
fn all(records: &[RunRecord], of: impl Fn(&RunRecord) -> Option<f64>) -> Option<f64> {
    let values: Option<Vec<f64>> = records.iter().map(of).collect();
    values
        .filter(|values| !values.is_empty())
        .map(|values| values.iter().sum())
}
