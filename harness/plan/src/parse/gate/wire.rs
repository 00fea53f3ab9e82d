//! The shape of `gate.toml`.

use crate::parse::wire::{DurationText, ShareText};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) schema: u32,
    pub(super) workload: Option<String>,
    pub(super) seed: Option<u64>,
    pub(super) alpha: Option<f64>,
    pub(super) looks: Option<Vec<u32>>,
    pub(super) spend: Option<Vec<f64>>,
    pub(super) beta: Option<f64>,
    pub(super) rate_fraction: Option<f64>,
    pub(super) max_error_rate: Option<ShareText>,
    pub(super) error_rate_margin: Option<ShareText>,
    pub(super) test: Option<String>,
    pub(super) slot: Option<Slot>,
    #[serde(default, deserialize_with = "in_order")]
    pub(super) metric: Vec<(String, MetricTable)>,
    #[serde(default)]
    pub(super) slo: Vec<Slo>,
    pub(super) validity: Option<Validity>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Slot {
    pub(super) closed: Option<DurationText>,
    pub(super) open: Option<DurationText>,
    pub(super) warmup: Option<DurationText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MetricTable {
    pub(super) margin: Option<ShareText>,
    pub(super) floor: Option<FloorText>,
    pub(super) gated: Option<bool>,
}

/// A floor as text with a unit, or a number; what it means, the metric says.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum FloorText {
    Number(f64),
    Text(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Slo {
    pub(super) rule: String,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Validity {
    pub(super) steal: Option<ShareText>,
    pub(super) pressure: Option<ShareText>,
    pub(super) generator_cpu: Option<ShareText>,
    pub(super) send_delay: Option<ShareText>,
    pub(super) achieved: Option<ShareText>,
    pub(super) drift: Option<ShareText>,
    pub(super) samples: Option<u64>,
    pub(super) dropped: Option<ShareText>,
}

// A table in the order of the file, so that reports show metrics in the order in which they were written.
fn in_order<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<(String, MetricTable)>, D::Error> {
    from.deserialize_map(Tables)
}

struct Tables;

impl<'de> Visitor<'de> for Tables {
    type Value = Vec<(String, MetricTable)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("tables such as [metric.throughput]")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some(entry) = map.next_entry()? {
            all.push(entry);
        }
        Ok(all)
    }
}
