//! Mints that arrive at their own rate, prepared by one thread and by ten.

use super::measure::cost;
use super::{Figure, Report, Settings};
use crate::amount::Amount;
use crate::executor::{Durability, Executor, Refused, Setup};
use crate::ledger::{AccountId, Command, CommandId};
use crate::minting::{MintWork, Minting, Stage};
use record::splitmix::Draws;
use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

const ACCOUNTS: u64 = 1000;
/// Mints of a second, on average.
const RATE: u64 = 1000;

/// How mints arrive.
#[derive(Debug, Clone, Copy)]
enum Arrivals {
    /// One after the other, at random times.
    Steady,
    /// A hundred at once, ten times a second.
    Bursts,
}

impl Arrivals {
    const fn name(self) -> &'static str {
        match self {
            Self::Steady => "at random times",
            Self::Bursts => "100 at once every 100 ms",
        }
    }

    /// When each of them arrives, behind the start.
    fn times(self, count: u64, seed: u64) -> Vec<Duration> {
        let mut draws = Draws::new(seed);
        let mut times: Vec<_> = (0..count)
            .map(|number| match self {
                // Uniform draws over the whole time, in order, are a Poisson process with a known count.
                Self::Steady => Duration::from_secs_f64(
                    draws.below(1 << 32) as f64 / f64::from(1_u32 << 31) / 2.0 * count as f64
                        / RATE as f64,
                ),
                Self::Bursts => Duration::from_millis(number / 100 * 100),
            })
            .collect();
        times.sort_unstable();
        times
    }
}

/// Response times of all mints, from their intended start.
async fn drive(stage: Arc<Stage>, times: Vec<Duration>) -> Result<Vec<Duration>, Refused> {
    let start = Instant::now() + Duration::from_millis(10);
    let mut under_way = Vec::with_capacity(times.len());
    for (number, after) in (0_u64..).zip(times) {
        let due = start + after;
        sleep_until(due).await;
        let stage = Arc::clone(&stage);
        under_way.push(tokio::spawn(async move {
            let account = AccountId::new(u128::from(number % ACCOUNTS + 1));
            let key = CommandId::new(u128::from(ACCOUNTS + 1 + number));
            let one = Amount::from_units(1).unwrap_or(Amount::ZERO);
            stage.apply(Command::mint(key, account, one), None).await?;
            Ok(due.elapsed())
        }));
    }
    let mut took = Vec::with_capacity(under_way.len());
    for mint in under_way {
        took.push(mint.await.unwrap_or(Err(Refused::Stopped))?);
    }
    Ok(took)
}

fn executor() -> io::Result<Arc<Executor>> {
    let setup = Setup {
        durability: Durability::None,
        ..Setup::default()
    };
    let started = Executor::start(&setup).map_err(io::Error::other)?;
    Ok(Arc::new(started.executor))
}

/// One way: arrivals, where and at what cost; mean and 99th of a hundred in milliseconds, share of a processor, peak memory.
fn measure(
    arrivals: Arrivals,
    minting: Minting,
    work: MintWork,
    settings: &Settings,
    count: u64,
) -> io::Result<(f64, f64, f64, f64)> {
    let executor = executor()?;
    let stage = Arc::new(Stage::new(minting, work, &executor)?);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()?;
    let open = |number: u64| {
        let number = u128::from(number);
        Command::open(CommandId::new(number), AccountId::new(number))
    };
    let opened = runtime.block_on(executor.apply_batch((1..=ACCOUNTS).map(open).collect()));
    opened.map_err(io::Error::other)?;
    let times = arrivals.times(count, settings.seed);
    let mut took = Ok(Vec::new());
    let cost = cost(|| took = runtime.block_on(drive(Arc::clone(&stage), times)));
    let mut took = took.map_err(io::Error::other)?;
    took.sort_unstable();
    let sum: Duration = took.iter().sum();
    let mean = sum.as_secs_f64() * 1e3 / took.len().max(1) as f64;
    let high = took.get((took.len() * 99).div_ceil(100).saturating_sub(1));
    let high = high.map_or(0.0, |time| time.as_secs_f64() * 1e3);
    let cpu = 100.0 * cost.cpu.as_secs_f64() / cost.time.as_secs_f64().max(1e-9);
    Ok((
        mean,
        high,
        cpu,
        cost.peak_resident_bytes as f64 / 1_048_576.0,
    ))
}

/// Five seconds of mints for each way.
pub(super) fn run(settings: &Settings) -> io::Result<Report> {
    let count = settings.count.unwrap_or(5 * RATE).max(1);
    let mut report = Report::new(
        "minting",
        "S4 and S5: 1,000 mints a second by one worker, and by a channel with 10 workers",
    );
    report.set("mints of each way", count);
    report.set("mints a second", RATE);
    let ten = NonZeroUsize::MIN.saturating_add(9);
    let works = [
        MintWork::Cpu(Duration::from_micros(200)),
        MintWork::Wait(Duration::from_micros(800)),
        MintWork::Wait(Duration::from_millis(8)),
    ];
    for arrivals in [Arrivals::Steady, Arrivals::Bursts] {
        for work in works {
            for (minting, article) in [
                (Minting::Pool(NonZeroUsize::MIN), (128.0, 32.0)),
                (Minting::Pool(ten), (24.0, 68.0)),
            ] {
                let keeps_up = minting != Minting::Pool(NonZeroUsize::MIN)
                    || work != MintWork::Wait(Duration::from_millis(8));
                if !keeps_up {
                    continue;
                }
                let (mean, high, cpu, peak) = measure(arrivals, minting, work, settings, count)?;
                report.row(
                    format!("{minting}, {work} a mint, {}", arrivals.name()),
                    vec![
                        Figure::beside("ms mean response time", mean, article.0),
                        Figure::new("ms P99", high),
                        Figure::beside("% of one processor", cpu, article.1),
                        Figure::new("MiB peak resident", peak),
                    ],
                );
            }
        }
    }
    report.note("the article names neither the cost of a mint nor how they arrive; with steady arrivals one worker keeps up only below 1 ms a mint");
    report.note("one worker with 8 ms a mint is left out: it manages 125 a second, and its times would say how long one looked");
    Ok(report)
}
