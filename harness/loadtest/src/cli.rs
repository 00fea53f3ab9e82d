//! What may be typed.

mod dashboards;
mod gate;
mod limits;
mod load;
mod outputs;
mod reference;
mod result;
mod selftest;
mod terminal;
mod what;

pub(crate) use dashboards::{BackfillArgs, DashboardsCommand, ExportArgs, UpArgs, ViewArgs};
pub(crate) use gate::{GateArgs, GateProfile, Unclear};
pub(crate) use limits::{CapacityArgs, LimitsFormat, StepArgs, SweepArgs};
pub(crate) use load::LoadArgs;
pub(crate) use outputs::{FileForm, OutputArgs, OutputFormat, ReportFile};
pub(crate) use reference::EngineArgs;
pub(crate) use result::{HistoryArgs, HistoryShownArgs, ResultArgs};
pub(crate) use selftest::{SelftestArgs, YardstickArgs};
pub(crate) use terminal::TerminalArgs;
pub(crate) use what::WhatArgs;

use clap::{Args, Parser, Subcommand, ValueEnum};
use record::quantity::{Rate, parse_count, parse_duration, parse_rate};
use record::shift::Shifts;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// The load test that says why: drive load, measure it truthfully, profile the same seconds.
#[derive(Debug, Parser)]
#[command(
    name = "loadtest",
    version,
    args_conflicts_with_subcommands = true,
    after_help = "Without a command: run the canonical plan against the reference engine.\n\
        Exit codes: 0 pass, 1 internal failure, 2 usage or bad plan, 3 verdict fail, 4 invalid run, 5 target did not start or died, \
        6 inconclusive (with --on-inconclusive=fail), 130 interrupted."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Offer load, measure it, profile the target in the same seconds, judge, report
    Run(Box<RunArgs>),
    /// Find the highest rate at which the target keeps a promise, and what gives out beyond it
    Capacity(Box<CapacityArgs>),
    /// Measure throughput at several numbers of users, and fit the law that says what stops it from scaling
    Sweep(Box<SweepArgs>),
    /// Show the scenarios and built-in plans that a plan may name
    List,
    /// Write a commented plan to start from
    Init(InitArgs),
    /// Look at a plan without running it
    #[command(subcommand)]
    Plan(PlanCommand),
    /// Compare two runs: a table of ratios and differential flamegraphs in one HTML page
    Compare(CompareArgs),
    /// Decide whether a build is slower than another, with a stated error rate: for a CI
    Gate(Box<GateArgs>),
    /// Show how figures went from commit to commit, and where they changed level
    History(HistoryShownArgs),
    /// Judge and render a finished run again from its record
    Report(ReportArgs),
    /// Stand the reference engine up by hand
    ServeEngine(ServeArgs),
    /// Look at finished runs in a browser
    View(ViewArgs),
    /// Hold the instrument against what is known to be true
    #[command(long_about = selftest::ABOUT)]
    Selftest(SelftestArgs),
    /// The target of the self-test
    #[command(hide = true)]
    Yardstick(YardstickArgs),
    /// Start a service, and stop it when standard input closes: how a run holds its target
    #[command(hide = true)]
    HoldTarget(HoldArgs),
    /// Grafana dashboards: files for them, servers to look at them with, and past runs for these servers
    #[command(subcommand)]
    Dashboards(DashboardsCommand),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnInconclusive {
    /// Exit with 0
    Pass,
    /// Exit with 6
    Fail,
}

