//! Mirror of what the target told of its inside.

use super::nanoseconds;
use crate::run;
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Serialize, Deserialize, Default)]
pub(super) struct Insides {
    places: u32,
    live: Vec<LiveObjects>,
    lock_waits: Vec<LockWait>,
}

#[derive(Serialize, Deserialize)]
struct LiveObjects {
    kind: String,
    site: String,
    counts: Vec<u64>,
}

#[derive(Serialize, Deserialize)]
struct LockWait {
    site: String,
    waited_ns: u64,
}

impl From<&run::Insides> for Insides {
    fn from(insides: &run::Insides) -> Self {
        let live = |objects: &run::LiveObjects| LiveObjects {
            kind: objects.kind.clone(),
            site: objects.site.clone(),
            counts: objects.counts.clone(),
        };
        let waits = |wait: &run::LockWait| LockWait {
            site: wait.site.clone(),
            waited_ns: nanoseconds(wait.waited),
        };
        Self {
            places: insides.places,
            live: insides.live.iter().map(live).collect(),
            lock_waits: insides.lock_waits.iter().map(waits).collect(),
        }
    }
}

impl From<Insides> for run::Insides {
    fn from(insides: Insides) -> Self {
        let live = |objects: LiveObjects| run::LiveObjects {
            kind: objects.kind,
            site: objects.site,
            counts: objects.counts,
        };
        let waits = |wait: LockWait| run::LockWait {
            site: wait.site,
            waited: Duration::from_nanos(wait.waited_ns),
        };
        Self {
            places: insides.places,
            live: insides.live.into_iter().map(live).collect(),
            lock_waits: insides.lock_waits.into_iter().map(waits).collect(),
        }
    }
}
