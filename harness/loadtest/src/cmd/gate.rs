//! `loadtest gate`: two builds measured in turn, and a verdict with a stated error rate.
//!
//! `stats::gate` decides everything; here processes are started, windows measured, rounds written down as soon as they are over, and the
//! verdict handed on.

mod again;
mod arms;
mod bench;
mod cause;
mod injected;
mod measured;
mod revision;
mod slot;
mod timeline;
mod why;

pub(super) use again::{again, is_gate};
pub(super) use slot::machine;
pub(super) use why::covered;

use super::history::{self, Appended};
use crate::cli::{GateArgs, GateProfile, Unclear};
use crate::exit::{Exit, Failure, Outcome as Ended};
use crate::folder::{self, Folder};
use crate::output;
use arms::Arms;
use bench::{Bench, Outcome};
use measured::Measured;
use record::comparison::json::{calibration_line, round_line};
use record::comparison::{Arm, Calibration, GatePlan, Round, offered, window};
use record::run::RunRecord;
use stats::Verdict;
use stats::gate::{
    Coins, Decision, Design, OnInconclusive, Progress, interrupted, judge, open_rate,
    open_window_needed, round_length, rounds_within, with_enough_samples,
};
use std::fs;
use std::io::Write as _;
use std::time::{Duration, Instant};

/// One line per round, the calibration first.
const ROUNDS: &str = "rounds.ndjson";
/// The plan in force.
const PLAN: &str = "gate.toml";
/// Runs of the baseline before the first round.
const PILOTS: u32 = 2;
/// Length of each after its warm-up.
const PILOT: Duration = Duration::from_secs(5);
/// What a window takes besides its length: a process, its connections, its report.
const BESIDES: Duration = Duration::from_millis(800);
/// Windows of a round.
const WINDOWS: u32 = 2;
/// Rounds of a smoke test.
const SMOKE: u32 = 6;
/// Open windows may become so long, not longer, for a percentile to have its samples.
const LONGEST_WINDOW: Duration = Duration::from_secs(10);

pub(super) fn gate(arguments: &GateArgs) -> Ended {
    let begun = Instant::now();
    let asked = asked(arguments)?;
    let appended = Appended::prove(&arguments.history)?;
    let arms = Arms::of(arguments)?;
    let run_id = folder::new_run_id();
    let usual = || folder::default_path(&format!("gate-{run_id}"));
    let folder = Folder::create(arguments.result.out.clone().unwrap_or_else(usual))?;
    let bench = Bench::new(arguments, arms, folder, &asked)?;
    let tell = |line: &str| {
        if !arguments.result.quiet {
            output::note(line);
        }
    };
    tell(&format!(
        "baseline: {}; candidate: {}",
        bench.arms.name(Arm::Baseline),
        bench.arms.name(Arm::Candidate)
    ));
    if bench.arms.live_long() {
        tell(
            "note: services that run already keep their luck of layout and placement for all rounds; false alarms are up to ten times as frequent",
        );
    }
    let Outcome::Done((plan, calibration, mut notes)) = calibrate(&bench, &asked)? else {
        return Ok(Exit::Interrupted);
    };
    tell(&reports::gate::calibrated(&calibration));
    let mut design = design(arguments, &plan, &calibration, begun.elapsed())?;
    design.notes.append(&mut notes);
    design
        .notes
        .iter()
        .for_each(|note| tell(&format!("note: {note}")));
    // From here on `compare` can judge what there is, however this ends.
    bench
        .folder
        .write(PLAN, measured::in_force(&design).as_bytes())?;
    let mut lines = bench.folder.append(ROUNDS)?;
    write(&mut lines, &calibration_line(&calibration))?;
    let mut rounds = Vec::new();
    let decision = loop {
        match next(&bench, &design, &calibration, &mut rounds)? {
            Outcome::Interrupted => {
                break interrupted(&design, &calibration, &rounds, "interrupted");
            }
            Outcome::Done(progress) => {
                let (line, decided) = described(&rounds, progress);
                if let Some(last) = rounds.last() {
                    write(&mut lines, &round_line(last))?;
                }
                tell(&line);
                if let Some(decision) = decided {
                    break *decision;
                }
            }
        }
    };
    let round = longest_round(&design.plan, &calibration);
    cause::measure(
        arguments,
        &bench,
        (&design, &calibration),
        &decision,
        (&mut rounds, &mut lines),
        (begun, round),
    );
    let exit = finish(arguments, &bench, &design, &calibration, &rounds, &decision)?;
    if let Some(appended) = appended.filter(|_| has_said_something(&decision)) {
        let plan = format!("gate {}", plan::parse::gate::digest(&asked, &bench.load()));
        let point = history::of_gate(&appended.commit, plan, &calibration, &decision);
        appended.add(&point)?;
    }
    Ok(exit)
}

