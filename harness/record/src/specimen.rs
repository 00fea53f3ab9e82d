//! A small, plausible run record: what the tests of every floor above start from.

use crate::failure::FailureKind;
use crate::histogram::Histogram;
use crate::phase::Phase;
use crate::rule::{Metric, Operator, Rule, Term};
use crate::run::{
    Allocations, Arrivals, Audit, AuditCheck, Costs, Delays, Ending, Health, Insides, LiveObjects,
    LockWait, Model, PlanFacts, ProfileFacts, ProfileKind, ProfileOutcome, Provenance, RunQueue,
    RunRecord, Span, StepRecord, TargetFacts, Times, TransactionRecord, WarmupFacts, Window,
};
use std::collections::BTreeMap;
use std::time::Duration;

/// The histogram of these values in nanoseconds.
pub fn histogram(values: &[u64]) -> Histogram {
    let mut histogram = Histogram::new();
    for &value in values {
        histogram.record(value);
    }
    histogram
}

const STEADY: Span = Span {
    start: Duration::from_secs(3),
    end: Duration::from_secs(23),
};

/// A run in which every request was good and took one of `response_ns`; one request more failed with status 503.
pub fn record(response_ns: &[u64]) -> RunRecord {
    let good = response_ns.len() as u64;
    let response = histogram(response_ns);
    RunRecord {
        run_id: "20261124T110000Z-ab12".into(),
        started_unix: Duration::from_nanos(1_795_518_000_123_456_789),
        provenance: Provenance {
            version: "0.1.0".into(),
            build: "release".into(),
            cpu: "a processor".into(),
            cores: 2,
            generator_processors: 1,
            command: vec!["loadtest".into(), "run".into()],
            generator_core: Some(0),
            target_core: Some(1),
            kept_awake: Some(true),
            ..Provenance::default()
        },
        plan: plan(),
        target: TargetFacts {
            url: "http://127.0.0.1:8080".into(),
            reference: true,
            admin: None,
            build: Some("engine 0.1.0".into()),
            engine: None,
        },
        ending: Ending::Completed,
        steady: STEADY,
        shifts: None,
        arrivals: Arrivals {
            scheduled: good + 1,
            succeeded: good,
            failed: 1,
            ..Arrivals::default()
        },
        windows: (0..20).map(|n| window(n, &response, good)).collect(),
        steps: vec![step(&response)],
        transactions: vec![TransactionRecord {
            scenario: "transfer".into(),
            committed: good,
            failed: 1,
            response,
        }],
        send_delay: histogram(&[70_000]),
        delays: Delays {
            pacing: histogram(&[50_000]),
            slot_wait: histogram(&[1]),
            connect_wait: histogram(&[20_000]),
        },
        unfinished: Histogram::new(),
        health: health(good),
        warmup: WarmupFacts {
            length: STEADY.start,
            ..WarmupFacts::default()
        },
        precision: None,
        stretches: Vec::new(),
        aborted: None,
        costs: Costs {
            generator_cpu: Some(Duration::from_millis(1500)),
            target_cpu: Some(Duration::from_millis(2500)),
            allocations: Some(Allocations {
                count: 40,
                bytes: 4000,
                requests: 4,
            }),
            ..Costs::default()
        },
        profiles: profiles(),
        insides: insides(),
        audit: Some(Audit {
            checks: vec![AuditCheck {
                name: "balances add up".into(),
                held: true,
                detail: "1000 = 1000".into(),
            }],
        }),
        warnings: vec!["one core only".into()],
    }
}

// Nothing leaks here, and hardly anybody waits.
fn insides() -> Insides {
    Insides {
        places: 3,
        live: vec![LiveObjects {
            kind: "task".into(),
            site: "src/serve.rs:7".into(),
            counts: vec![64, 63, 65, 64, 64, 66, 63, 65],
        }],
        lock_waits: vec![LockWait {
            site: "ledger::apply".into(),
            waited: Duration::from_nanos(10),
        }],
    }
}

fn health(good: u64) -> Health {
    Health {
        run_queue: Some(RunQueue {
            thread: "pacer".into(),
            share: 0.002,
        }),
        cpu_pressure: Some(0.01),
        steal: Some(0.0),
        throttled_periods: Some(0),
        machine_cpu: Some(0.11),
        server_requests: Some(good + 1),
        client_requests: Some(good + 1),
        windows_steady: 20,
        ..Health::default()
    }
}

fn plan() -> PlanFacts {
    PlanFacts {
        name: "specimen".into(),
        digest: "abc".into(),
        model: Model::Open,
        words: "open, Poisson".into(),
        seed: 42,
        offered_rate: Some(100.0),
        users: 64,
        warmup: Duration::from_secs(3),
        duration: Duration::from_secs(20),
        timeout: Duration::from_secs(5),
        scenarios: vec![("transfer".into(), 9)],
        is_level: true,
        slo: None,
        health_limits: Vec::new(),
        thresholds: vec![Rule {
            text: "p99 < 20ms".into(),
            metric: Metric::ResponseTime,
            step: None,
            term: Term::Quantile(0.99),
            operator: Operator::Less,
            limit: 20e6,
            over: None,
            abort: None,
        }],
        text: "schema = 1\n".into(),
    }
}

fn step(response: &Histogram) -> StepRecord {
    StepRecord {
        scenario: "transfer".into(),
        step: "transfer".into(),
        ok: Times {
            response: response.clone(),
            service: response.clone(),
        },
        failed: Times {
            response: histogram(&[90_000]),
            service: histogram(&[80_000]),
        },
        failures: BTreeMap::from([(FailureKind::Status, 1)]),
        codes: BTreeMap::from([(200, response.count()), (503, 1)]),
        body_bytes: 77,
    }
}

// The whole load falls into the first window; the others are quiet.
fn window(n: u64, response: &Histogram, good: u64) -> Window {
    let first = n == 0;
    let start = STEADY.start + Duration::from_secs(n);
    let times = if first { response.summary() } else { None };
    Window {
        span: Span {
            start,
            end: start + Duration::from_secs(1),
        },
        phase: Phase::Steady,
        due: if first { good + 1 } else { 0 },
        requests: if first { good + 1 } else { 0 },
        failed: u64::from(first),
        committed: if first { good } else { 0 },
        uncommitted: u64::from(first),
        in_flight: 0,
        backlog: 0,
        response: times,
        service: times,
        send_delay: None,
    }
}

fn profiles() -> Vec<ProfileFacts> {
    vec![
        ProfileFacts {
            kind: ProfileKind::Cpu,
            outcome: ProfileOutcome::Taken {
                span: STEADY,
                samples: 100,
                total: 1_000_000_000,
                requests: 2,
            },
        },
        ProfileFacts {
            kind: ProfileKind::Alloc,
            outcome: ProfileOutcome::Absent("the target serves none".into()),
        },
    ]
}
