//! `loadtest capacity`: the highest rate at which the target keeps its promise, and what gives out beyond it.

use super::steps::{Bench, Load, Profiles, Ran, tell};
use crate::cli::{CapacityArgs, LimitsFormat};
use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use record::quantity::Rate;
use record::rule::{Rule, Term};
use record::run::{Model, RunRecord};
use reports::capacity::{Capacity, Measured, Profiled};
use stats::capacity::{
    Action, Limiter, Purpose, Quality, Search, SearchOptions, Stop, limiter, outcome,
};
use std::time::{Duration, Instant};

/// Shares of the knee at which profiles are taken: what grows with load shows between them.
const PROFILED: [f64; 3] = [0.5, 0.9, 1.1];
/// The first rate is so high that a step need not be prolonged to more than this many times its length to have enough samples.
const PROLONGED: u32 = 6;
/// Samples beyond the promise's rarest quantile, as a multiple of those that are needed: Poisson arrivals are now and then fewer.
const SPARE: f64 = 1.2;

pub(super) fn capacity(arguments: &CapacityArgs) -> Outcome {
    let slo = plan::threshold::list(&arguments.slo, Model::Open).map_err(Failure::usage)?;
    let rules: Vec<String> = slo.iter().map(|rule| rule.text.clone()).collect();
    let first = Load::Rate(arguments.start.get());
    let flag = |flag: &str, value: &str| [flag.to_owned(), value.to_owned()];
    let mut told: Vec<_> = rules.iter().map(|rule| flag("--threshold", rule)).collect();
    told.extend(
        arguments
            .arrivals
            .map(|spacing| flag("--arrivals", spacing.name())),
    );
    let bench = Bench::prepare("capacity", &arguments.steps, "canonical", first, &told)?;
    let mut climb = Climb::new(arguments, &bench, slo);
    let ended = climb.search()?;
    let profiles = match ended {
        Exit::Pass => climb.profiles()?,
        _ => Vec::new(),
    };
    let capacity = climb.result(rules, profiles);
    let dir = bench.folder.display();
    let json = reports::json::capacity(&capacity, &dir);
    bench
        .folder
        .write("capacity.json", format!("{json}\n").as_bytes())?;
    bench.folder.write(
        "capacity.md",
        reports::capacity::markdown(&capacity).as_bytes(),
    )?;
    match arguments.steps.result.output {
        LimitsFormat::Json => output::result(&format!("{json}\n")),
        LimitsFormat::Text => output::result(&reports::capacity::text(&capacity, &dir)),
    }
    Ok(match ended {
        Exit::Pass => exit(&capacity),
        other => other,
    })
}

// A lower bound is an answer; what could not be measured is none.
fn exit(capacity: &Capacity) -> Exit {
    if bench_interrupted(capacity) {
        Exit::Interrupted
    } else if reports::capacity::is_untrusted(capacity) {
        Exit::Invalid
    } else if capacity.found.stop == Stop::NothingPasses {
        Exit::Fail
    } else if capacity.found.low.is_none() {
        Exit::Invalid
    } else {
        Exit::Pass
    }
}

const INTERRUPTED: &str = "interrupted";

fn bench_interrupted(capacity: &Capacity) -> bool {
    capacity.found.stop == Stop::GivenUp(INTERRUPTED.to_owned())
}

/// A search under way.
struct Climb<'a> {
    arguments: &'a CapacityArgs,
    bench: &'a Bench,
    slo: Vec<Rule>,
    search: Search,
    steps: Vec<Measured>,
    /// What was used up in steps that did not pass, with their rates.
    limiters: Vec<(f64, Limiter)>,
    overload_ended: Option<Instant>,
    recovery: Option<Duration>,
    started: Instant,
}

// Requests that a step must see for the highest quantile that the promise is about.
fn samples(slo: &[Rule]) -> f64 {
    let beyond = |rule: &Rule| match rule.term {
        Term::Quantile(share) if rule.metric.is_duration() => Some(1.0 - share),
        _ => None,
    };
    let rarest = slo.iter().filter_map(beyond).fold(1.0, f64::min);
    SPARE * stats::limits::SAMPLES.value / rarest.max(1e-9)
}

// The first rate, or the lowest at which steps are not much longer than asked for: at 100/s a P99.99 would take a quarter of an hour each.
fn start(arguments: &CapacityArgs, slo: &[Rule]) -> f64 {
    let longest = arguments.steps.step * PROLONGED;
    let (asked, least) = (arguments.start.get(), samples(slo) / longest.as_secs_f64());
    if asked >= least {
        return asked;
    }
    let why = format!(
        "begins at {least:.0}/s and not at {asked:.0}/s: with fewer the promise's rarest quantile cannot be judged within {longest:?}"
    );
    tell(&arguments.steps, &why);
    least
}

impl<'a> Climb<'a> {
    fn new(arguments: &'a CapacityArgs, bench: &'a Bench, slo: Vec<Rule>) -> Self {
        let most = arguments.max_rate.map(Rate::get);
        let options = SearchOptions {
            start: start(arguments, &slo).min(most.unwrap_or(f64::MAX)),
            most,
            ..SearchOptions::default()
        };
        Self {
            arguments,
            bench,
            slo,
            search: Search::new(options),
            steps: Vec::new(),
            limiters: Vec::new(),
            overload_ended: None,
            recovery: None,
            started: Instant::now(),
        }
    }

