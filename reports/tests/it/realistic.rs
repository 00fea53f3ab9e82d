//! A record as a real run leaves it: a Poisson-like open run of 23 windows with a stall, two scenarios, profiles.

use record::failure::FailureKind;
use record::histogram::Histogram;
use record::phase::Phase;
use record::run::{
    Allocations, Arrivals, Audit, AuditCheck, Costs, ProfileFacts, ProfileKind, ProfileOutcome,
    RunRecord, Span, StepRecord, Times, TransactionRecord, Window,
};
use record::specimen;
use reports::flamegraph::Stacks;
use std::collections::BTreeMap;
use std::time::Duration;

/// A small generator (splitmix64; Steele, Lea, Flood 2014): the same numbers everywhere.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Exponential with this mean.
    fn exponential(&mut self, mean: f64) -> f64 {
        let unit = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        -(1.0 - unit).ln() * mean
    }
}

struct Second {
    times: Times,
    delay: Histogram,
    failed: u64,
}

fn second(numbers: &mut Numbers, at: u64) -> Second {
    let mut all = Second {
        times: Times::default(),
        delay: Histogram::new(),
        failed: 0,
    };
    for _ in 0..480 + numbers.next() % 40 {
        let service = 350_000.0
            + numbers.exponential(180_000.0)
            + if numbers.next().is_multiple_of(60) {
                4e6
            } else {
                0.0
            };
        let stall = if at == 14 {
            numbers.exponential(120e6)
        } else {
            0.0
        };
        let delay = 30_000.0 + numbers.exponential(25_000.0) + stall;
        all.times.service.record(service as u64);
        all.times.response.record((service + delay) as u64);
        all.delay.record(delay as u64);
    }
    all.failed = if at == 14 {
        31
    } else {
        u64::from(at.is_multiple_of(7))
    };
    all
}

fn window(at: u64, second: &Second) -> Window {
    let good = second.times.service.count();
    Window {
        span: Span {
            start: Duration::from_secs(at),
            end: Duration::from_secs(at + 1),
        },
        phase: match at {
            0..3 => Phase::Warmup,
            3..22 => Phase::Steady,
            _ => Phase::Drain,
        },
        due: if at == 22 {
            0
        } else {
            good + second.failed + at % 3
        },
        requests: good + second.failed,
        failed: second.failed,
        committed: good,
        uncommitted: second.failed,
        in_flight: 3,
        backlog: if at == 14 { 60 } else { 0 },
        response: second.times.response.summary(),
        service: second.times.service.summary(),
        send_delay: second.delay.summary(),
    }
}

/// The run.
pub(crate) fn record() -> RunRecord {
    let mut numbers = Numbers(42);
    let seconds: Vec<Second> = (0..23).map(|at| second(&mut numbers, at)).collect();
    let mut record = specimen::record(&[]);
    record.windows = seconds
        .iter()
        .enumerate()
        .map(|(at, one)| window(at as u64, one))
        .collect();
    record.steady = Span {
        start: Duration::from_secs(3),
        end: Duration::from_secs(22),
    };
    record.send_delay = Histogram::new();
    let (mut transfer, mut balance) = (Times::default(), Times::default());
    for (at, one) in seconds
        .iter()
        .enumerate()
        .filter(|(at, _)| (3..22).contains(at))
    {
        if at % 3 == 0 {
            &mut balance
        } else {
            &mut transfer
        }
        .add(&one.times);
        record.send_delay.add(&one.delay);
    }
    let failed: u64 = seconds[3..22].iter().map(|one| one.failed).sum();
    let good = transfer.service.count() + balance.service.count();
    record.arrivals = Arrivals {
        scheduled: good + failed,
        succeeded: good,
        failed: failed - 5,
        timed_out: 5,
        ..Arrivals::default()
    };
    record.transactions = vec![
        committed("transfer", &transfer, failed),
        committed("balance", &balance, 0),
    ];
    record.steps = vec![
        step("transfer", &transfer, failed),
        step("balance", &balance, 0),
    ];
    record.plan.name = "ledger mix at 500/s".into();
    record.plan.words = "Open model, Poisson arrivals, 500/s for 19 s after 3 s of warm-up, at most 64 in flight, seed 42.".into();
    record.plan.text = "schema = 1\nname = \"ledger mix at 500/s\"\nseed = 42\n\n[schedule]\narrivals = \"poisson\"\nshape = [ { hold = \"19s\", rate = 500 } ]\nmax_in_flight = 64\n".into();
    record.plan.offered_rate = Some(500.0);
    record.plan.scenarios = vec![("transfer".into(), 7), ("balance".into(), 3)];
    facts(&mut record, good);
    record
}

fn committed(scenario: &str, times: &Times, failed: u64) -> TransactionRecord {
    TransactionRecord {
        scenario: scenario.into(),
        committed: times.response.count(),
        failed,
        response: times.response.clone(),
    }
}

