//! Measures windows of builds: each is a run of this program for each build, in processes of their own, which take turns in offering load to
//! builds that were started for the round.

use super::arms::Arms;
use super::injected;
use super::slot::{self, Windows};
use super::why::waited;
use super::window_name;
use crate::cli::GateArgs;
use crate::cmd::interrupt::Interrupt;
use crate::cmd::steps::{Ran, Step, list, nanoseconds, run_beside, run_in_turns};
use crate::exit::{Exit, Failure};
use crate::folder::Folder;
use crate::target::Target;
use driver::Placement;
use record::comparison::{
    Arm, ArmEnding, ArmRound, GatePlan, Order, Round, turns, warming, window,
};
use record::run::RunRecord;
use reports::gate::Load as Kind;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The load for the reference engine if nobody says otherwise.
const REFERENCE_LOAD: &str = "transfers";
/// Before a window against a process that is warm already: its connections are made, and no more.
const SETTLE: Duration = Duration::from_millis(200);

/// Samples per second of CPU time. At the usual rate the windows of a round have some fifty, and a function that takes a twentieth of the time is
/// missing in one round of twelve: too often for a test that counts the rounds in which it became dearer.
const PROFILE_HZ: u32 = 199;

/// What a window offers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Load {
    /// Users who wait.
    Closed,
    /// Arrivals per second.
    Open(f64),
}

impl Load {
    fn kind(self) -> Kind {
        match self {
            Self::Closed => Kind::Closed,
            Self::Open(_) => Kind::Open,
        }
    }
}

/// What came of something that takes a while.
pub(super) enum Outcome<T> {
    Done(T),
    Interrupted,
}

/// Everything a gate measures with.
pub(super) struct Bench {
    pub(super) arms: Arms,
    pub(super) folder: Folder,
    pub(super) interrupt: Interrupt,
    placement: Placement,
    workload: Vec<String>,
    /// Behind the build's address, where no plan says what is asked for.
    path: String,
    users: u32,
    seed: u64,
    allow_inject: bool,
}

/// A build that serves, in one round.
struct Serving {
    arm: Arm,
    /// Absent if it never started.
    target: Option<Target>,
    windows: Windows,
    /// Why it serves no more.
    over: Option<ArmEnding>,
}

impl Serving {
    fn keep(&mut self, load: Load, record: RunRecord, folder: &Path) {
        match load {
            Load::Closed => self.windows.closed.push(record),
            Load::Open(_) => {
                self.windows.waited.push(waited(folder, &record));
                self.windows.open.push(record);
            }
        }
    }
}

/// A window that both builds share.
struct Shared {
    round: u32,
    order: Order,
    load: Load,
    length: Duration,
    warmup: Duration,
}

impl Bench {
    pub(super) fn new(
        arguments: &GateArgs,
        arms: Arms,
        folder: Folder,
        plan: &GatePlan,
    ) -> Result<Self, Failure> {
        let (workload, path) = workload(arguments, &arms, plan);
        Ok(Self {
            workload,
            path,
            arms,
            folder,
            interrupt: Interrupt::listen()?,
            placement: Placement::of_this_machine(),
            users: arguments.users,
            seed: plan.seed,
            allow_inject: arguments.allow_inject,
        })
    }

    /// What every window is told of the load.
    pub(super) fn load(&self) -> Vec<String> {
        let users = format!("{} users", self.users);
        let own = [self.path.clone(), users];
        self.workload.iter().cloned().chain(own).collect()
    }

    /// Starts the candidate once, and stops it: one that cannot be started is told before minutes are spent on the baseline.
    pub(super) fn candidate_starts(&self) -> Result<(), Failure> {
        if self.arms.are_equal() {
            return Ok(());
        }
        let started = self.arms.start(Arm::Candidate, &self.placement);
        started.map(drop).map_err(|mut failure| {
            failure.message = format!("the candidate: {}", failure.message);
            failure
        })
    }

    /// A run of the baseline, freshly started, that finds out how long it takes to settle and what it can do.
    pub(super) fn pilot(
        &self,
        number: u32,
        length: Duration,
        warmup: Option<Duration>,
    ) -> Result<Outcome<RunRecord>, Failure> {
        let target = self.arms.start(Arm::Baseline, &self.placement)?;
        let name = format!("pilot-{number}");
        let warmup = warmup.map_or_else(|| "auto".to_owned(), nanoseconds);
        match self.alone(&target, &name, length, warmup)? {
            Ran::Measured(record) => Ok(Outcome::Done(*record)),
            Ran::Interrupted => Ok(Outcome::Interrupted),
            Ran::TargetDied(why) => Err(Failure::target(format!("the baseline: {why}"))),
        }
    }

    /// One round: both builds started in the coin's order, the windows that they share in turns, both stopped.
    pub(super) fn round(
        &self,
        (number, order): (u32, Order),
        plan: &GatePlan,
        warmup: Duration,
        rate: f64,
    ) -> Result<Outcome<Round>, Failure> {
        let [first, second, ..] = order.slots();
        let mut serving = [self.begin(first)?, self.begin(second)?];
        let windows = [
            // The first window of a process warms it up; the second finds it warm, and only fills its connections.
            (Load::Closed, window(plan.slot_closed), warming(warmup)),
            (Load::Open(rate), window(plan.slot_open), warming(SETTLE)),
        ];
        for (load, length, warmup) in windows {
            let shared = Shared {
                round: number,
                order,
                load,
                length,
                warmup,
            };
            if let Outcome::Interrupted = self.share(&mut serving, &shared)? {
                return Ok(Outcome::Interrupted);
            }
        }
        Ok(Outcome::Done(finish((number, order), rate, &serving)))
    }

