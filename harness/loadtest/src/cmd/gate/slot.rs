//! What the windows of a build add up to in one round.

use record::comparison::{ArmRound, Lasting, MachineFacts, Metric, Times, Turn, is_of_turns};
use record::histogram::Summary;
use record::phase::Phase;
use record::run::RunRecord;
use stats::signed_rank::mean_of_undisturbed;

/// The windows of one build in one round, as they were measured: at most one of each kind, which both builds shared in turns.
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
    ///
    /// `rate` is what the open windows offer per second.
    pub(super) fn arm(&self, rate: f64) -> ArmRound {
        let times = self.times();
        let requests = sum(&self.open, RunRecord::requests);
        ArmRound {
            values: self.values().chain(self.of_turns(rate)).collect(),
            requests,
            errors: sum(&self.open, RunRecord::requests_failed),
            achieved: self.achieved(),
            lasting: self.lasting(),
            send_delay: send_delay(&times),
            times: (requests > 0).then_some(times),
            ..ArmRound::default()
        }
    }

    fn values(&self) -> impl Iterator<Item = (Metric, f64)> {
        let good = sum(&self.closed, RunRecord::requests_ok) as f64;
        let seconds: f64 = self
            .closed
            .iter()
            .map(|record| record.offered_for().as_secs_f64())
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
        found.filter_map(|(metric, value)| Some((metric, value?)))
    }

    // Percentiles of response time as means over turns without the worst quarter, where turns have the samples.
    fn of_turns(&self, rate: f64) -> impl Iterator<Item = (Metric, f64)> {
        type Percentile = (Metric, fn(&Summary) -> u64);
        let percentiles: [Percentile; 4] = [
            (Metric::ResponseTimeP50, |times| times.p50),
            (Metric::ResponseTimeP90, |times| times.p90),
            (Metric::ResponseTimeP95, |times| times.p95),
            (Metric::ResponseTimeP99, |times| times.p99),
        ];
        let turns: Vec<Summary> = self.open.iter().flat_map(full_turns).collect();
        percentiles.into_iter().filter_map(move |(metric, of)| {
            let q = metric.response_quantile()?;
            let all: Vec<f64> = turns.iter().map(|times| of(times) as f64).collect();
            let mean = mean_of_undisturbed(&all);
            mean.filter(|_| is_of_turns(rate, q))
                .map(|mean| (metric, mean))
        })
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

    fn lasting(&self) -> Option<Lasting> {
        let windows = self.open.iter().flat_map(|record| &record.windows);
        let steady = windows.filter(|window| window.phase == Phase::Steady);
        let turns = steady.map(|window| Turn {
            due: window.due,
            finished: window.committed + window.uncommitted,
            requests: window.requests,
            failed: window.failed,
        });
        Lasting::of(&turns.collect::<Vec<_>>())
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
}

/// What the machine was like, the worst of all windows of both builds; what one of them could not read is not known.
pub(super) fn facts(baseline: &Windows, candidate: &Windows) -> MachineFacts {
    let all = [baseline, candidate].map(|windows| windows.closed.iter().chain(&windows.open));
    let records: Vec<&RunRecord> = all.into_iter().flatten().collect();
    let worst = |of: &dyn Fn(&RunRecord) -> Option<f64>| worst(records.iter().map(|one| of(one)));
    // Only the open windows tell whether the generator was at its limit: a closed one asks for all there is.
    let open = baseline.open.iter().chain(&candidate.open);
    MachineFacts {
        steal: worst(&|record| record.health.steal),
        pressure: worst(&|record| record.health.cpu_pressure),
        strangers: strangers(baseline, candidate),
        generator_cpu: self::worst(open.map(generator)),
        machine: described(baseline, candidate),
    }
}

// Each build's generator and target are no strangers to the other's window.
fn strangers(baseline: &Windows, candidate: &Windows) -> Option<f64> {
    let (a, b) = (baseline, candidate);
    let shared = [(&a.closed, &b.closed), (&a.open, &b.open)];
    let shares = shared.into_iter().flat_map(|(a, b)| {
        let both = a.iter().zip(b).map(|(a, b)| stats::strangers_to_both(a, b));
        let alone = a.iter().skip(b.len()).chain(b.iter().skip(a.len()));
        both.chain(alone.map(stats::strangers))
    });
    worst(shares)
}

// The response times of each turn. What a turn left unanswered at its end is in the next one, and behind the last in none.
fn full_turns(record: &RunRecord) -> Vec<Summary> {
    let steady = record.windows.iter();
    let steady = steady.filter(|window| window.phase == Phase::Steady);
    let turns: Vec<Summary> = steady.filter_map(|window| window.response).collect();
    let most = turns.iter().map(|times| times.count).max().unwrap_or(0);
    let full = turns.into_iter().filter(|times| times.count * 2 > most);
    full.collect()
}

// Processor time in use, of the processors that it has and the time in which it offers load.
fn generator(record: &RunRecord) -> Option<f64> {
    let cpu = record.costs.generator_cpu?.as_secs_f64();
    let cores = f64::from(record.provenance.generator_processors.max(1));
    Some(cpu / record.offered_for().as_secs_f64().max(f64::EPSILON) / cores)
}

// A difference between the arms is a difference to the calibration for one of them.
fn described(baseline: &Windows, candidate: &Windows) -> Option<String> {
    let of = |windows: &Windows| {
        windows
            .closed
            .iter()
            .chain(&windows.open)
            .next()
            .map(machine)
    };
    match (of(baseline), of(candidate)) {
        (Some(a), Some(b)) if a != b => Some(format!("{a}; {b}")),
        (a, b) => a.or(b),
    }
}

// The largest; `None` for none, and if one of them is not known.
fn worst(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let all: Option<Vec<f64>> = values.collect();
    all?.into_iter().reduce(f64::max)
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
