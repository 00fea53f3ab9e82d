//! What the profiles of a gate's windows say: which function a change of cost is in, and differential flamegraphs of all rounds together.

use crate::cmd::compare::{Drawn, difference};
use crate::cmd::render;
use crate::folder::Folder;
use crate::output;
use record::comparison::{Arm, Round};
use record::files;
use record::profile::{Builder, Profile};
use record::run::{ProfileKind, ProfileOutcome, RunRecord};
use reports::flamegraph::{Side, Stacks};
use reports::html::Differences;
use stats::attribution::{Attribution, Band, Cost, FEWEST, ProfiledArm, ProfiledRound, attribute};
use std::path::Path;

/// Rounds that are looked into: more would change no answer, and each is held in memory.
const MOST: usize = 20;
/// Samples of all profiles together; rounds beyond are left out.
const MOST_SAMPLES: usize = 2_000_000;

/// Where the cost of the candidate changed, as far as the profiles tell.
#[derive(Default)]
pub(in crate::cmd) struct Why {
    pub(in crate::cmd) causes: Vec<Attribution>,
    cpu: Option<Drawn>,
    alloc: Option<Drawn>,
}

impl Why {
    /// What the pages embed.
    pub(in crate::cmd) fn differences(&self) -> Differences<'_> {
        Differences {
            cpu: self.cpu.as_ref().map(Drawn::embed),
            alloc: self.alloc.as_ref().map(Drawn::embed),
        }
    }
}

/// Looks into these valid rounds of the gate in `folder`. Too few of them, or profiles that are not there, leave nothing to say.
pub(in crate::cmd) fn why(folder: &Path, rounds: &[&Round]) -> Why {
    if rounds.len() < FEWEST {
        return Why::default();
    }
    let windows = folder.join("windows");
    let cpu = Profiled::read(&windows, rounds, ProfileKind::Cpu);
    let alloc = Profiled::read(&windows, rounds, ProfileKind::Alloc);
    let (of_cpu, of_alloc) = (views(&cpu), views(&alloc));
    let causes = [
        (&of_cpu, Cost::Cpu),
        (&of_alloc, Cost::Bytes),
        (&of_alloc, Cost::Allocations),
    ];
    Why {
        causes: causes
            .into_iter()
            .filter_map(|(rounds, cost)| attribute(rounds, cost, Band::All))
            .collect(),
        cpu: draw(&cpu, ProfileKind::Cpu),
        alloc: draw(&alloc, ProfileKind::Alloc),
    }
}

/// Both slots of an arm in a round.
struct Taken {
    profile: Profile,
    requests: u64,
}

/// A round with the profiles of both arms, baseline first.
struct Profiled([Taken; 2]);

impl Profiled {
    fn read(windows: &Path, rounds: &[&Round], kind: ProfileKind) -> Vec<Self> {
        let mut found = Vec::new();
        let mut samples = 0;
        for round in rounds.iter().take(MOST) {
            let [a, b] = Arm::BOTH.map(|arm| taken(windows, round, arm, kind));
            let (Some(a), Some(b)) = (a, b) else {
                continue;
            };
            samples += a.profile.samples().len() + b.profile.samples().len();
            if samples > MOST_SAMPLES {
                output::note(&format!(
                    "note: {} profiles of {} rounds are looked into, the rest would be too large",
                    kind.name(),
                    found.len()
                ));
                break;
            }
            found.push(Self([a, b]));
        }
        found
    }
}

// The profiles of both windows of that arm added up; `None` unless both were taken.
fn taken(windows: &Path, round: &Round, arm: Arm, kind: ProfileKind) -> Option<Taken> {
    let mut all: Option<Builder> = None;
    let mut requests: u64 = 0;
    let slots = (1..).zip(round.order.slots());
    for (slot, _) in slots.filter(|(_, one)| *one == arm) {
        let load = match kind {
            ProfileKind::Cpu => "closed",
            ProfileKind::Alloc => "open",
        };
        let name = format!("round-{:02}/{slot}-{}-{load}", round.number, arm.name());
        let folder = Folder::find(&windows.join(name).to_string_lossy()).ok()?;
        let profile = folder.profile(file(kind)).ok()??;
        requests = requests.saturating_add(covered(&folder.record().ok()?, kind));
        let builder = all.get_or_insert_with(|| Builder::new(profile.types().to_vec()));
        builder.merge(&profile).ok()?;
    }
    Some(Taken {
        profile: all?.finish(),
        requests,
    })
}

fn file(kind: ProfileKind) -> &'static str {
    match kind {
        ProfileKind::Cpu => files::CPU_PROFILE,
        ProfileKind::Alloc => files::ALLOC_PROFILE,
    }
}

/// Good requests that finished while the profile was taken.
pub(in crate::cmd) fn covered(record: &RunRecord, kind: ProfileKind) -> u64 {
    let facts = record.profiles.iter().find(|facts| facts.kind == kind);
    match facts.map(|facts| &facts.outcome) {
        Some(ProfileOutcome::Taken { requests, .. }) => *requests,
        _ => 0,
    }
}

fn views(rounds: &[Profiled]) -> Vec<ProfiledRound<'_>> {
    rounds
        .iter()
        .map(|Profiled([a, b])| ProfiledRound {
            baseline: ProfiledArm {
                profile: &a.profile,
                requests: a.requests,
            },
            candidate: ProfiledArm {
                profile: &b.profile,
                requests: b.requests,
            },
        })
        .collect()
}

fn draw(rounds: &[Profiled], kind: ProfileKind) -> Option<Drawn> {
    let sides: [(Stacks, u64); 2] = [0, 1].map(|side| {
        let mut all = Stacks::new();
        let mut requests: u64 = 0;
        for Profiled(arms) in rounds {
            let one = &arms[side];
            requests = requests.saturating_add(one.requests);
            for (stack, value) in render::stacks(kind, &one.profile).unwrap_or_default() {
                let sum = all.entry(stack).or_default();
                *sum = sum.saturating_add(value);
            }
        }
        (all, requests)
    });
    if rounds.is_empty() {
        return None;
    }
    let [before, after] = &sides;
    let subtitle = format!("baseline to candidate, {} rounds", rounds.len());
    difference(
        Side {
            stacks: &before.0,
            requests: before.1,
        },
        Side {
            stacks: &after.0,
            requests: after.1,
        },
        kind,
        &subtitle,
    )
}
