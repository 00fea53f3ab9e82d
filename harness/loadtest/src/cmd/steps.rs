//! Many runs against one target: each step is this program again, in a process of its own, because Goose offers load once in a process
//! and because what one step leaves in the generator must not be in the next.

mod locks;
mod turns;

use super::interrupt::Interrupt;
use super::run;
use crate::cli::{Cli, Command as Typed, RunArgs, StepArgs};
use crate::exit::{Exit, Failure};
use crate::folder::{self, Folder};
use crate::output;
use crate::target::Target;
use clap::Parser as _;
use locks::Locks;
use plan::Plan;
use record::run::{Ending, RunRecord};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
pub(super) use turns::{Step, await_word, run_in_turns};

/// What goes on besides warm-up and steady phase in a usual step: starting, preparing, draining, the audit.
const BESIDES: Duration = Duration::from_secs(2);
/// How long is waited before the first repetition of a step.
const REST: Duration = Duration::from_secs(2);

/// The load of a step.
#[derive(Debug, Clone, Copy)]
pub(super) enum Load {
    /// Arrivals per second.
    Rate(f64),
    /// Users who wait.
    Users(u32),
}

impl Load {
    fn arguments(self) -> [String; 2] {
        match self {
            Self::Rate(rate) => ["--rate".to_owned(), format!("{rate:.3}")],
            Self::Users(users) => ["--users".to_owned(), users.to_string()],
        }
    }
}

/// Whether a step asks the target for profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Profiles {
    Taken,
    Left,
}

/// What came of a step.
pub(super) enum Ran {
    /// A record to judge.
    Measured(Box<RunRecord>),
    /// Ctrl-C; what was measured of the step is in its folder.
    Interrupted,
    /// The target is gone.
    TargetDied(String),
}

/// One target, one folder, one step after the other.
pub(super) struct Bench {
    /// The folder of all steps.
    pub(super) folder: Folder,
    /// The run id of all of them together.
    pub(super) run_id: String,
    /// The plan, with the load of the first step.
    pub(super) plan: Plan,
    /// What is loaded.
    pub(super) target: Target,
    common: Vec<String>,
    cpus: Option<String>,
    warmup: Duration,
    interrupt: Interrupt,
    locks: Option<Locks>,
}

impl Bench {
    /// Checks everything that can be wrong with what was typed, as `run` would, then starts or reaches the target. `built_in` is the plan
    /// if neither plan nor target is given; every step is told the flags of `more`.
    pub(super) fn prepare(
        command: &str,
        typed: &StepArgs,
        built_in: &str,
        first: Load,
        more: &[[String; 2]],
    ) -> Result<Self, Failure> {
        let common = common(typed, built_in, more);
        let mut plan = run::resolved_plan(&as_run(&with_command(&common, typed), first)?)?;
        plan.seed = typed.seed.unwrap_or(plan.seed);
        let run_id = folder::new_run_id();
        let usual = || folder::default_path(&format!("{command}-{run_id}"));
        let folder = Folder::create(typed.result.out.clone().unwrap_or_else(usual))?;
        let placement = run::placement(&plan.target);
        let (target, cpus) = match &plan.target.url {
            Some(url) => {
                let address = driver::Address::parse(url).map_err(Failure::usage)?;
                (Target::existing(address, plan.target.admin.clone())?, None)
            }
            None => (
                Target::start(&plan.target, &placement)?,
                (!placement.is_shared()).then(|| list(&placement.generator)),
            ),
        };
        Ok(Self {
            locks: Locks::of(target.admin.as_deref()),
            folder,
            run_id,
            plan,
            target,
            common,
            cpus,
            warmup: typed.warmup,
            interrupt: Interrupt::listen()?,
        })
    }

    /// About how long a step with a steady phase of this length takes.
    pub(super) fn takes(&self, length: Duration) -> Duration {
        self.warmup + length + BESIDES
    }

    /// How long threads of the target have waited for locks until now; `None` if it does not say.
    pub(super) fn lock_waits(&self) -> Option<Duration> {
        self.locks.as_ref()?.waited()
    }

    /// Threads of the target that waited for locks at a time, on average, in the step of `record`, which has just ended.
    pub(super) fn waiting_since(
        &self,
        before: Option<Duration>,
        record: &RunRecord,
    ) -> Option<f64> {
        locks::waiting(before, self.lock_waits(), record)
    }