    // A build that does not start is an ending of its arm, not of the gate.
    fn begin(&self, arm: Arm) -> Result<Serving, Failure> {
        let (target, over) = match self.arms.start(arm, &self.placement) {
            Ok(target) => (Some(target), None),
            Err(failure) if failure.exit == Exit::Target => {
                (None, Some(ArmEnding::NeverReady(failure.message)))
            }
            Err(failure) => return Err(failure),
        };
        Ok(Serving {
            arm,
            target,
            windows: Windows::default(),
            over,
        })
    }

    // A window of those that still serve.
    fn share(&self, serving: &mut [Serving], shared: &Shared) -> Result<Outcome<()>, Failure> {
        let mut present: Vec<_> = serving
            .iter_mut()
            .filter(|build| build.over.is_none())
            .collect();
        let steps: Vec<Step> = present
            .iter()
            .filter_map(|build| Some(self.step(build.target.as_ref()?, build.arm, shared)))
            .collect();
        let ran = run_in_turns(&self.interrupt, &steps)?;
        for ((build, step), ran) in present.iter_mut().zip(&steps).zip(ran) {
            match ran {
                Ran::Measured(record) => {
                    self.refuse_faults(&record)?;
                    build.keep(shared.load, *record, &step.folder);
                }
                Ran::Interrupted => return Ok(Outcome::Interrupted),
                Ran::TargetDied(why) => build.over = Some(ArmEnding::Died(why)),
            }
        }
        Ok(Outcome::Done(()))
    }

    fn step(&self, target: &Target, arm: Arm, shared: &Shared) -> Step {
        let name = window_name(shared.round, arm, shared.load.kind());
        let mut arguments = self.arguments(target, shared.load, shared.length);
        let mut say = |flag: &str, value: String| arguments.extend([flag.to_owned(), value]);
        say("--warmup", nanoseconds(shared.warmup));
        say("--shifts", turns(shared.order, arm).to_string());
        Step {
            folder: self.folder_of(&name),
            name,
            arguments,
        }
    }

    // A pilot has the machine to itself.
    fn alone(
        &self,
        target: &Target,
        name: &str,
        length: Duration,
        warmup: String,
    ) -> Result<Ran, Failure> {
        let mut arguments = self.arguments(target, Load::Closed, length);
        arguments.extend(["--warmup".to_owned(), warmup]);
        let ran = run_beside(&self.interrupt, name, &self.folder_of(name), &arguments)?;
        if let Ran::Measured(record) = &ran {
            self.refuse_faults(record)?;
        }
        Ok(ran)
    }

    fn refuse_faults(&self, record: &RunRecord) -> Result<(), Failure> {
        if self.allow_inject {
            return Ok(());
        }
        injected::refuse(record)
    }

    // Everything about a window but its warm-up.
    fn arguments(&self, target: &Target, load: Load, length: Duration) -> Vec<String> {
        let mut arguments = self.workload.clone();
        let mut say = |flag: &str, value: String| arguments.extend([flag.to_owned(), value]);
        say(
            "--target",
            format!("{}{}", target.address.origin(), self.path),
        );
        match load {
            Load::Closed => say("--users", self.users.to_string()),
            Load::Open(rate) => say("--rate", format!("{rate:.3}")),
        }
        say("--duration", nanoseconds(length));
        say("--seed", self.seed.to_string());
        if !self.placement.is_shared() {
            say("--cpus", list(&self.placement.generator));
        }
        if let Some(admin) = &target.admin {
            say("--admin", admin.clone());
        }
        say("--profile-hz", PROFILE_HZ.to_string());
        arguments.push("--record-only".to_owned());
        // Response times are of the open windows, and so is what slow requests did.
        if matches!(load, Load::Closed) {
            arguments.push("--no-tail".to_owned());
        }
        arguments
    }

    fn folder_of(&self, window: &str) -> PathBuf {
        PathBuf::from(self.folder.display())
            .join("windows")
            .join(window)
    }
}

// What is sent; how much of it each window says itself.
fn workload(arguments: &GateArgs, arms: &Arms, plan: &GatePlan) -> (Vec<String>, String) {
    let beside = |name: &str| match &arguments.plan {
        Some(file) => file.with_file_name(name),
        None => PathBuf::from(name),
    };
    let given = arguments
        .workload
        .clone()
        .or(plan.workload.as_deref().map(beside));
    let usual = || arms.are_reference().then(|| PathBuf::from(REFERENCE_LOAD));
    match given.or_else(usual) {
        Some(file) => (
            vec!["--plan".to_owned(), file.to_string_lossy().into_owned()],
            String::new(),
        ),
        None => (Vec::new(), arguments.path.clone()),
    }
}

fn finish((number, order): (u32, Order), rate: f64, serving: &[Serving]) -> Round {
    let of = |wanted: Arm| serving.iter().find(|build| build.arm == wanted);
    let arm = |wanted: Arm| -> ArmRound {
        of(wanted).map_or_else(ArmRound::default, |build| ArmRound {
            ending: build.over.clone().unwrap_or_default(),
            ..build.windows.arm(rate)
        })
    };
    let both = of(Arm::Baseline).zip(of(Arm::Candidate));
    Round {
        number,
        order,
        baseline: arm(Arm::Baseline),
        candidate: arm(Arm::Candidate),
        machine: both.map_or_else(Default::default, |(a, b)| {
            slot::facts(&a.windows, &b.windows)
        }),
        dropped: None,
    }
}