#[expect(clippy::struct_excessive_bools, reason = "flags of a command line")]
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) what: WhatArgs,
    #[command(flatten)]
    pub(crate) engine: EngineArgs,

    /// Open model: arrivals per second, whatever the answers do (500, 500/s, 10k)
    #[arg(short, long, value_name = "RATE", value_parser = rate, allow_negative_numbers = true, help_heading = "Load")]
    pub(crate) rate: Option<Rate>,
    /// Closed model: users who each wait for their answer
    #[arg(short, long, value_name = "N", value_parser = users, allow_negative_numbers = true, conflicts_with = "rate", help_heading = "Load")]
    pub(crate) users: Option<u32>,
    /// Connections: with --rate the most in flight, otherwise the same as --users
    #[arg(short, long, value_name = "N", value_parser = users, allow_negative_numbers = true, conflicts_with = "users", help_heading = "Load")]
    pub(crate) connections: Option<u32>,
    /// Length of the steady phase (10s, 5m)
    #[arg(short, long, value_name = "TIME", value_parser = duration, help_heading = "Load")]
    pub(crate) duration: Option<Duration>,
    /// After this a request counts as failed
    #[arg(long, value_name = "TIME", value_parser = duration, help_heading = "Load")]
    pub(crate) timeout: Option<Duration>,
    /// Seed of every random choice: the same seed offers the same load
    #[arg(long, value_name = "N", help_heading = "Load")]
    pub(crate) seed: Option<u64>,
    #[command(flatten)]
    pub(crate) load: LoadArgs,

    /// A rule the run must satisfy, as 'p99 < 20ms' or 'error_ratio < 0.001' (repeatable; added to the plan's)
    #[arg(long, value_name = "RULE", help_heading = "Verdict")]
    pub(crate) threshold: Vec<String>,
    /// What an inconclusive run exits with
    #[arg(long, value_enum, default_value = "pass", help_heading = "Verdict")]
    pub(crate) on_inconclusive: OnInconclusive,

    /// What to print at the end
    #[arg(
        short,
        long,
        value_enum,
        default_value = "text",
        help_heading = "Output"
    )]
    pub(crate) output: OutputFormat,
    #[command(flatten)]
    pub(crate) outputs: OutputArgs,
    /// The run folder [default: target/loadtest/<run-id>]
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(crate) out: Option<PathBuf>,
    /// No progress, only the result
    #[arg(short, long, help_heading = "Output")]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) history: HistoryArgs,
    #[command(flatten)]
    pub(crate) terminal: TerminalArgs,
    /// Where the generator serves its own /metrics while the run is on, or `off` [default: 127.0.0.1:6061 if it is free]
    #[arg(long, value_name = "ADDRESS", value_parser = listen_or_off, help_heading = "Output")]
    pub(crate) metrics_listen: Option<ListenOrOff>,
    /// A folder that a Prometheus watches for targets: the run announces itself there [default: that of `dashboards up`, if it is there]
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(crate) sd_dir: Option<PathBuf>,
    /// Print what would be done, and do not do it
    #[arg(long, help_heading = "Output")]
    pub(crate) dry_run: bool,
    /// Let processors sleep between requests, as in production. Without it they are kept awake where this user may ask the kernel for
    /// it (usually root only): waking one costs time and CPU that differ from run to run
    #[arg(long, help_heading = "Load")]
    pub(crate) allow_idle_states: bool,
    /// Samples that a CPU profile takes per second of CPU time, 1 to 1000 [default: what the target usually takes]. The probe does as it is told; a Go
    /// program takes 100
    #[arg(long, value_name = "N")]
    pub(crate) profile_hz: Option<u32>,
    /// Do not tell slow requests apart: how `gate` starts the windows in which nobody's time is judged
    #[arg(long, hide = true)]
    pub(crate) no_tail: bool,
    /// When this run offers load, where another one takes turns with it: how `gate` starts its windows
    #[arg(long, hide = true, value_parser = shifts)]
    pub(crate) shifts: Option<Shifts>,
    /// Leave the record and the profiles, from which `report` makes the rest: how `gate` starts its windows
    #[arg(long, hide = true)]
    pub(crate) record_only: bool,
    /// Processors of the generator, where the target is ours and has the others: how `capacity` and `sweep` start their steps
    #[arg(long, hide = true, value_delimiter = ',')]
    pub(crate) cpus: Vec<usize>,
}

