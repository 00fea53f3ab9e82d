//! Mirror of what was measured.

use super::nanoseconds;
use crate::run;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

#[derive(Serialize, Deserialize)]
pub(super) struct Target {
    url: String,
    reference: bool,
    admin: Option<String>,
    build: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    engine: Option<Engine>,
}

#[derive(Serialize, Deserialize)]
struct Engine {
    switches: BTreeMap<String, String>,
    faults: Vec<Fault>,
    syncs: u64,
    sync_median_ns: Option<u64>,
}

#[derive(Serialize, Deserialize)]
struct Fault {
    spec: String,
    fired: u64,
}

impl From<&run::TargetFacts> for Target {
    fn from(target: &run::TargetFacts) -> Self {
        Self {
            url: target.url.clone(),
            reference: target.reference,
            admin: target.admin.clone(),
            build: target.build.clone(),
            engine: target.engine.as_ref().map(Into::into),
        }
    }
}

impl From<Target> for run::TargetFacts {
    fn from(target: Target) -> Self {
        Self {
            url: target.url,
            reference: target.reference,
            admin: target.admin,
            build: target.build,
            engine: target.engine.map(Into::into),
        }
    }
}

impl From<&run::EngineFacts> for Engine {
    fn from(engine: &run::EngineFacts) -> Self {
        let fault = |fault: &run::FaultFacts| Fault {
            spec: fault.spec.clone(),
            fired: fault.fired,
        };
        Self {
            switches: engine.switches.clone(),
            faults: engine.faults.iter().map(fault).collect(),
            syncs: engine.syncs,
            sync_median_ns: engine.sync_median.map(nanoseconds),
        }
    }
}

impl From<Engine> for run::EngineFacts {
    fn from(engine: Engine) -> Self {
        let fault = |fault: Fault| run::FaultFacts {
            spec: fault.spec,
            fired: fault.fired,
        };
        Self {
            switches: engine.switches,
            faults: engine.faults.into_iter().map(fault).collect(),
            syncs: engine.syncs,
            sync_median: engine.sync_median_ns.map(Duration::from_nanos),
        }
    }
}
