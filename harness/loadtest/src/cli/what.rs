//! What is run, and against whom: the same for every command that offers load.

use super::duration;
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Debug, Args)]
#[command(next_help_heading = "What to run")]
pub(crate) struct WhatArgs {
    /// A plan: a TOML file, or the name of a built-in one (see `loadtest list`) [default: one that suits the command]
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: Option<PathBuf>,
    /// The service to load, as http://host:port/path; without it the reference engine is started
    #[arg(long, value_name = "URL")]
    pub(crate) target: Option<String>,
    /// A command that starts the service on a free port, as 'my-server --port {port}'; it is stopped after the run. {admin_port} is a second one,
    /// for /metrics and /debug/pprof
    #[arg(long, value_name = "COMMAND", conflicts_with = "target")]
    pub(crate) target_cmd: Option<String>,
    /// The path that answers 2xx once a started service can be used [default: its port accepts connections]
    #[arg(long, value_name = "PATH")]
    pub(crate) target_ready: Option<String>,
    /// How long a started service may take until then [default: 30s]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) start_within: Option<Duration>,
    /// Where the target serves /metrics and /debug/pprof, as http://host:port
    #[arg(long, value_name = "URL")]
    pub(crate) admin: Option<String>,
    /// Where any program serves profiles as Go's net/http/pprof does [default: /debug/pprof below --admin]
    #[arg(long, value_name = "URL")]
    pub(crate) pprof: Option<String>,
    /// The label that this program gives its samples: the x-request-id of the request they served [default: request]
    #[arg(long, value_name = "NAME")]
    pub(crate) request_label: Option<String>,
    /// Send a W3C traceparent with every request, one trace for each arrival: the target's own tracing then names what trace.json names
    #[arg(long)]
    pub(crate) traceparent: bool,
}

impl WhatArgs {
    /// True if there is a service of the user's own.
    pub(crate) fn is_aimed(&self) -> bool {
        self.target.is_some() || self.target_cmd.is_some()
    }
}