impl RunArgs {
    /// The form of the result, by either of its two flags.
    pub(crate) fn form(&self) -> OutputFormat {
        if self.terminal.json {
            OutputFormat::Json
        } else {
            self.output
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The file to write; it must not exist
    #[arg(default_value = "loadtest.toml")]
    pub(crate) file: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PlanCommand {
    /// Say what a plan will do: load, journeys, thresholds, memory
    Check(PlanCheckArgs),
}

#[derive(Debug, Args)]
pub(crate) struct PlanCheckArgs {
    /// A plan: a TOML file, or the name of a built-in one
    pub(crate) file: PathBuf,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: of a gate its own; of runs 0, 3 if an assertion does not hold, 4 if a run is invalid, 2 if two runs offered different loads. \
    Runs that were not measured together get no verdict: `loadtest gate` gives one."
)]
pub(crate) struct CompareArgs {
    /// The folder of a gate, to judge its rounds again; or runs, the reference first: a run folder, its record.json, a run id, or `latest`
    #[arg(required = true, value_name = "RUN", num_args = 1..=16)]
    pub(crate) runs: Vec<String>,
    /// The folder of the page [default: the gate's own, or target/loadtest/compare-<A>-<B>]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// A rule that every run but the first must keep, as 'p99 < 50ms' (repeatable); exit 3 if one does not
    #[arg(long, value_name = "RULE")]
    pub(crate) assert: Vec<String>,
    /// Compare two runs that offered different loads, too
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// A run folder, its record.json, a run id, or `latest`
    pub(crate) run: String,
    /// What to print
    #[arg(short, long, value_enum, default_value = "text")]
    pub(crate) output: OutputFormat,
    #[command(flatten)]
    pub(crate) outputs: OutputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Address for traffic
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// Address for /metrics, /debug/pprof and /healthz
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:6060")]
    pub(crate) admin: SocketAddr,
    /// Runtime workers [default: as many as processors it may use]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<std::num::NonZeroUsize>,
    #[command(flatten)]
    pub(crate) engine: EngineArgs,
    /// What operators show as a bearer token [default: everybody is an operator]
    #[arg(long, value_name = "TOKEN")]
    pub(crate) operator_token: Option<String>,
    /// Announce the addresses as one JSON line, and end when standard input closes: how a run starts its own target
    #[arg(long, hide = true)]
    pub(crate) child: bool,
    /// Processors to use
    #[arg(long, hide = true, value_delimiter = ',')]
    pub(crate) cpus: Vec<usize>,
}

#[derive(Debug, Args)]
pub(crate) struct HoldArgs {
    /// For the shell
    pub(crate) command: String,
    /// Processors to use
    #[arg(long, value_delimiter = ',')]
    pub(crate) cpus: Vec<usize>,
}

/// An address to listen on, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListenOrOff {
    Off,
    On(SocketAddr),
}

fn listen_or_off(text: &str) -> Result<ListenOrOff, String> {
    if text == "off" {
        return Ok(ListenOrOff::Off);
    }
    let address = text.parse().map_err(|_| {
        format!("\"{text}\" is neither `off` nor an address such as 127.0.0.1:6061")
    })?;
    Ok(ListenOrOff::On(address))
}

fn duration(text: &str) -> Result<Duration, String> {
    parse_duration(text).map_err(|e| e.to_string())
}

fn rate(text: &str) -> Result<Rate, String> {
    parse_rate(text).map_err(|e| e.to_string())
}

fn shifts(text: &str) -> Result<Shifts, String> {
    Shifts::parse(text).ok_or_else(|| "not quiet:work:rest:place".to_owned())
}

fn users(text: &str) -> Result<u32, String> {
    let count = parse_count(text).map_err(|e| e.to_string())?;
    match u32::try_from(count) {
        Ok(users) if users > 0 => Ok(users),
        _ => Err(format!("\"{text}\" is not between 1 and {}", u32::MAX)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_bare_duration_is_refused_with_advice() {
        let error = Cli::try_parse_from(["loadtest", "run", "-d", "10"])
            .expect_err("no unit")
            .to_string();
        assert!(error.contains("10s for seconds"), "{error}");
    }

    #[test]
    fn flags_work_with_and_without_the_command() {
        for line in [
            &["loadtest", "run", "--rate", "2k"][..],
            &["loadtest", "--rate", "2k"],
        ] {
            let cli = Cli::try_parse_from(line).expect("valid");
            let run = match cli.command {
                Some(Command::Run(run)) => *run,
                _ => cli.run,
            };
            assert_eq!(run.rate.map(Rate::get), Some(2000.0));
        }
        assert!(Cli::try_parse_from(["loadtest", "--rate", "5", "--users", "5"]).is_err());
    }

    #[test]
    fn json_has_a_short_form_that_excludes_the_long_one() {
        let form = |line: &[&str]| Cli::try_parse_from(line).map(|cli| cli.run.form());
        assert_eq!(form(&["loadtest"]).ok(), Some(OutputFormat::Text));
        assert_eq!(form(&["loadtest", "--json"]).ok(), Some(OutputFormat::Json));
        assert!(form(&["loadtest", "--json", "-o", "text"]).is_err());
    }
}
