//! Profiles of a round: those of an arm's windows added up, with the requests that they cover.

use super::super::window_name;
use super::covered;
use crate::folder::Folder;
use crate::output;
use record::comparison::{Arm, Round};
use record::files;
use record::profile::{Builder, Profile};
use record::run::{ProfileKind, RunRecord};
use record::tail::Metric;
use reports::gate::Load;
use std::path::Path;

/// Rounds that are looked into: more would change no answer, and each is held in memory.
const MOST: usize = 20;
/// Samples of all profiles together; rounds beyond are left out.
const MOST_SAMPLES: usize = 2_000_000;

/// What is looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// CPU time at full load, where it bounds throughput.
    Cpu,
    /// CPU time at the fixed rate, where response times are from, with samples that say how slow their request was.
    SlowCpu,
    /// Allocations, of all windows: they cost the same at any load, and small ones are rare among samples.
    Alloc,
    /// Waits for locks at the fixed rate, as the metric is.
    Waits,
}

impl What {
    fn file(self) -> String {
        match self {
            Self::Cpu => files::CPU_PROFILE.to_owned(),
            Self::SlowCpu => Metric::Cpu.file(),
            Self::Alloc => files::ALLOC_PROFILE.to_owned(),
            Self::Waits => Metric::Block.file(),
        }
    }

    fn windows(self) -> &'static [Load] {
        match self {
            Self::Cpu => &[Load::Closed],
            Self::SlowCpu | Self::Waits => &[Load::Open],
            Self::Alloc => &[Load::Closed, Load::Open],
        }
    }

    // All profiles of a window are of the same seconds.
    fn requests(self, record: &RunRecord) -> u64 {
        match self {
            Self::Alloc | Self::Waits => covered(record, ProfileKind::Alloc),
            Self::Cpu | Self::SlowCpu => covered(record, ProfileKind::Cpu),
        }
    }
}

/// The windows of an arm in a round.
pub(super) struct Taken {
    pub(super) profile: Profile,
    pub(super) requests: u64,
    /// Allocations per request, by the target's own counters.
    pub(super) allocations: Option<f64>,
    /// Bytes allocated per request, by the target's own counters.
    pub(super) bytes: Option<f64>,
}

/// A round with the profiles of both arms, baseline first.
pub(super) struct Profiled(pub(super) [Taken; 2]);

impl Profiled {
    pub(super) fn read(windows: &Path, rounds: &[&Round], what: What) -> Vec<Self> {
        let mut found = Vec::new();
        let mut samples = 0;
        for round in rounds.iter().take(MOST) {
            let [a, b] = Arm::BOTH.map(|arm| taken(windows, round, arm, what));
            let (Some(a), Some(b)) = (a, b) else {
                continue;
            };
            samples += a.profile.samples().len() + b.profile.samples().len();
            if samples > MOST_SAMPLES {
                output::note(&format!(
                    "note: {} of {} rounds are looked into, the rest would be too large",
                    what.file(),
                    found.len()
                ));
                break;
            }
            found.push(Self([a, b]));
        }
        found
    }
}

// The profiles of all its windows of that arm added up; `None` unless all were taken.
fn taken(windows: &Path, round: &Round, arm: Arm, what: What) -> Option<Taken> {
    let mut all: Option<Builder> = None;
    let mut requests: u64 = 0;
    let mut counted = Counted::default();
    for load in what.windows() {
        let name = window_name(round.number, arm, *load);
        let folder = Folder::find(&windows.join(name).to_string_lossy()).ok()?;
        let profile = folder.profile(&what.file()).ok()??;
        let record = folder.record().ok()?;
        requests = requests.saturating_add(what.requests(&record));
        counted.add(&record);
        let builder = all.get_or_insert_with(|| Builder::new(profile.types().to_vec()));
        builder.merge(&profile).ok()?;
    }
    Some(Taken {
        profile: all?.finish(),
        requests,
        allocations: counted.per_request(|one| one.0),
        bytes: counted.per_request(|one| one.1),
    })
}

/// Allocations, bytes and requests of some windows, unless one of them did not count.
struct Counted(Option<(u64, u64, u64)>);

impl Default for Counted {
    fn default() -> Self {
        Self(Some((0, 0, 0)))
    }
}

impl Counted {
    fn add(&mut self, record: &RunRecord) {
        let of = record.costs.allocations;
        let sum = self.0.zip(of);
        self.0 = sum.map(|((count, bytes, requests), one)| {
            (
                count.saturating_add(one.count),
                bytes.saturating_add(one.bytes),
                requests.saturating_add(one.requests),
            )
        });
    }

    fn per_request(&self, of: fn(&(u64, u64, u64)) -> u64) -> Option<f64> {
        let counted = self.0.as_ref().filter(|(_, _, requests)| *requests > 0)?;
        Some(of(counted) as f64 / counted.2 as f64)
    }
}

/// Nanoseconds waited for locks, and the requests they were counted over, in the window that is in `folder`; `None` if its target tells
/// nothing about locks.
pub(in crate::cmd::gate) fn waited(folder: &Path, record: &RunRecord) -> Option<(f64, u64)> {
    let folder = Folder::find(&folder.to_string_lossy()).ok()?;
    let profile = folder.profile(&What::Waits.file()).ok()??;
    let column = profile.value_index(Metric::Block.column())?;
    let requests = What::Waits.requests(record);
    (requests > 0).then(|| (profile.total(column).max(0) as f64, requests))
}
