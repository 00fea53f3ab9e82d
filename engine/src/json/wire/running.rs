//! What an engine has done since its start, as `GET /v1/info` shows it.

pub use store::StoreAnswer;

mod store;

use crate::audit;
use crate::executor::Progress;
use serde::Serialize;
use std::path::Path;

/// The journal and the faults.
#[derive(Debug, Serialize)]
pub struct RunningAnswer {
    /// The journal.
    pub journal: JournalRunAnswer,
    /// The audit log; null without one.
    pub audit: Option<AuditRunAnswer>,
    /// The store behind the ledger, and the cache beside it.
    pub store: StoreAnswer,
    /// Faults that were asked for at the start.
    pub faults: Vec<FaultAnswer>,
}

/// The journal since the start.
#[derive(Debug, Serialize)]
pub struct JournalRunAnswer {
    /// Its folder; null without a journal.
    pub folder: Option<String>,
    /// The last durable sequence; without a journal the last one.
    pub durable: u64,
    /// Groups written.
    pub groups: u64,
    /// Seconds spent in syncs.
    pub sync_seconds: f64,
    /// The median of them, in seconds; null before the first.
    pub sync_median_seconds: Option<f64>,
    /// Commands that wait now.
    pub waiting: usize,
    /// Requests refused because too many waited.
    pub shed: u64,
}

impl JournalRunAnswer {
    /// The answer for that progress.
    pub fn new(folder: Option<&Path>, progress: &Progress) -> Self {
        Self {
            folder: folder.map(|folder| folder.display().to_string()),
            durable: progress.durable,
            groups: progress.groups,
            sync_seconds: progress.sync_ns as f64 / 1e9,
            sync_median_seconds: progress.sync_median_ns.map(|ns| ns as f64 / 1e9),
            waiting: progress.waiting,
            shed: progress.shed,
        }
    }
}

/// The audit log since the start.
#[derive(Debug, Serialize)]
pub struct AuditRunAnswer {
    /// Its file.
    pub file: String,
    /// The place of its last line.
    pub sequence: u64,
    /// Why it takes no lines; null when all is well.
    pub problem: Option<String>,
}

impl AuditRunAnswer {
    /// The answer for that progress.
    pub fn new(progress: audit::Progress) -> Self {
        Self {
            file: progress.path.display().to_string(),
            sequence: progress.sequence,
            problem: progress.problem,
        }
    }
}

/// One fault.
#[derive(Debug, Serialize)]
pub struct FaultAnswer {
    /// As it was asked for.
    pub spec: String,
    /// How often it fired.
    pub fired: u64,
}

impl FaultAnswer {
    /// The answer for a fault and its count.
    pub fn new((spec, fired): (String, u64)) -> Self {
        Self { spec, fired }
    }
}
