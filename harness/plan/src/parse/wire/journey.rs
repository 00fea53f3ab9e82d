//! Journeys and feeders in a plan file.

use super::quantity::{DurationText, StatusText};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::parse) struct Step {
    pub(in crate::parse) name: String,
    pub(in crate::parse) request: Request,
    pub(in crate::parse) expected: Option<DurationText>,
    pub(in crate::parse) think: Option<String>,
    #[serde(default)]
    pub(in crate::parse) check: Vec<Check>,
    #[serde(default)]
    pub(in crate::parse) extract: BTreeMap<String, Extract>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::parse) struct Request {
    pub(in crate::parse) method: Option<String>,
    pub(in crate::parse) path: String,
    #[serde(default)]
    pub(in crate::parse) headers: BTreeMap<String, String>,
    pub(in crate::parse) body: Option<String>,
}

/// One check; which one it is, its keys say.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::parse) struct Check {
    pub(in crate::parse) status: Option<StatusText>,
    pub(in crate::parse) pointer: Option<String>,
    pub(in crate::parse) equals: Option<toml::Value>,
    pub(in crate::parse) matches: Option<String>,
    pub(in crate::parse) body_contains: Option<String>,
    pub(in crate::parse) header: Option<String>,
    pub(in crate::parse) contains: Option<String>,
    pub(in crate::parse) within: Option<DurationText>,
    pub(in crate::parse) most_bytes: Option<u64>,
}

/// One place; which one it is, its key says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::parse) struct Extract {
    pub(in crate::parse) pointer: Option<String>,
    pub(in crate::parse) header: Option<String>,
    pub(in crate::parse) regex: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::parse) struct Feeder {
    pub(in crate::parse) name: String,
    pub(in crate::parse) file: Option<String>,
    pub(in crate::parse) numbers: Option<[i64; 2]>,
    pub(in crate::parse) values: Option<Vec<String>>,
    pub(in crate::parse) pick: Option<String>,
}
