//! What may be typed to look for a target's limits: `capacity` and `sweep`.

use super::load::arrivals;
use super::{ResultArgs, WhatArgs, duration, rate, users};
use clap::{Args, ValueEnum};
use plan::Spacing;
use record::quantity::Rate;
use std::time::Duration;

/// What standard output shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LimitsFormat {
    /// The answer and what it stands on
    Text,
    /// One JSON object, as in the folder; its schema is reports/schema/capacity.schema.json or sweep.schema.json
    Json,
}

/// What both commands have in common: many runs, each a process of its own, against one target that stays up.
#[derive(Debug, Args)]
pub(crate) struct StepArgs {
    #[command(flatten)]
    pub(crate) what: WhatArgs,

    /// Length of each step's steady phase
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "10s", help_heading = "Steps")]
    pub(crate) step: Duration,
    /// Length of each step's warm-up, which is in no number
    #[arg(short, long, value_name = "TIME", value_parser = duration, default_value = "2s", help_heading = "Steps")]
    pub(crate) warmup: Duration,
    /// Seed of every random choice
    #[arg(long, value_name = "N", help_heading = "Steps")]
    pub(crate) seed: Option<u64>,
    /// After this a request counts as failed
    #[arg(long, value_name = "TIME", value_parser = duration, help_heading = "Steps")]
    pub(crate) timeout: Option<Duration>,

    #[command(flatten)]
    pub(crate) result: ResultArgs,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 the limit, or a lower bound of it, is known; 3 no rate keeps the promise; \
    4 no step could be trusted any more; 5 the target died; 130 interrupted."
)]
pub(crate) struct CapacityArgs {
    #[command(flatten)]
    pub(crate) steps: StepArgs,
    /// The promise: rules that every step must keep, as 'p99<20ms,error_ratio<0.001'
    #[arg(long, value_name = "RULES", help_heading = "Search")]
    pub(crate) slo: String,
    /// The first rate
    #[arg(long, value_name = "RATE", value_parser = rate, allow_negative_numbers = true, default_value = "100/s", help_heading = "Search")]
    pub(crate) start: Rate,
    /// No rate above this is offered
    #[arg(long, value_name = "RATE", value_parser = rate, allow_negative_numbers = true, help_heading = "Search")]
    pub(crate) max_rate: Option<Rate>,
    /// Spacing of arrivals: poisson or constant [default: the plan's]
    #[arg(long, value_name = "SPACING", value_parser = arrivals, help_heading = "Search")]
    pub(crate) arrivals: Option<Spacing>,
    /// No step is begun that would end later than this; the three runs with profiles come on top
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "10m", help_heading = "Search")]
    pub(crate) budget: Duration,
    /// No runs with profiles at 50, 90 and 110 % of the knee
    #[arg(long, help_heading = "Search")]
    pub(crate) no_profiles: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 the levels were measured; 4 too few of them can be trusted; 5 the target died; 130 interrupted."
)]
pub(crate) struct SweepArgs {
    #[command(flatten)]
    pub(crate) steps: StepArgs,
    /// Users at each level, at least six levels, the smallest 1 or 2
    #[arg(long, value_name = "LIST", value_parser = users, value_delimiter = ',', default_value = "1,2,4,8,16,32,64", help_heading = "Levels")]
    pub(crate) levels: Vec<u32>,
}
