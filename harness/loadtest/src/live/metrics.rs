//! The generator's own metrics: the catalog's families of the owner `Generator`, fed from closed windows.

mod judged;
mod outside;

use driver::{PhaseSet, Process, WindowView};
use judged::Judged;
use outside::Outside;
use probe::metrics::{Counter, Distribution, Gauge, Registry};
use record::catalog as c;
use record::failure::FailureKind;
use record::histogram::Histogram;
use record::phase::Phase;
use record::rule::Rule;
use stats::Judgement;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The value of the label `code` of requests that no answer came to.
const NO_ANSWER: &str = "none";

/// Series of one step.
struct StepSeries {
    ok: ClassSeries,
    failed: ClassSeries,
    failures: Vec<Counter>,
}

/// Series of one step and outcome.
struct ClassSeries {
    requests: Counter,
    response: Distribution,
    service: Distribution,
}

struct TransactionSeries {
    ok: Counter,
    failed: Counter,
    /// Where the plan says what is good enough.
    good: Option<Counter>,
}

/// Answers by status code; a code has a series from its first answer on.
struct Responses {
    none: Counter,
    by_code: Mutex<BTreeMap<u16, Counter>>,
}

/// The registry and its series, in the order of the workload.
pub(crate) struct Live {
    registry: Registry,
    steps: Vec<StepSeries>,
    transactions: Vec<TransactionSeries>,
    responses: Responses,
    send_delay: Distribution,
    pacing_delay: Distribution,
    slot_wait: Distribution,
    connect_wait: Distribution,
    /// In nanoseconds.
    slo: Option<u64>,
    due: Counter,
    dropped: Counter,
    released: Counter,
    /// Arrivals due and not released at the end of the last window.
    waiting: Mutex<u64>,
    phases: Vec<(&'static str, Gauge)>,
    users: Gauge,
    in_flight: Gauge,
    backlog: Gauge,
    scrapes: Counter,
    judged: Judged,
    outside: Outside,
}

/// What the families' labels say of this run.
pub(crate) struct Labels<'a> {
    pub(crate) run_id: &'a str,
    pub(crate) plan: &'a str,
    pub(crate) model: &'a str,
    pub(crate) users: u32,
    pub(crate) revision: &'a str,
    pub(crate) build: &'a str,
    /// Processors of the generator.
    pub(crate) cores: usize,
    pub(crate) thresholds: &'a [Rule],
    pub(crate) slo: Option<Duration>,
    /// Scenario and its steps, in the workload's order.
    pub(crate) scenarios: Vec<(String, Vec<String>)>,
}

