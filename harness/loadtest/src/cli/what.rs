//! What is run, and against whom: the same for every command that offers load.

use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(next_help_heading = "What to run")]
pub(crate) struct WhatArgs {
    /// A plan: a TOML file, or the name of a built-in one (see `loadtest list`) [default: one that suits the command]
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: Option<PathBuf>,
    /// The service to load, as http://host:port/path; without it the reference engine is started
    #[arg(long, value_name = "URL")]
    pub(crate) target: Option<String>,
    /// Where the target serves /metrics and /debug/pprof, as http://host:port
    #[arg(long, value_name = "URL")]
    pub(crate) admin: Option<String>,
}
