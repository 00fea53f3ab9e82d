//! Units moved between accounts, in every way to keep balances, by one, two and four threads.

use super::measure::cost;
use super::{Figure, Report, Settings};
use crate::executor::balances::{Balances, Cells, Shifted, Tickets};
use crate::ledger::Shift;
use record::splitmix::Draws;
use std::io;

/// Accounts; few enough to meet each other, many enough not to always.
const ACCOUNTS: u64 = 1024;
/// What each of them starts with, in units.
const START: u128 = 1_000_000;

/// The article's rows: operations a millisecond and microseconds each.
const LOCKED: (f64, f64) = (10.7, 93.0);
const SYNCHRONIZED: (f64, f64) = (8.2, 124.0);
const ATOMIC: (f64, f64) = (24.6, 41.0);

fn draw(draws: &mut Draws) -> Shift {
    let debit = draws.below(ACCOUNTS);
    let credit = (debit + 1 + draws.below(ACCOUNTS - 1)) % ACCOUNTS;
    let amount = draws.below(100) + 1;
    Shift::new(debit as u32, credit as u32, 0, amount.into())
}

/// One thread that owns all balances.
fn alone(shifts: &[Shift]) -> Vec<u128> {
    let mut balances = vec![START; ACCOUNTS as usize];
    for shift in shifts {
        if let Some(after) = shift.debited(balances[shift.debit()]) {
            balances[shift.debit()] = after;
            let credit = &mut balances[shift.credit()];
            *credit = shift.credited(*credit);
        }
    }
    balances
}

/// Several threads, each with every so many-th movement; how many lacked units.
fn together(cells: &Cells, tickets: &Tickets, shifts: &[Shift], threads: usize) -> usize {
    let lacking = |lane: usize| {
        let own = shifts.iter().skip(lane).step_by(threads);
        own.filter(|shift| !matches!(cells.shift(lane, shift, tickets), Shifted::Done(_)))
            .count()
    };
    std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..threads)
            .map(|lane| scope.spawn(move || lacking(lane)))
            .collect();
        lanes.into_iter().filter_map(|lane| lane.join().ok()).sum()
    })
}

/// A million movements in every way.
pub(super) fn run(settings: &Settings) -> io::Result<Report> {
    let count = settings.count.unwrap_or(1_000_000).max(1);
    let mut report = Report::new(
        "balances",
        "S13: 1,000,000 concurrent updates on 4 cores, by synchronized, by a lock, by compare-and-swap",
    );
    report.set("movements", count);
    report.set("accounts", ACCOUNTS);
    let mut draws = Draws::new(settings.seed);
    let shifts: Vec<_> = (0..count).map(|_| draw(&mut draws)).collect();
    for way in Balances::ALL {
        for threads in [1, 2, 4] {
            let tickets = Tickets::default();
            let Some(mut cells) = Cells::new(way, threads, &tickets)? else {
                if threads == 1 {
                    let mut kept = Vec::new();
                    let cost = cost(|| kept = alone(&shifts));
                    report.row(
                        format!("{}, 1 thread", way.name()),
                        figures(cost.time.as_secs_f64(), count, 1, None, sum(&kept)),
                    );
                }
                continue;
            };
            cells.grow(ACCOUNTS as usize);
            (0..ACCOUNTS as usize).for_each(|account| cells.set(account, START));
            let mut lacking = 0;
            let cost = cost(|| lacking = together(&cells, &tickets, &shifts, threads));
            let kept = cells.get(&(0..ACCOUNTS as usize).collect::<Vec<_>>());
            let article = match (way, threads) {
                (Balances::Mutex, 4) => Some(SYNCHRONIZED),
                (Balances::Sharded, 4) => Some(LOCKED),
                (Balances::Cas, 4) => Some(ATOMIC),
                _ => None,
            };
            let seconds = cost.time.as_secs_f64();
            let mut figures = figures(seconds, count, threads, article, sum(&kept));
            figures.push(Figure::new("lacked units", lacking as f64));
            let plural = if threads == 1 { "thread" } else { "threads" };
            report.row(format!("{}, {threads} {plural}", way.name()), figures);
        }
    }
    report
        .note("ours moves units between two 128-bit balances; the article adds to one of 64 bits");
    report.note("the article's rate times its time is 1.0 in each row: one caller at a time on 4 cores; its units look off by 1,000");
    report.note("units short is what the sum of balances misses at rest; it must be 0");
    Ok(report)
}

fn sum(balances: &[u128]) -> u128 {
    balances.iter().sum()
}

fn figures(
    seconds: f64,
    count: u64,
    threads: usize,
    article: Option<(f64, f64)>,
    sum: u128,
) -> Vec<Figure> {
    let seconds = seconds.max(1e-9);
    let expected = START * u128::from(ACCOUNTS);
    vec![
        Figure {
            name: "ops/ms",
            ours: count as f64 / seconds / 1e3,
            article: article.map(|(rate, _)| rate),
        },
        Figure {
            name: "us each",
            ours: seconds * 1e6 * threads as f64 / count as f64,
            article: article.map(|(_, time)| time),
        },
        Figure::new("units short", expected.abs_diff(sum) as f64),
    ]
}
