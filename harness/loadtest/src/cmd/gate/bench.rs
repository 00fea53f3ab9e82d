//! Measures windows of builds: each window is a run of this program in a process of its own, against a build that was started for the round.

use super::arms::Arms;
use super::injected;
use super::slot::{self, Windows};
use super::why::waited;
use crate::cli::GateArgs;
use crate::cmd::interrupt::Interrupt;
use crate::cmd::steps::{Ran, list, nanoseconds, run_beside};
use crate::exit::{Exit, Failure};
use crate::folder::Folder;
use crate::target::Target;
use driver::Placement;
use record::comparison::{Arm, ArmEnding, ArmRound, GatePlan, Order, Round};
use record::run::RunRecord;
use std::path::PathBuf;
use std::time::Duration;

/// The load for the reference engine if nobody says otherwise.
const REFERENCE_LOAD: &str = "transfers";
/// Before a window against a process that is warm already: its connections are made, and no more.
const SETTLE: Duration = Duration::from_millis(200);

/// What a window offers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Load {
    /// Users who wait.
    Closed,
    /// Arrivals per second.
    Open(f64),
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
    /// Absent if it never started.
    target: Option<Target>,
    windows: Windows,
    /// Why it serves no more.
    over: Option<ArmEnding>,
    warm: bool,
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
        let more = ["--warmup".to_owned(), warmup];
        match self.window(&target, &name, Load::Closed, length, &more)? {
            Ran::Measured(record) => Ok(Outcome::Done(*record)),
            Ran::Interrupted => Ok(Outcome::Interrupted),
            Ran::TargetDied(why) => Err(Failure::target(format!("the baseline: {why}"))),
        }
    }

    /// One round: both builds started in the coin's order, four slots, both stopped.
    pub(super) fn round(
        &self,
        (number, order): (u32, Order),
        plan: &GatePlan,
        warmup: Duration,
        rate: f64,
    ) -> Result<Outcome<Round>, Failure> {
        let [first, second, ..] = order.slots();
        let mut serving = [(first, self.begin(first)?), (second, self.begin(second)?)];
        for (slot, arm) in (1..).zip(order.slots()) {
            let Some((_, build)) = serving.iter_mut().find(|(one, _)| *one == arm) else {
                continue;
            };
            let name = format!("round-{number:02}/{slot}-{}", arm.name());
            for load in [Load::Closed, Load::Open(rate)] {
                let length = match load {
                    Load::Closed => plan.slot_closed,
                    Load::Open(_) => plan.slot_open,
                };
                if let Outcome::Interrupted = self.add(build, &name, load, length, warmup)? {
                    return Ok(Outcome::Interrupted);
                }
            }
        }
        Ok(Outcome::Done(finish(number, order, &serving)))
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
            target,
            windows: Windows::default(),
            over,
            warm: false,
        })
    }

    fn add(
        &self,
        build: &mut Serving,
        slot: &str,
        load: Load,
        length: Duration,
        warmup: Duration,
    ) -> Result<Outcome<()>, Failure> {
        let Some(target) = build.target.as_ref().filter(|_| build.over.is_none()) else {
            return Ok(Outcome::Done(()));
        };
        let kind = match load {
            Load::Closed => "closed",
            Load::Open(_) => "open",
        };
        // The first window of a process warms it up; later ones find it warm, and only fill its connections.
        let warm = if build.warm { SETTLE } else { warmup };
        build.warm = true;
        let more = ["--warmup".to_owned(), nanoseconds(warm)];
        let name = format!("{slot}-{kind}");
        match self.window(target, &name, load, length, &more)? {
            Ran::Measured(record) => match load {
                Load::Closed => build.windows.closed.push(*record),
                Load::Open(_) => {
                    let waited = waited(&self.folder_of(&name), &record);
                    build.windows.waited.push(waited);
                    build.windows.open.push(*record);
                }
            },
            Ran::Interrupted => return Ok(Outcome::Interrupted),
            Ran::TargetDied(why) => build.over = Some(ArmEnding::Died(why)),
        }
        Ok(Outcome::Done(()))
    }

    fn window(
        &self,
        target: &Target,
        name: &str,
        load: Load,
        length: Duration,
        more: &[String],
    ) -> Result<Ran, Failure> {
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
        arguments.extend_from_slice(more);
        arguments.push("--record-only".to_owned());
        // Response times are of the open windows, and so is what slow requests did.
        if matches!(load, Load::Closed) {
            arguments.push("--no-tail".to_owned());
        }
        let ran = run_beside(&self.interrupt, name, &self.folder_of(name), &arguments)?;
        if let Ran::Measured(record) = &ran
            && !self.allow_inject
        {
            injected::refuse(record)?;
        }
        Ok(ran)
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

fn finish(number: u32, order: Order, serving: &[(Arm, Serving)]) -> Round {
    let arm = |wanted: Arm| -> ArmRound {
        let found = serving.iter().find(|(arm, _)| *arm == wanted);
        found.map_or_else(ArmRound::default, |(_, build)| ArmRound {
            ending: build.over.clone().unwrap_or_default(),
            ..build.windows.arm()
        })
    };
    let mut machines = serving.iter().map(|(_, build)| build.windows.machine());
    let machine = machines.next().zip(machines.next());
    Round {
        number,
        order,
        baseline: arm(Arm::Baseline),
        candidate: arm(Arm::Candidate),
        machine: machine.map_or_else(Default::default, |(a, b)| slot::worse(a, b)),
        dropped: None,
    }
}
