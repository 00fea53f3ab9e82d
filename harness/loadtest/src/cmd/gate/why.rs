//! What the profiles of a gate's windows say: which function a change of cost is in, and differential flamegraphs of all rounds together.

mod kept;
mod taken;

use crate::cmd::compare::{Drawn, difference};
use crate::cmd::render;
use crate::folder::Folder;
use record::comparison::Round;
use record::run::{ProfileKind, ProfileOutcome, RunRecord};
use reports::flamegraph::{Side, Stacks};
use reports::html::Differences;
use stats::attribution::{
    Attribution, Band, Cost, FEWEST, ProfiledArm, ProfiledRound, attribute, has_bands,
};
use std::path::Path;
use taken::{Profiled, Taken, What};

pub(super) use kept::write_times;
pub(super) use taken::waited;

/// Where the cost of the candidate changed, as far as the profiles tell.
#[derive(Default)]
pub(in crate::cmd) struct Why {
    pub(in crate::cmd) causes: Vec<Attribution>,
    cpu: Option<Drawn>,
    alloc: Option<Drawn>,
    /// By name and arm, all rounds together.
    profiles: Vec<(&'static str, kept::Merged)>,
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
    let read = |what| Profiled::read(&windows, rounds, what);
    let (cpu, alloc, waits) = (read(What::Cpu), read(What::Alloc), read(What::Waits));
    let (of_cpu, of_waits) = (views(&cpu, |_| None), views(&waits, |_| None));
    let bytes = views(&alloc, |taken| taken.bytes);
    let allocations = views(&alloc, |taken| taken.allocations);
    let causes = [
        (&of_cpu, Cost::Cpu),
        (&bytes, Cost::Bytes),
        (&allocations, Cost::Allocations),
        (&of_waits, Cost::LockWait),
    ];
    let causes = causes
        .into_iter()
        .filter_map(|(rounds, cost)| attribute(rounds, cost, Band::All));
    let mut causes: Vec<Attribution> = causes.collect();
    causes.extend(tail(&read(What::SlowCpu)));
    Why {
        causes,
        cpu: draw(&cpu, ProfileKind::Cpu),
        alloc: draw(&alloc, ProfileKind::Alloc),
        profiles: [("cpu", &cpu), ("alloc", &alloc), ("block", &waits)]
            .into_iter()
            .filter_map(|(name, rounds)| Some((name, kept::merged(rounds)?)))
            .collect(),
    }
}

// What slow requests did is in the open windows, where they are slow, and only in samples that know their request.
fn tail(open: &[Profiled]) -> Option<Attribution> {
    let rounds = views(open, |_| None);
    if !has_bands(&rounds) {
        return None;
    }
    let slow = |arm: ProfiledArm<'_>| arm.requests.div_ceil(100);
    let rounds: Vec<ProfiledRound<'_>> = rounds
        .into_iter()
        .map(
            |ProfiledRound {
                 baseline,
                 candidate,
             }| ProfiledRound {
                baseline: ProfiledArm {
                    requests: slow(baseline),
                    ..baseline
                },
                candidate: ProfiledArm {
                    requests: slow(candidate),
                    ..candidate
                },
            },
        )
        .collect();
    attribute(&rounds, Cost::Cpu, Band::Tail)
}

/// Good requests that finished while the profile was taken.
pub(in crate::cmd) fn covered(record: &RunRecord, kind: ProfileKind) -> u64 {
    let facts = record.profiles.iter().find(|facts| facts.kind == kind);
    match facts.map(|facts| &facts.outcome) {
        Some(ProfileOutcome::Taken { requests, .. }) => *requests,
        _ => 0,
    }
}

// `counted` tells the whole cost of an arm where counters know it.
fn views(rounds: &[Profiled], counted: impl Fn(&Taken) -> Option<f64>) -> Vec<ProfiledRound<'_>> {
    let arm = |taken: &Taken| counted(taken);
    rounds
        .iter()
        .map(|Profiled([a, b])| ProfiledRound {
            baseline: ProfiledArm {
                profile: &a.profile,
                requests: a.requests,
                counted: arm(a),
            },
            candidate: ProfiledArm {
                profile: &b.profile,
                requests: b.requests,
                counted: arm(b),
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

/// Writes what was drawn and what it was drawn from beside the report: `flame/*.svg`, `folded/*.txt`, `profiles/*.pb.gz`.
pub(super) fn keep(why: &Why, into: &Folder) -> anyhow::Result<()> {
    let drawn = [("cpu", &why.cpu), ("alloc", &why.alloc)];
    for (name, drawn) in drawn {
        let Some(drawn) = drawn else { continue };
        let embedded = drawn.embed();
        let flame = kept::below(into, "flame")?;
        flame.write(&format!("{name}-grew.svg"), embedded.grew)?;
        flame.write(&format!("{name}-shrank.svg"), embedded.shrank)?;
    }
    for (name, merged) in &why.profiles {
        kept::write(into, name, merged)?;
    }
    Ok(())
}