fn step(name: &str, times: &Times, failed: u64) -> StepRecord {
    let good = times.service.count();
    let failures = if failed > 0 {
        BTreeMap::from([(FailureKind::Timeout, 5), (FailureKind::Status, failed - 5)])
    } else {
        BTreeMap::new()
    };
    let mut codes = BTreeMap::from([(if name == "transfer" { 201 } else { 200 }, good)]);
    if failed > 0 {
        codes.insert(503, failed - 5);
    }
    StepRecord {
        scenario: name.into(),
        step: name.into(),
        ok: times.clone(),
        failed: Times::default(),
        failures,
        codes,
        body_bytes: good * 180,
    }
}

fn facts(record: &mut RunRecord, good: u64) {
    record.costs = Costs {
        generator_cpu: Some(Duration::from_millis(812)),
        target_cpu: Some(Duration::from_millis(1437)),
        generator_memory_bytes: Some(41 << 20),
        target_memory_bytes: Some(27 << 20),
        allocations: Some(Allocations {
            count: good * 61,
            bytes: good * 7_340,
            requests: good,
        }),
    };
    let taken = |kind, samples, total| ProfileFacts {
        kind,
        outcome: ProfileOutcome::Taken {
            span: record.steady,
            samples,
            total,
            requests: good,
        },
    };
    record.profiles = vec![
        taken(ProfileKind::Cpu, 142, 1_434_000_000),
        taken(ProfileKind::Alloc, 903, (good * 7_340).cast_signed()),
    ];
    let check = |name: &str, detail: &str| AuditCheck {
        name: name.into(),
        held: true,
        detail: detail.into(),
    };
    record.audit = Some(Audit {
        checks: vec![
            check(
                "balances add up to what was minted",
                "1,000,000.00 minted, 1,000,000.00 held by 1,000 accounts",
            ),
            check(
                "every accepted transfer is there exactly once",
                "6,213 accepted, 6,213 entries, 0 duplicates",
            ),
        ],
    });
    record.warnings = vec!["generator and target share 2 cores".into()];
}

const SERVE: &str = "std::thread::start;tokio::runtime::scheduler::multi_thread::worker::run;axum::serve::Serve::run::{closure}";

/// CPU stacks of an engine, deep as real ones are.
pub(crate) fn cpu() -> Stacks {
    stacks(&[
        (
            "hyper::proto::h1::dispatch::Dispatcher::poll;hyper::proto::h1::io::Buffered::parse;httparse::Request::parse",
            13,
        ),
        (
            "hyper::proto::h1::dispatch::Dispatcher::poll;hyper::proto::h1::io::Buffered::flush;libc::writev",
            27,
        ),
        (
            "hyper::proto::h1::dispatch::Dispatcher::poll;hyper::proto::h1::io::Buffered::poll_read;libc::recv",
            16,
        ),
        (
            "hyper::proto::h1::dispatch::Dispatcher::poll;axum::routing::Router::call;engine::http::transfer;engine::json::parse;engine::json::string",
            14,
        ),
        (
            "hyper::proto::h1::dispatch::Dispatcher::poll;axum::routing::Router::call;engine::http::transfer;engine::ledger::Ledger::apply",
            9,
        ),
        (
            "hyper::proto::h1::dispatch::Dispatcher::poll;axum::routing::Router::call;engine::http::transfer;engine::ledger::Ledger::apply;engine::amount::Amount::add",
            11,
        ),
        (
            "hyper::proto::h1::dispatch::Dispatcher::poll;axum::routing::Router::call;engine::http::transfer;engine::ledger::Ledger::apply;alloc::collections::btree::map::BTreeMap<K,V>::insert",
            19,
        ),
        (
            "hyper::proto::h1::dispatch::Dispatcher::poll;axum::routing::Router::call;engine::http::transfer;engine::json::write;engine::json::escape",
            12,
        ),
        (
            "hyper::proto::h1::dispatch::Dispatcher::poll;axum::routing::Router::call;engine::http::balance;engine::ledger::Ledger::balance",
            6,
        ),
        (
            "tokio::runtime::io::driver::Driver::turn;mio::poll::Poll::poll;libc::epoll_wait",
            15,
        ),
    ])
}

/// Allocation stacks.
pub(crate) fn alloc() -> Stacks {
    stacks(&[
        (
            "axum::routing::Router::call;engine::http::transfer;engine::json::parse;alloc::string::String::push",
            310,
        ),
        (
            "axum::routing::Router::call;engine::http::transfer;engine::json::write;alloc::vec::Vec<u8>::reserve",
            420,
        ),
        (
            "axum::routing::Router::call;engine::http::transfer;engine::ledger::Ledger::apply;alloc::collections::btree::map::BTreeMap<K,V>::insert",
            173,
        ),
    ])
}

fn stacks(pairs: &[(&str, i64)]) -> Stacks {
    pairs
        .iter()
        .map(|(stack, ticks)| (format!("{SERVE};{stack}"), ticks * 10_101_010))
        .collect()
}