// A gate that was interrupted, or whose rounds were not worth it, is no point of a history.
fn has_said_something(decision: &Decision) -> bool {
    let is_decided = decision.look.is_some() || !decision.regressed().is_empty();
    is_decided && !matches!(decision.verdict, None | Some(Verdict::Invalid))
}

// The plan as it is asked for, before anything is known.
fn asked(arguments: &GateArgs) -> Result<GatePlan, Failure> {
    let mut asked = match &arguments.plan {
        None => GatePlan::default(),
        Some(path) => {
            let name = path.display().to_string();
            let text = fs::read_to_string(path).map_err(|e| {
                Failure::usage(format!("plan {name} cannot be read: {e}"))
                    .hint("without --plan the usual six figures are gated")
            })?;
            plan::parse::gate::plan(&text, &name).map_err(Failure::usage)?
        }
    };
    asked.seed = arguments.seed.unwrap_or(asked.seed);
    if arguments.profile == GateProfile::Smoke {
        asked.looks = vec![SMOKE];
        asked.spend = vec![0.0];
    }
    Ok(asked)
}

// Warm-up, rate and percentile, from the baseline alone: nothing is chosen once the candidate was seen.
fn calibrate(
    bench: &Bench,
    asked: &GatePlan,
) -> Result<Outcome<(GatePlan, Calibration, Vec<String>)>, Failure> {
    bench.candidate_starts()?;
    let mut pilots = Vec::new();
    for number in 1..=PILOTS {
        match bench.pilot(number, PILOT, asked.slot_warmup)? {
            Outcome::Done(pilot) => pilots.push(pilot),
            Outcome::Interrupted => return Ok(Outcome::Interrupted),
        }
    }
    let capacity = mean(&pilots, |pilot| {
        pilot.requests_ok() as f64 / pilot.steady.length().as_secs_f64()
    });
    if capacity < 1.0 {
        return Err(
            Failure::target("the baseline answered nothing with success")
                .hint("is the path or the workload right? `loadtest run --target` shows it"),
        );
    }
    let rate = open_rate(asked, capacity);
    let needed = open_window_needed(asked, rate);
    let mut plan = asked.clone();
    plan.slot_open = plan.slot_open.max(needed.min(LONGEST_WINDOW));
    let requests = rate * offered(window(plan.slot_open)).as_secs_f64();
    let (plan, mut notes) = with_enough_samples(&plan, requests);
    if plan.slot_open > asked.slot_open {
        notes.push(format!(
            "open windows take {:.1} s, so that the highest percentile has its samples",
            plan.slot_open.as_secs_f64()
        ));
    }
    let calibration = Calibration {
        warmup: asked
            .slot_warmup
            .unwrap_or_else(|| stats::gate::warmup(pilots.iter().map(|pilot| &pilot.warmup))),
        capacity,
        rate,
        pressure: pilots
            .iter()
            .filter_map(|pilot| pilot.health.cpu_pressure)
            .reduce(f64::max),
        machine: pilots.first().map(slot::machine).unwrap_or_default(),
    };
    Ok(Outcome::Done((plan, calibration, notes)))
}

fn mean(pilots: &[RunRecord], of: impl Fn(&RunRecord) -> f64) -> f64 {
    pilots.iter().map(of).sum::<f64>() / pilots.len().max(1) as f64
}

