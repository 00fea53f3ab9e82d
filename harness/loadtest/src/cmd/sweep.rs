//! `loadtest sweep`: throughput at several numbers of users, and the law that says what stops it from growing.

use super::steps::{Bench, Load, Profiles, Ran, tell};
use crate::cli::{LimitsFormat, SweepArgs};
use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use record::run::{RunRecord, Window};
use reports::scaling::{MeasuredLevel, Sweep};
use stats::Verdict;
use stats::capacity::{Limiter, limiter};
use stats::usl::{self, FEWEST_LEVELS, Level, SMALLEST_LEVEL, Scalability};

/// A level that cannot be trusted is measured this many times.
const ATTEMPTS: u32 = 2;

pub(super) fn sweep(arguments: &SweepArgs) -> Outcome {
    let levels = levels(arguments)?;
    let first = Load::Users(levels.first().copied().unwrap_or(1));
    let bench = Bench::prepare("sweep", &arguments.steps, "closed", first, &[])?;
    let mut measured = Measured::default();
    let ended = measured.all(arguments, &bench, &levels)?;
    let sweep = measured.result(&bench);
    let dir = bench.folder.display();
    let json = reports::json::sweep(&sweep, &dir);
    bench
        .folder
        .write("sweep.json", format!("{json}\n").as_bytes())?;
    bench
        .folder
        .write("sweep.md", reports::scaling::markdown(&sweep).as_bytes())?;
    bench
        .folder
        .write("sweep.html", reports::html::sweep(&sweep).as_bytes())?;
    match arguments.steps.result.output {
        LimitsFormat::Json => output::result(&format!("{json}\n")),
        LimitsFormat::Text => output::result(&reports::scaling::text(&sweep, &dir)),
    }
    let trusted = sweep
        .levels
        .iter()
        .filter(|level| level.invalid.is_empty())
        .count();
    Ok(match ended {
        Exit::Pass if trusted < FEWEST_LEVELS => Exit::Invalid,
        other => other,
    })
}

// Ascending, each once.
fn levels(arguments: &SweepArgs) -> Result<Vec<u32>, Failure> {
    let mut levels = arguments.levels.clone();
    levels.sort_unstable();
    levels.dedup();
    let smallest = levels.first().copied().map_or(0.0, f64::from);
    let text = format!("{levels:?}");
    if levels.len() < FEWEST_LEVELS {
        let what = format!(
            "--levels {text}: {} are too few for three parameters",
            levels.len()
        );
        return Err(
            Failure::usage(what).hint(format!("give {FEWEST_LEVELS} or more, as in 1,2,4,8,16,32"))
        );
    }
    if smallest > SMALLEST_LEVEL {
        let what =
            format!("--levels {text}: without 1 or 2 users the throughput of one is a guess");
        return Err(Failure::usage(what).hint("add 1 to the levels"));
    }
    Ok(levels)
}

#[derive(Default)]
struct Measured {
    levels: Vec<MeasuredLevel>,
    /// The highest throughput so far, and what was used up there.
    top: Option<(f64, Limiter)>,
    cut_short: Option<String>,
}

impl Measured {
    fn all(
        &mut self,
        arguments: &SweepArgs,
        bench: &Bench,
        levels: &[u32],
    ) -> Result<Exit, Failure> {
        for &users in levels {
            for attempt in 1..=ATTEMPTS {
                bench.rest(attempt - 1);
                let name = match attempt {
                    1 => format!("level-{users:04}"),
                    _ => format!("level-{users:04}-again"),
                };
                let length = arguments.steps.step;
                let before = bench.lock_waits();
                let record = match bench.run(
                    (&name, attempt as usize),
                    Load::Users(users),
                    length,
                    Profiles::Left,
                )? {
                    Ran::Measured(record) => record,
                    Ran::Interrupted => {
                        self.cut_short = Some("interrupted".to_owned());
                        return Ok(Exit::Interrupted);
                    }
                    Ran::TargetDied(why) => {
                        output::failure(
                            &Failure::target(&why).hint(format!("with {users} users, in {name}")),
                        );
                        self.cut_short = Some(format!("the target died ({why})"));
                        return Ok(Exit::Target);
                    }
                };
                let level = level(&record, users, name);
                tell(&arguments.steps, &reports::scaling::line(&level));
                let is_trusted = level.invalid.is_empty();
                if is_trusted || attempt == ATTEMPTS {
                    let waiting = bench.waiting_since(before, &record);
                    self.add(level, &record, waiting);
                    break;
                }
            }
        }
        Ok(Exit::Pass)
    }

    fn add(&mut self, level: MeasuredLevel, record: &RunRecord, waiting: Option<f64>) {
        let achieved = record.achieved_rate();
        if level.invalid.is_empty() && self.top.as_ref().is_none_or(|(most, _)| achieved > *most) {
            self.top = Some((achieved, limiter(record, waiting)));
        }
        self.levels.push(level);
    }

    fn result(self, bench: &Bench) -> Sweep {
        let trusted = self.levels.iter().filter(|level| level.invalid.is_empty());
        let points: Vec<Level> = trusted
            .map(|level| Level {
                users: f64::from(level.users),
                windows: level.windows.clone(),
            })
            .collect();
        let scalability: Scalability = usl::fit(&points, bench.plan.seed);
        Sweep {
            run_id: bench.run_id.clone(),
            plan: bench.plan.name.clone(),
            target: bench.target.address.as_str().to_owned(),
            levels: self.levels,
            scalability,
            limiter: self.top.map(|(_, limiter)| limiter),
            cut_short: self.cut_short,
        }
    }
}

fn level(record: &RunRecord, users: u32, folder: String) -> MeasuredLevel {
    let service = record.service_time();
    MeasuredLevel {
        users,
        windows: throughput(record),
        p50_ns: service.quantile(0.5),
        p99_ns: service.quantile(0.99),
        error_ratio: record.error_ratio(),
        invalid: distrust(record),
        folder,
    }
}

// Transactions per second of the whole windows of the steady phase.
fn throughput(record: &RunRecord) -> Vec<f64> {
    let rate = |window: &Window| {
        (window.committed + window.uncommitted) as f64 / window.span.length().as_secs_f64()
    };
    record.whole_steady_windows().map(rate).collect()
}

// What the plan demands is not asked here: a level is no test.
fn distrust(record: &RunRecord) -> Vec<String> {
    let judgement = stats::judge_by(record, &[]);
    if judgement.verdict == Verdict::Pass {
        return Vec::new();
    }
    let reasons = judgement.reasons.iter();
    reasons
        .map(|reason| format!("{}: {}", reason.code, reason.text))
        .collect()
}
