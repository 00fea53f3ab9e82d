//! What may be typed about the terminal: how much of it a run takes while it is on.

use clap::Args;

#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct TerminalArgs {
    /// No live view, only a progress bar
    #[arg(long, help_heading = "Output")]
    pub(crate) no_tui: bool,
    /// No colours; the same as setting NO_COLOR
    #[arg(long, help_heading = "Output")]
    pub(crate) no_color: bool,
    /// The same as `--output json`
    #[arg(long, conflicts_with = "output", help_heading = "Output")]
    pub(crate) json: bool,
}