impl Live {
    pub(crate) fn new(labels: &Labels<'_>, target: Option<Process>) -> Self {
        let registry = Registry::new();
        probe::process::register(&registry);
        registry
            .gauge(
                &c::LOADTEST_RUN_INFO,
                &[
                    labels.run_id,
                    labels.plan,
                    labels.model,
                    labels.revision,
                    labels.build,
                ],
            )
            .set(1.0);
        registry
            .gauge(&c::LOADTEST_IN_FLIGHT_LIMIT, &[])
            .set(f64::from(labels.users));
        registry
            .gauge(&c::LOADTEST_CORES, &[])
            .set(labels.cores as f64);
        registry.precreate(&c::LOADTEST_ARRIVALS_DROPPED);
        let steps = labels.scenarios.iter().flat_map(|(scenario, steps)| {
            let registry = &registry;
            steps
                .iter()
                .map(move |step| StepSeries::new(registry, scenario, step))
        });
        let transactions = labels
            .scenarios
            .iter()
            .map(|(scenario, _)| TransactionSeries {
                ok: registry.counter(&c::LOADTEST_TRANSACTIONS, &[scenario, "ok"]),
                failed: registry.counter(&c::LOADTEST_TRANSACTIONS, &[scenario, "failed"]),
                good: labels
                    .slo
                    .map(|_| registry.counter(&c::LOADTEST_GOODPUT, &[scenario])),
            });
        let phases = c::PHASES
            .iter()
            .map(|&phase| (phase, registry.gauge(&c::LOADTEST_PHASE, &[phase])));
        let live = Self {
            steps: steps.collect(),
            transactions: transactions.collect(),
            phases: phases.collect(),
            responses: Responses {
                none: registry.counter(&c::LOADTEST_RESPONSES, &[NO_ANSWER]),
                by_code: Mutex::default(),
            },
            send_delay: registry.distribution(&c::LOADTEST_SEND_DELAY, &[]),
            pacing_delay: registry.distribution(&c::LOADTEST_PACING_DELAY, &[]),
            slot_wait: registry.distribution(&c::LOADTEST_SLOT_WAIT, &[]),
            connect_wait: registry.distribution(&c::LOADTEST_CONNECT_WAIT, &[]),
            slo: labels
                .slo
                .map(|slo| u64::try_from(slo.as_nanos()).unwrap_or(u64::MAX)),
            due: registry.counter(&c::LOADTEST_ARRIVALS_DUE, &[]),
            dropped: registry.counter(&c::LOADTEST_ARRIVALS_DROPPED, &["backlog_full"]),
            released: registry.counter(&c::LOADTEST_ARRIVALS_RELEASED, &[]),
            waiting: Mutex::new(0),
            users: registry.gauge(&c::LOADTEST_USERS, &[]),
            in_flight: registry.gauge(&c::LOADTEST_REQUESTS_IN_FLIGHT, &[]),
            backlog: registry.gauge(&c::LOADTEST_BACKLOG, &[]),
            scrapes: registry.counter(&c::LOADTEST_SCRAPES, &[]),
            judged: Judged::new(&registry, labels.thresholds),
            outside: Outside::new(&registry, target),
            registry,
        };
        live.phase("setup");
        live
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Marks the run as being in `phase`.
    pub(crate) fn phase(&self, phase: &str) {
        for (name, gauge) in &self.phases {
            gauge.set(if *name == phase { 1.0 } else { 0.0 });
        }
    }

    /// Shows what the run was worth.
    pub(crate) fn judged(&self, judgement: &Judgement) {
        self.judged.tell(judgement);
    }

    pub(crate) fn window(&self, view: &WindowView<'_>) {
        let window = view.window;
        // The gauge tells of now, and now is the phase after a window that ended with its phase.
        self.phase(match window.phase {
            Phase::Steady if view.remaining.is_zero() => "drain",
            phase => phase.name(),
        });
        self.users.set(view.users as f64);
        self.in_flight.set(window.in_flight as f64);
        self.backlog.set(window.backlog as f64);
        self.due.add(window.due);
        self.dropped.raise_to(view.dropped as f64);
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        self.released
            .add((*waiting + window.due).saturating_sub(window.backlog));
        *waiting = window.backlog;
        for set in view.sets {
            self.set(set);
        }
        self.scrapes.raise_to(self.registry.served() as f64);
        self.outside.read();
    }

    fn set(&self, set: &PhaseSet) {
        for (series, step) in self.steps.iter().zip(&set.steps) {
            series.ok.add(
                &step.ok.response,
                &step.ok.service,
                step.ok.response.count(),
            );
            series.failed.add(
                &step.failed.response,
                &step.failed.service,
                step.failed_requests(),
            );
            for (counter, count) in series.failures.iter().zip(step.failures) {
                counter.add(count);
            }
            self.responses
                .add(&self.registry, &step.codes, step.requests());
        }
        for (series, transactions) in self.transactions.iter().zip(&set.transactions) {
            series.ok.add(transactions.committed);
            series.failed.add(transactions.failed);
            if let (Some(good), Some(slo)) = (&series.good, self.slo) {
                good.add(transactions.response.count_at_or_below(slo));
            }
        }
        for (distribution, histogram) in [
            (&self.send_delay, &set.send_delay),
            (&self.pacing_delay, &set.delays.pacing),
            (&self.slot_wait, &set.delays.slot_wait),
            (&self.connect_wait, &set.delays.connect_wait),
        ] {
            fold(distribution, histogram);
        }
    }
}

impl StepSeries {
    fn new(registry: &Registry, scenario: &str, step: &str) -> Self {
        let class = |outcome: &str| ClassSeries {
            requests: registry.counter(&c::LOADTEST_REQUESTS, &[scenario, step, outcome]),
            response: registry.distribution(&c::LOADTEST_RESPONSE_TIME, &[scenario, step, outcome]),
            service: registry.distribution(&c::LOADTEST_SERVICE_TIME, &[scenario, step, outcome]),
        };
        let failures = FailureKind::ALL.into_iter();
        Self {
            ok: class("ok"),
            failed: class("failed"),
            failures: failures
                .map(|kind| registry.counter(&c::LOADTEST_FAILURES, &[step, kind.name()]))
                .collect(),
        }
    }
}

impl ClassSeries {
    fn add(&self, response: &Histogram, service: &Histogram, requests: u64) {
        self.requests.add(requests);
        fold(&self.response, response);
        fold(&self.service, service);
    }
}

impl Responses {
    fn add(&self, registry: &Registry, codes: &BTreeMap<u16, u64>, requests: u64) {
        let mut by_code = self.by_code.lock().unwrap_or_else(PoisonError::into_inner);
        for (code, count) in codes {
            let counter = by_code
                .entry(*code)
                .or_insert_with(|| registry.counter(&c::LOADTEST_RESPONSES, &[&code.to_string()]));
            counter.add(*count);
        }
        let answered: u64 = codes.values().sum();
        self.none.add(requests.saturating_sub(answered));
    }
}

fn fold(distribution: &Distribution, histogram: &Histogram) {
    if !histogram.is_empty() {
        distribution.add(&histogram.buckets(distribution.grid()), histogram.sum_ns());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use record::catalog::{CATALOG, Owner};
    use std::collections::BTreeSet;

    #[test]
    fn the_exposition_is_what_the_catalog_says_nothing_more_or_less() {
        let labels = Labels {
            run_id: "r",
            plan: "p",
            model: "open",
            users: 3,
            revision: "abc",
            build: "debug",
            cores: 2,
            thresholds: &[judged::a_rule()],
            slo: Some(Duration::from_millis(50)),
            scenarios: vec![("s".to_owned(), vec!["a".to_owned(), "b".to_owned()])],
        };
        let text = Live::new(&labels, Some(Process::own())).registry().render();
        let shown: BTreeSet<_> = text
            .lines()
            .filter_map(|line| line.strip_prefix("# TYPE "))
            .filter_map(|line| line.split(' ').next())
            .collect();
        let known: BTreeSet<_> = CATALOG
            .iter()
            .filter(|family| matches!(family.owner, Owner::Generator | Owner::Process))
            .map(|family| family.name)
            .collect();
        assert_eq!(shown, known);
    }
}