    // Pass if it ended by itself or by its budget; what was measured is kept in any case.
    fn search(&mut self) -> Result<Exit, Failure> {
        while let Action::Measure { rate, purpose } = self.search.next() {
            let length = self.length(rate);
            if self.started.elapsed() + self.bench.takes(length) > self.arguments.budget {
                self.search
                    .give_up("the budget of time was spent".to_owned());
                break;
            }
            self.bench.rest(self.untrusted());
            let number = self.steps.len() + 1;
            let name = format!("step-{number:02}-{}", purpose.name());
            let before = self.bench.lock_waits();
            match self
                .bench
                .run((&name, number), Load::Rate(rate), length, Profiles::Left)?
            {
                Ran::Measured(record) => {
                    let waiting = self.bench.waiting_since(before, &record);
                    self.measured(&record, waiting, (rate, purpose), name);
                }
                Ran::Interrupted => {
                    self.search.give_up(INTERRUPTED.to_owned());
                    return Ok(Exit::Interrupted);
                }
                Ran::TargetDied(why) => {
                    output::failure(
                        &Failure::target(&why).hint(format!("at {rate:.0} arrivals/s, in {name}")),
                    );
                    self.search.give_up(format!("the target died ({why})"));
                    return Ok(Exit::Target);
                }
            }
        }
        Ok(Exit::Pass)
    }

    // Steps at the end that could not be trusted.
    fn untrusted(&self) -> u32 {
        let last = self.steps.iter().rev();
        let untrusted = last.take_while(|step| step.outcome.quality == Quality::Invalid);
        u32::try_from(untrusted.count()).unwrap_or(u32::MAX)
    }

    fn measured(
        &mut self,
        record: &RunRecord,
        waiting: Option<f64>,
        (rate, purpose): (f64, Purpose),
        folder: String,
    ) {
        let outcome = outcome(record, &self.slo);
        let response = record.response_time();
        let step = Measured {
            rate,
            purpose,
            outcome: outcome.clone(),
            p50_ns: response.quantile(0.5),
            p99_ns: response.quantile(0.99),
            error_ratio: record.error_ratio(),
            length: record.steady.length(),
            folder,
        };
        if outcome.quality != Quality::Pass {
            self.limiters.push((rate, limiter(record, waiting)));
        }
        match (purpose, outcome.quality) {
            (Purpose::Overload, Quality::Fail) => self.overload_ended = Some(Instant::now()),
            (Purpose::Descend, Quality::Pass) => {
                self.recovery = self.overload_ended.map(|ended| ended.elapsed());
            }
            _ => {}
        }
        tell(
            &self.arguments.steps,
            &reports::capacity::line(self.steps.len() + 1, &step),
        );
        self.steps.push(step);
        self.search.report(outcome);
    }

    // Long enough for the highest quantile that the promise is about.
    fn length(&self, rate: f64) -> Duration {
        let needed = Duration::try_from_secs_f64(samples(&self.slo) / rate);
        let needed = needed.unwrap_or(plan::limits::PHASE);
        self.arguments
            .steps
            .step
            .max(needed.min(plan::limits::PHASE))
    }

    fn profiles(&self) -> Result<Vec<Profiled>, Failure> {
        let mut profiled = Vec::new();
        let (Some(knee), false) = (self.search.found().low, self.arguments.no_profiles) else {
            return Ok(profiled);
        };
        if self.bench.target.admin.is_none() {
            output::note(
                "note: no profiles; say with --admin URL where the target serves /debug/pprof",
            );
            return Ok(profiled);
        }
        for (number, share) in (1..).zip(PROFILED) {
            let (rate, folder) = (share * knee, format!("profile-{:03.0}", share * 100.0));
            tell(
                &self.arguments.steps,
                &format!(
                    "profiles at {:.0} % of the knee, {rate:.0}/s",
                    share * 100.0
                ),
            );
            match self.bench.run(
                (&folder, number),
                Load::Rate(rate),
                self.arguments.steps.step,
                Profiles::Taken,
            )? {
                Ran::Measured(_) => profiled.push(Profiled {
                    share,
                    rate,
                    folder,
                }),
                // The search is done; a profile less does not change what it found.
                Ran::Interrupted | Ran::TargetDied(_) => break,
            }
        }
        Ok(profiled)
    }

    fn result(self, slo: Vec<String>, profiles: Vec<Profiled>) -> Capacity {
        let found = self.search.found().clone();
        // The lowest rate beyond the knee says best what gives out there.
        let beyond = self
            .limiters
            .into_iter()
            .filter(|(rate, _)| found.low.is_none_or(|low| *rate > low));
        let limiter = beyond
            .min_by(|one, other| one.0.total_cmp(&other.0))
            .map(|(_, limiter)| limiter);
        Capacity {
            run_id: self.bench.run_id.clone(),
            plan: self.bench.plan.name.clone(),
            target: self.bench.target.address.as_str().to_owned(),
            slo,
            steps: self.steps,
            found,
            recovery: self.recovery,
            limiter,
            profiles,
        }
    }
}
