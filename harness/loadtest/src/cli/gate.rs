//! What may be typed behind `loadtest gate`.

use super::{HistoryArgs, ResultArgs, duration, users};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

#[derive(Debug, Args)]
#[command(
    after_help = "Baseline and candidate are measured in turn, each round with fresh processes in an order that a coin decides, on the same machine in the \
    same minutes. With neither, this program's reference engine is held against itself (--aa).\n\
    Exit codes: 0 pass, or inconclusive unless --on-inconclusive=fail; 3 fail: the candidate is worse; 4 invalid: machine or load too unsteady to judge; \
    5 a build did not start or died; 6 inconclusive with --on-inconclusive=fail; 130 interrupted, with the rounds so far kept."
)]
pub(crate) struct GateArgs {
    /// The reference, as a command: './old --port {port}'; {admin_port} is a second port, for /metrics
    #[arg(long, value_name = "COMMAND", help_heading = "Builds")]
    pub(crate) baseline_cmd: Option<String>,
    /// The one on trial, as a command
    #[arg(long, value_name = "COMMAND", help_heading = "Builds")]
    pub(crate) candidate_cmd: Option<String>,
    /// The reference, as a git revision of the repository here; it is built in a worktree of its own, once
    #[arg(
        long,
        value_name = "REV",
        conflicts_with = "baseline_cmd",
        help_heading = "Builds"
    )]
    pub(crate) baseline_rev: Option<String>,
    /// The one on trial, as a git revision [default: the working tree as it is]
    #[arg(
        long,
        value_name = "REV",
        requires = "baseline_rev",
        conflicts_with = "candidate_cmd",
        help_heading = "Builds"
    )]
    pub(crate) candidate_rev: Option<String>,
    /// How a revision is built, in its folder
    #[arg(
        long,
        value_name = "COMMAND",
        default_value = "cargo build --release --locked --bin loadtest",
        help_heading = "Builds"
    )]
    pub(crate) build_cmd: String,
    /// How a built revision is started, in its folder
    #[arg(
        long,
        value_name = "COMMAND",
        default_value = "target/release/loadtest serve-engine --listen 127.0.0.1:{port} --admin 127.0.0.1:{admin_port}",
        help_heading = "Builds"
    )]
    pub(crate) serve_cmd: String,
    /// The reference, as a service that runs already: it cannot be started anew, so the rate of false alarms is higher
    #[arg(long, value_name = "URL", conflicts_with_all = ["baseline_cmd", "baseline_rev"], requires = "candidate_url", help_heading = "Builds")]
    pub(crate) baseline_url: Option<String>,
    /// The one on trial, as a service that runs already
    #[arg(
        long,
        value_name = "URL",
        requires = "baseline_url",
        help_heading = "Builds"
    )]
    pub(crate) candidate_url: Option<String>,
    /// The baseline against itself: what this machine shows for equal builds, and the margins that it allows
    #[arg(long, conflicts_with_all = ["candidate_cmd", "candidate_rev", "candidate_url"], help_heading = "Builds")]
    pub(crate) aa: bool,
    /// The path that answers 2xx once a started build can be used [default: its port accepts connections]
    #[arg(long, value_name = "PATH", help_heading = "Builds")]
    pub(crate) ready: Option<String>,
    /// How long a build may take until then
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "30s", help_heading = "Builds")]
    pub(crate) start_within: Duration,

    /// Judge builds of the reference engine that misbehave on demand; without this they are refused
    #[arg(long, help_heading = "Judgement")]
    pub(crate) allow_inject: bool,
    /// What is gated, with margins and looks: a gate.toml [default: the usual six figures]
    #[arg(long, value_name = "FILE", help_heading = "Judgement")]
    pub(crate) plan: Option<PathBuf>,
    /// How thorough: `smoke` makes six rounds and fails by hard rules and exact figures only
    #[arg(long, value_enum, default_value = "full", help_heading = "Judgement")]
    pub(crate) profile: GateProfile,
    /// The time there is; it decides before the first round how many there are
    #[arg(long, value_name = "TIME", value_parser = duration, help_heading = "Judgement")]
    pub(crate) budget: Option<Duration>,
    /// Seed of every coin
    #[arg(long, value_name = "N", help_heading = "Judgement")]
    pub(crate) seed: Option<u64>,
    /// What an inconclusive gate is to the caller
    #[arg(
        long,
        value_enum,
        default_value = "neutral",
        help_heading = "Judgement"
    )]
    pub(crate) on_inconclusive: Unclear,

    /// The load: a run plan (what it sends, not how much) or the name of a built-in one [default: GET --path; transfers for the reference engine]
    #[arg(long, value_name = "FILE", help_heading = "Load")]
    pub(crate) workload: Option<PathBuf>,
    /// The path that is loaded where no workload is given
    #[arg(long, value_name = "PATH", default_value = "/", help_heading = "Load")]
    pub(crate) path: String,
    /// Users of the closed windows
    #[arg(short, long, value_name = "N", value_parser = users, default_value = "16", help_heading = "Load")]
    pub(crate) users: u32,

    #[command(flatten)]
    pub(crate) result: ResultArgs,
    #[command(flatten)]
    pub(crate) history: HistoryArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GateProfile {
    /// Looks as the plan has them
    Full,
    /// Six rounds
    Smoke,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Unclear {
    /// Exit with 0, and say so
    Neutral,
    /// Exit with 0
    Pass,
    /// Exit with 6
    Fail,
}
