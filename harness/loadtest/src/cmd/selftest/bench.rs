//! A target of known behaviour, and one run against it like any user's: this program again, in a process of its own.

use crate::exit::{Exit, Failure};
use crate::folder::{self, Folder};
use driver::Placement;
use driver::yardstick::{Behaviour, Facts, Yardstick, YardstickError, stand_still};
use record::run::RunRecord;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long a run may take to send its first request.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is offered to which target.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    /// Names the run's folder.
    pub(super) name: &'static str,
    pub(super) behaviour: Behaviour,
    /// `constant` or `poisson`.
    pub(super) arrivals: &'static str,
    /// Arrivals per second.
    pub(super) rate: u32,
    pub(super) seed: u64,
    pub(super) slots: u32,
    pub(super) warmup: Duration,
    pub(super) steady: Duration,
    pub(super) drain: Duration,
}

impl Load {
    /// The plan, as a user would write it.
    pub(super) fn plan(&self) -> String {
        format!(
            "schema = 1\nname = \"self-test: {}\"\nseed = {}\nmodel = \"open\"\ntarget = {{ timeout = \"30s\" }}\n\
             phases = {{ warmup = \"{}ms\", duration = \"{}ms\", drain = \"{}ms\" }}\n\n\
             [schedule]\narrivals = \"{}\"\nrate = \"{}/s\"\nmax_in_flight = {}\n\n[[scenario]]\nname = \"http\"\nweight = 1\n",
            self.name,
            self.seed,
            self.warmup.as_millis(),
            self.steady.as_millis(),
            self.drain.as_millis(),
            self.arrivals,
            self.rate,
            self.slots,
        )
    }

    /// When every arrival of the steady phase is due, in nanoseconds since its start.
    pub(super) fn intended(&self) -> Result<Vec<u64>, Failure> {
        let plan = plan::parse::plan(&self.plan(), self.name)
            .map_err(|e| Failure::new(Exit::Internal, e))?;
        let arrivals = plan.steady_arrivals();
        Ok(arrivals.map(|arrival| arrival.intended_ns).collect())
    }
}

/// Who stands still while the run is on, counted from the first request.
#[derive(Debug, Clone, Copy)]
pub(super) enum Standstill {
    Nobody,
    Target { after: Duration, length: Duration },
    Generator { after: Duration, length: Duration },
}

impl Standstill {
    fn happen(self, target: &Yardstick, generator: u32) -> Result<(), YardstickError> {
        let (pid, after, length) = match self {
            Self::Nobody => return Ok(()),
            Self::Target { after, length } => (target.pid(), after, length),
            Self::Generator { after, length } => (generator, after, length),
        };
        target.wait_for_first_request(PATIENCE)?;
        std::thread::sleep(after);
        stand_still(pid, length)
    }
}

/// What both sides say of a run.
pub(super) struct Ran {
    pub(super) record: RunRecord,
    pub(super) facts: Facts,
}

/// One folder, one experiment after the other.
pub(super) struct Bench {
    pub(super) folder: Folder,
    placement: Placement,
}

impl Bench {
    pub(super) fn prepare(out: Option<PathBuf>) -> Result<Self, Failure> {
        let usual = || folder::default_path(&format!("selftest-{}", folder::new_run_id()));
        Ok(Self {
            folder: Folder::create(out.unwrap_or_else(usual))?,
            placement: Placement::of_this_machine(),
        })
    }

    /// Runs `load` to its end.
    pub(super) fn run(&self, load: &Load, standstill: Standstill) -> Result<Ran, Failure> {
        let mut command = this_program()?;
        command.args(["yardstick", &load.behaviour.text()]);
        command.args(["--cpus", &list(&self.placement.target)]);
        let mut target = Yardstick::start(command).map_err(Failure::target)?;
        let generator = self.generator(load, &target.url())?;
        let pid = generator.id();
        let (ended, happened) = std::thread::scope(|scope| {
            let target = &mut target;
            let hand = scope.spawn(move || standstill.happen(target, pid));
            (generator.wait_with_output(), hand.join())
        });
        let ended = ended.map_err(|e| Failure::new(Exit::Internal, e))?;
        let said = String::from_utf8_lossy(&ended.stderr);
        let record = Folder::find(&self.path(load.name).to_string_lossy())
            .and_then(|folder| folder.record())
            .map_err(|_| failed(load.name, &said))?;
        if let Ok(happened) = happened {
            happened.map_err(Failure::target)?;
        }
        let facts = target.finish().map_err(Failure::target)?;
        Ok(Ran { record, facts })
    }

    fn generator(&self, load: &Load, url: &str) -> Result<Child, Failure> {
        let plan = format!("{}.toml", load.name);
        self.folder.write(&plan, load.plan().as_bytes())?;
        let mut command = this_program()?;
        command.arg("run").arg("--plan").arg(self.path(&plan));
        command.args(["--target", url, "--metrics-listen", "off"]);
        command.args(["--quiet", "--output", "json"]);
        if !self.placement.is_shared() {
            command.args(["--cpus", &list(&self.placement.generator)]);
        }
        command.arg("--out").arg(self.path(load.name));
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| Failure::new(Exit::Internal, format!("a run cannot be started: {e}")))
    }

    fn path(&self, name: &str) -> PathBuf {
        PathBuf::from(self.folder.display()).join(name)
    }
}

fn this_program() -> Result<Command, Failure> {
    let program = std::env::current_exe();
    let program = program.map_err(|e| Failure::new(Exit::Internal, e))?;
    Ok(Command::new(program))
}

fn list(cpus: &[usize]) -> String {
    let all: Vec<String> = cpus.iter().map(ToString::to_string).collect();
    all.join(",")
}

fn failed(name: &str, said: &str) -> Failure {
    let why = said.lines().find_map(|line| line.strip_prefix("error: "));
    let why = why.unwrap_or("it left no record");
    Failure::new(
        Exit::Internal,
        format!("experiment {name} did not run: {why}"),
    )
}
