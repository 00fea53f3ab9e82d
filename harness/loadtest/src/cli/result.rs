//! What may be typed about the result of many runs, and about the history that it becomes a point of.

use super::LimitsFormat;
use clap::Args;
use std::path::PathBuf;

/// What `gate`, `capacity` and `sweep` have in common.
#[derive(Debug, Args)]
pub(crate) struct ResultArgs {
    /// What to print at the end
    #[arg(
        short,
        long,
        value_enum,
        default_value = "text",
        help_heading = "Output"
    )]
    pub(crate) output: LimitsFormat,
    /// The folder, with a run folder for everything that is measured [default: target/loadtest/<command>-<run-id>]
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(crate) out: Option<PathBuf>,
    /// No line per step or round, only the result
    #[arg(short, long, help_heading = "Output")]
    pub(crate) quiet: bool,
}

/// What `run` and `gate` have in common.
#[derive(Debug, Default, Args)]
pub(crate) struct HistoryArgs {
    /// Append what was measured to this file as a line, for `loadtest history`: meant for one job a night, on the main line
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) history: Option<PathBuf>,
    /// What the point of the history is called [default: the commit of the git repository here]
    #[arg(
        long,
        value_name = "NAME",
        requires = "history",
        help_heading = "Output"
    )]
    pub(crate) commit: Option<String>,
}

/// What may be typed behind `loadtest history`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 the history was shown; 2 it cannot be read. A history never blocks."
)]
pub(crate) struct HistoryShownArgs {
    /// A file that `run --history` or `gate --history` appended to
    pub(crate) file: PathBuf,
    /// What to print
    #[arg(short, long, value_enum, default_value = "text")]
    pub(crate) output: LimitsFormat,
    /// The folder of the page and its figures [default: none is written]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}