// A budget becomes a number of rounds before the first of them.
fn design(
    arguments: &GateArgs,
    plan: &GatePlan,
    calibration: &Calibration,
    gone: Duration,
) -> Result<Design, Failure> {
    let Some(budget) = arguments.budget else {
        return Ok(Design::new(plan));
    };
    let left = budget.saturating_sub(gone);
    Design::within(plan, rounds_within(left, longest_round(plan, calibration)))
        .map_err(|error| Failure::usage(format!("--budget {budget:?}: {error}")))
}

fn longest_round(plan: &GatePlan, calibration: &Calibration) -> Duration {
    round_length(plan, BESIDES, calibration.warmup) + BESIDES * WINDOWS
}

// Where a window of a build lies below those of the gate.
fn window_name(round: u32, arm: Arm, load: reports::gate::Load) -> String {
    format!("round-{round:02}/{}-{}", arm.name(), load.name())
}

fn next(
    bench: &Bench,
    design: &Design,
    calibration: &Calibration,
    rounds: &mut Vec<Round>,
) -> Result<Outcome<Progress>, Failure> {
    Ok(
        match measured_round(bench, design, calibration, rounds.len())? {
            Outcome::Interrupted => Outcome::Interrupted,
            Outcome::Done(round) => {
                rounds.push(round);
                let progress = judge(design, calibration, rounds);
                if let (Progress::Going(going), Some(last)) = (&progress, rounds.last_mut()) {
                    last.dropped = going.last.as_ref().and_then(stats::gate::Fate::told);
                }
                Outcome::Done(progress)
            }
        },
    )
}

// The round after so many others.
fn measured_round(
    bench: &Bench,
    design: &Design,
    calibration: &Calibration,
    before: usize,
) -> Result<Outcome<Round>, Failure> {
    let number = u32::try_from(before + 1).unwrap_or(u32::MAX);
    let coins = Coins::new(design.plan.seed);
    bench.round(
        (number, coins.order(number)),
        &design.plan,
        calibration.warmup,
        calibration.rate,
    )
}

// A line for people, and the decision if there is one.
fn described(rounds: &[Round], progress: Progress) -> (String, Option<Box<Decision>>) {
    let round = rounds.last();
    match progress {
        Progress::Going(going) => (reports::gate::round(round, Some(&going)), None),
        Progress::Decided(decision) => (reports::gate::round(round, None), Some(decision)),
    }
}

fn write(lines: &mut fs::File, line: &str) -> Result<(), Failure> {
    let written = lines
        .write_all(line.as_bytes())
        .and_then(|()| lines.sync_data());
    written.map_err(|error| {
        Failure::new(
            Exit::Internal,
            format!("rounds.ndjson cannot be written: {error}"),
        )
    })
}

fn finish(
    arguments: &GateArgs,
    bench: &Bench,
    design: &Design,
    calibration: &Calibration,
    rounds: &[Round],
    decision: &Decision,
) -> Ended {
    let measured = Measured {
        names: Arm::BOTH.map(|arm| bench.arms.name(arm).to_owned()),
        are_equal: bench.arms.are_equal(),
        design,
        calibration,
        rounds,
        decision,
        command: std::env::args().collect(),
        on_inconclusive: match arguments.on_inconclusive {
            Unclear::Neutral => OnInconclusive::Neutral,
            Unclear::Pass => OnInconclusive::Pass,
            Unclear::Fail => OnInconclusive::Fail,
        },
    };
    measured.report(&bench.folder, &bench.folder, arguments.result.output)?;
    if bench.interrupt.is_set() {
        return Ok(Exit::Interrupted);
    }
    Ok(exit(decision.exit_code(measured.on_inconclusive)))
}

fn exit(code: u8) -> Exit {
    match code {
        0 => Exit::Pass,
        3 => Exit::Fail,
        4 => Exit::Invalid,
        5 => Exit::Target,
        6 => Exit::Inconclusive,
        _ => Exit::Internal,
    }
}
