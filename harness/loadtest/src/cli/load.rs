//! How much load, for how long, beyond a single rate and a fixed length.

use clap::Args;
use plan::{Spacing, Warmup};
use record::quantity::{parse_count, parse_duration};
use record::run::Model;
use std::time::Duration;

#[derive(Debug, Args)]
#[command(next_help_heading = "Load")]
pub(crate) struct LoadArgs {
    /// The workload model: open, partly-open or closed. Needs a rate or users of that model, from the plan or beside it
    #[arg(long, value_name = "MODEL", value_parser = model)]
    pub(crate) model: Option<Model>,
    /// Spacing of arrivals: poisson (independent callers) or constant; recorded ones, `replay`, need a plan that names the file
    #[arg(long, value_name = "SPACING", value_parser = arrivals)]
    pub(crate) arrivals: Option<Spacing>,
    /// End the steady phase after so many transactions (500, 10k), or after --duration if that comes first [then 1h]. In the closed
    /// model its length is not known before, so it has no profiles
    #[arg(short = 'n', long, value_name = "N", value_parser = iterations)]
    pub(crate) iterations: Option<u64>,
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

fn model(text: &str) -> Result<Model, String> {
    let names = Model::ALL.map(Model::name).join(", ");
    Model::parse(text).ok_or_else(|| format!("\"{text}\" is not a model; write one of {names}"))
}

pub(super) fn arrivals(text: &str) -> Result<Spacing, String> {
    Spacing::parse(text)
        .ok_or_else(|| format!("\"{text}\" is no spacing; write poisson or constant"))
}

fn iterations(text: &str) -> Result<u64, String> {
    parse_count(text).map_err(|e| e.to_string())
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
