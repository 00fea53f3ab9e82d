//! The shape of a plan file.

mod journey;
mod quantity;

pub(super) use journey::{Check, Extract, Feeder, Request, Step};
pub(super) use quantity::{DurationText, LevelText, RateText, ShareText, UntilText, WarmupText};

use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) schema: u32,
    pub(super) name: String,
    pub(super) seed: Option<u64>,
    pub(super) model: Option<String>,
    pub(super) slo: Option<DurationText>,
    pub(super) target: Option<Target>,
    #[serde(default)]
    pub(super) engine: BTreeMap<String, EngineValue>,
    pub(super) phases: Option<Phases>,
    pub(super) health: Option<Health>,
    pub(super) schedule: Option<Schedule>,
    pub(super) data: Option<Data>,
    #[serde(default)]
    pub(super) vars: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) feeder: Vec<Feeder>,
    #[serde(default)]
    pub(super) scenario: Vec<Scenario>,
    #[serde(default)]
    pub(super) threshold: Vec<Threshold>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Target {
    pub(super) url: Option<String>,
    pub(super) admin: Option<String>,
    pub(super) pprof: Option<String>,
    pub(super) request_label: Option<String>,
    pub(super) profile_hz: Option<u32>,
    pub(super) traceparent: Option<bool>,
    pub(super) command: Option<String>,
    pub(super) ready: Option<String>,
    pub(super) start_within: Option<DurationText>,
    pub(super) processors: Option<Processors>,
    pub(super) client: Option<Client>,
    pub(super) redirects: Option<u32>,
    pub(super) timeout: Option<DurationText>,
}

/// What an option of the engine may be.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "an option of the engine is a text, a number, true or false, or a list of texts"
)]
pub(super) enum EngineValue {
    Switch(bool),
    Number(i64),
    Text(String),
    Texts(Vec<String>),
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub(super) enum Processors {
    Rest,
    All,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub(super) enum Client {
    Auto,
    Plain,
    Reqwest,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Phases {
    pub(super) warmup: Option<WarmupText>,
    pub(super) warmup_max: Option<DurationText>,
    pub(super) duration: Option<DurationText>,
    pub(super) iterations: Option<u64>,
    pub(super) drain: Option<DurationText>,
    pub(super) until: Option<UntilText>,
    pub(super) budget: Option<DurationText>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Health {
    pub(super) counts: Option<ShareText>,
    pub(super) cpu_pressure: Option<ShareText>,
    pub(super) delivered: Option<ShareText>,
    pub(super) generator_cpu: Option<ShareText>,
    pub(super) late_windows: Option<ShareText>,
    pub(super) little: Option<ShareText>,
    pub(super) run_queue: Option<ShareText>,
    pub(super) send_delay: Option<DurationText>,
    pub(super) steal: Option<ShareText>,
    pub(super) throttled_periods: Option<u32>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Schedule {
    pub(super) arrivals: Option<Arrivals>,
    pub(super) file: Option<String>,
    pub(super) rate: Option<RateText>,
    pub(super) start: Option<LevelText>,
    pub(super) shape: Option<Vec<ShapePart>>,
    pub(super) max_in_flight: Option<u32>,
    pub(super) on_full: Option<OnFull>,
    pub(super) users: Option<u32>,
    pub(super) think: Option<DurationText>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub(super) enum Arrivals {
    Poisson,
    Constant,
    Replay,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub(super) enum OnFull {
    Wait,
    Drop,
}

/// One part; which one it is, its keys say.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ShapePart {
    pub(super) ramp_to: Option<LevelText>,
    pub(super) over: Option<DurationText>,
    pub(super) hold: Option<DurationText>,
    pub(super) spike_to: Option<LevelText>,
    pub(super) step_to: Option<LevelText>,
    pub(super) sine: Option<LevelText>,
    pub(super) period: Option<DurationText>,
    #[serde(rename = "for")]
    pub(super) length: Option<DurationText>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Data {
    pub(super) accounts: Option<u32>,
    pub(super) pick: Option<String>,
    pub(super) batch: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scenario {
    pub(super) name: String,
    pub(super) weight: Option<u32>,
    pub(super) cookies: Option<bool>,
    #[serde(default)]
    pub(super) step: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Threshold {
    pub(super) rule: String,
    pub(super) abort: Option<bool>,
    pub(super) abort_after: Option<DurationText>,
}