    /// True once somebody wants to stop.
    pub(super) fn is_interrupted(&self) -> bool {
        self.interrupt.is_set()
    }

    /// Waits before a step that could not be trusted is repeated: what disturbed it may pass. Longer each time; Ctrl-C ends the wait.
    pub(super) fn rest(&self, untrusted: u32) {
        let until = Instant::now() + REST * untrusted;
        while Instant::now() < until && !self.is_interrupted() {
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Runs one step into the folder `name`. Steps of different `number` draw different arrivals: the same ones again would confirm nothing.
    pub(super) fn run(
        &self,
        (name, number): (&str, usize),
        load: Load,
        length: Duration,
        profiles: Profiles,
    ) -> Result<Ran, Failure> {
        let mut arguments = self.common.clone();
        arguments.extend(load.arguments());
        let mut say = |flag: &str, value: String| arguments.extend([flag.to_owned(), value]);
        say("--duration", nanoseconds(length));
        let seed = self.plan.seed.wrapping_add(number as u64);
        say("--seed", seed.to_string());
        if self.plan.target.url.is_none() {
            say("--target", self.target.address.as_str().to_owned());
        }
        if let Some(cpus) = &self.cpus {
            say("--cpus", cpus.clone());
        }
        if let (Some(admin), Profiles::Taken) = (&self.target.admin, profiles) {
            say("--admin", admin.clone());
        }
        let folder = PathBuf::from(self.folder.display()).join(name);
        run_beside(&self.interrupt, name, &folder, &arguments)
    }
}

/// A run of this program in a process of its own, into `folder`; `name` is for errors.
pub(super) fn run_beside(
    interrupt: &Interrupt,
    name: &str,
    folder: &Path,
    arguments: &[String],
) -> Result<Ran, Failure> {
    if interrupt.is_set() {
        return Ok(Ran::Interrupted);
    }
    let output = spawn(interrupt, folder, arguments)?;
    ended(interrupt, name, folder, &output)
}

// What came of a run that has ended.
fn ended(interrupt: &Interrupt, name: &str, folder: &Path, ended: &Output) -> Result<Ran, Failure> {
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    let read = || Folder::find(&folder.to_string_lossy())?.record();
    let code = ended.status.code();
    let is = |exit: Exit| code == Some(exit as i32);
    if interrupt.is_set() || is(Exit::Interrupted) {
        return Ok(Ran::Interrupted);
    }
    if [Exit::Pass, Exit::Fail, Exit::Invalid, Exit::Inconclusive]
        .into_iter()
        .any(is)
    {
        return Ok(match read()? {
            record if record.ending == Ending::Completed => Ran::Measured(Box::new(record)),
            _ => Ran::Interrupted,
        });
    }
    if is(Exit::Target) && read().is_ok() {
        return Ok(Ran::TargetDied(last_error(&said)));
    }
    Err(failed(name, code, &said))
}

fn spawn(interrupt: &Interrupt, folder: &Path, arguments: &[String]) -> Result<Output, Failure> {
    let internal =
        |e: std::io::Error| Failure::new(Exit::Internal, format!("a run cannot be started: {e}"));
    let mut command = command(folder, arguments).map_err(internal)?;
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let child = command.spawn().map_err(internal)?;
    interrupt.pass_on_to(Some(&child));
    let ended = child.wait_with_output();
    interrupt.pass_on_to(None);
    ended.map_err(internal)
}

// A run of this program; where its input comes from and its output goes is the caller's.
fn command(folder: &Path, arguments: &[String]) -> std::io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command
        .arg("run")
        .args(arguments)
        .args(["--metrics-listen", "off", "--quiet", "--output", "json"])
        .arg("--out")
        .arg(folder)
        .stderr(Stdio::piped());
    Ok(command)
}

// What every step is told. The admin address is not among it: search steps take no profiles.
fn common(typed: &StepArgs, built_in: &str, more: &[[String; 2]]) -> Vec<String> {
    let mut all = Vec::new();
    let mut say = |flag: &str, value: String| all.extend([flag.to_owned(), value]);
    match &typed.what.plan {
        Some(plan) => say("--plan", plan.to_string_lossy().into_owned()),
        None if typed.what.is_aimed() => {}
        None => say("--plan", built_in.to_owned()),
    }
    if let Some(target) = &typed.what.target {
        say("--target", target.clone());
    }
    if let Some(pprof) = &typed.what.pprof {
        say("--pprof", pprof.clone());
    }
    if let Some(label) = &typed.what.request_label {
        say("--request-label", label.clone());
    }
    if let Some(timeout) = typed.timeout {
        say("--timeout", nanoseconds(timeout));
    }
    say("--warmup", nanoseconds(typed.warmup));
    if typed.what.traceparent {
        all.push("--traceparent".to_owned());
    }
    all.extend(more.iter().flatten().cloned());
    all
}

// A step is told the address of the target that was started for all of them, and not how to start one.
fn with_command(common: &[String], typed: &StepArgs) -> Vec<String> {
    let what = &typed.what;
    let given = [
        ("--target-cmd", what.target_cmd.clone()),
        ("--target-ready", what.target_ready.clone()),
        ("--start-within", what.start_within.map(nanoseconds)),
    ];
    let given = given
        .into_iter()
        .filter_map(|(flag, value)| Some([flag.to_owned(), value?]));
    common.iter().cloned().chain(given.flatten()).collect()
}

// As `run` itself would read it, so that it refuses here what it would refuse there.
fn as_run(common: &[String], first: Load) -> Result<RunArgs, Failure> {
    let line = ["loadtest".to_owned(), "run".to_owned()];
    let line = line
        .into_iter()
        .chain(common.iter().cloned())
        .chain(first.arguments());
    match Cli::try_parse_from(line).map(|cli| cli.command) {
        Ok(Some(Typed::Run(arguments))) => Ok(*arguments),
        Ok(_) => Err(Failure::new(
            Exit::Internal,
            "a step is no run; please report this",
        )),
        Err(error) => Err(Failure::usage(error.kind())),
    }
}

// Exact, whatever the length.
pub(super) fn nanoseconds(length: Duration) -> String {
    format!("{}ns", length.as_nanos())
}

pub(super) fn list(cpus: &[usize]) -> String {
    let all: Vec<String> = cpus.iter().map(ToString::to_string).collect();
    all.join(",")
}

fn last_error(said: &str) -> String {
    let mut errors = said.lines().filter_map(|line| line.strip_prefix("error: "));
    errors.next_back().unwrap_or("the target died").to_owned()
}

fn failed(name: &str, code: Option<i32>, said: &str) -> Failure {
    let exits = [Exit::Usage, Exit::Target];
    let exit = exits
        .into_iter()
        .find(|exit| code == Some(*exit as i32))
        .unwrap_or(Exit::Internal);
    let why = said.lines().find_map(|line| line.strip_prefix("error: "));
    let hint = said.lines().find_map(|line| line.strip_prefix("hint: "));
    let code = code.map_or_else(|| "by a signal".to_owned(), |code| format!("with {code}"));
    let why = why.map_or_else(|| format!("it ended {code}"), str::to_owned);
    let failure = Failure::new(exit, format!("{name}: {why}"));
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// One line about a step, unless nobody wants any.
pub(super) fn tell(typed: &StepArgs, line: &str) {
    if !typed.result.quiet {
        output::note(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_failed_says_what_it_said() {
        let failure = failed(
            "step-01",
            Some(2),
            "note: x\nerror: plan is wrong\nhint: mend it\n",
        );
        assert_eq!(failure.message, "step-01: plan is wrong");
        assert_eq!(
            (failure.exit, failure.hint.as_deref()),
            (Exit::Usage, Some("mend it"))
        );
        let silent = failed("step-01", None, "");
        assert_eq!(silent.message, "step-01: it ended by a signal");
        assert_eq!(silent.exit, Exit::Internal);
    }

    #[test]
    fn a_step_is_read_as_a_run_would_be() {
        let common = ["--plan", "canonical", "--warmup", "500000000ns"].map(str::to_owned);
        let run = as_run(&common, Load::Rate(123.456)).expect("valid");
        assert_eq!(run.rate.map(record::quantity::Rate::get), Some(123.456));
        assert!(as_run(&["--rate".to_owned(), "x".to_owned()], Load::Users(1)).is_err());
    }
}
