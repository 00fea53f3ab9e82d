//! How much load, for how long, beyond a single rate and a fixed length.

use clap::Args;
use plan::Warmup;
use record::quantity::parse_duration;
use std::time::Duration;

#[derive(Debug, Args)]
#[command(next_help_heading = "Load")]
pub(crate) struct LoadArgs {
    /// Stages as k6 has them, duration and target: 30s:100,5m:100,0s:50 (users in a closed plan, else arrivals per second)
    #[arg(long, value_name = "STAGES", conflicts_with = "test_plan")]
    pub(crate) stage: Option<String>,
    /// Stages as Goose has them, target and duration: "100,30s;100,5m;0,30s"
    #[arg(long, value_name = "STAGES")]
    pub(crate) test_plan: Option<String>,
    /// Go on until a percentile is known this well: p99±5% (or p99+-5%)
    #[arg(long, value_name = "PRECISION")]
    pub(crate) until: Option<String>,
    /// The longest steady phase with --until [default: 5m]
    #[arg(long, value_name = "TIME", value_parser = budget)]
    pub(crate) budget: Option<Duration>,
    /// The warm-up, which is in no number: a length, or `auto` to end it when the target is steady
    #[arg(short, long, value_name = "TIME", value_parser = warmup)]
    pub(crate) warmup: Option<Warmup>,
    /// A variable of the plan's journeys, as NAME=VALUE (repeatable); it is written into the record, so no secret
    #[arg(short = 'e', long = "env", value_name = "NAME=VALUE", value_parser = variable)]
    pub(crate) vars: Vec<(String, String)>,
}

fn budget(text: &str) -> Result<Duration, String> {
    parse_duration(text).map_err(|e| e.to_string())
}

fn warmup(text: &str) -> Result<Warmup, String> {
    Warmup::parse(text).map_err(|e| e.what)
}

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(format!("\"{text}\" is not a variable; write NAME=VALUE")),
    }
}
