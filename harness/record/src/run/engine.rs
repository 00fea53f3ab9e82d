//! What the reference engine says of itself.

use std::collections::BTreeMap;
use std::time::Duration;

/// The reference engine at the end of a run, as it describes itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EngineFacts {
    /// Its switches in force, by the name of their flag.
    pub switches: BTreeMap<String, String>,
    /// Faults that it was told to have; a run with one is about that fault, not about the engine.
    pub faults: Vec<FaultFacts>,
    /// Syncs of its journal since its start.
    pub syncs: u64,
    /// The median of them: what durability costs at least on that disk. `None` without a journal.
    pub sync_median: Option<Duration>,
}

/// A fault on demand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultFacts {
    /// As the engine writes it.
    pub spec: String,
    /// How often it happened since the engine's start.
    pub fired: u64,
}
