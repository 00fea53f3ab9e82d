//! The shape of a plan file.

use crate::Arrivals as DomainArrivals;
use record::quantity::{Rate, parse_duration, parse_rate};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::time::Duration;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) schema: u32,
    pub(super) name: String,
    pub(super) seed: Option<u64>,
    pub(super) model: Option<String>,
    pub(super) target: Option<Target>,
    pub(super) phases: Option<Phases>,
    pub(super) schedule: Option<Schedule>,
    pub(super) data: Option<Data>,
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
    pub(super) timeout: Option<DurationText>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Phases {
    pub(super) warmup: Option<DurationText>,
    pub(super) duration: Option<DurationText>,
    pub(super) drain: Option<DurationText>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Schedule {
    pub(super) arrivals: Option<Arrivals>,
    pub(super) rate: Option<RateText>,
    pub(super) max_in_flight: Option<u32>,
    pub(super) users: Option<u32>,
    pub(super) think: Option<DurationText>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Arrivals {
    Poisson,
    Constant,
}

impl From<Arrivals> for DomainArrivals {
    fn from(arrivals: Arrivals) -> Self {
        match arrivals {
            Arrivals::Poisson => Self::Poisson,
            Arrivals::Constant => Self::Constant,
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Data {
    pub(super) accounts: Option<u32>,
    pub(super) pick: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scenario {
    pub(super) name: String,
    pub(super) weight: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Threshold {
    pub(super) rule: String,
}

/// A duration as text; a bare number is refused where it stands, so that the error has its line.
pub(super) struct DurationText(pub(super) Duration);

/// A rate as text or as a number per second.
pub(super) struct RateText(pub(super) Rate);

impl<'de> Deserialize<'de> for DurationText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DurationVisitor).map(Self)
    }
}

impl<'de> Deserialize<'de> for RateText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RateVisitor).map(Self)
    }
}

struct DurationVisitor;

impl Visitor<'_> for DurationVisitor {
    type Value = Duration;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a duration such as \"10s\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Duration, E> {
        parse_duration(text).map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Duration, E> {
        parse_duration(&number.to_string()).map_err(E::custom)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Duration, E> {
        parse_duration(&number.to_string()).map_err(E::custom)
    }
}

struct RateVisitor;

impl Visitor<'_> for RateVisitor {
    type Value = Rate;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a rate such as \"500/s\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Rate, E> {
        parse_rate(text).map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Rate, E> {
        parse_rate(&number.to_string()).map_err(E::custom)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Rate, E> {
        parse_rate(&number.to_string()).map_err(E::custom)
    }
}
