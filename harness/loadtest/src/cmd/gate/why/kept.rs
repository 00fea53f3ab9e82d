//! Profiles of all rounds together as files, so that other tools can look at what the report was made from.

use super::taken::Profiled;
use crate::folder::Folder;
use record::comparison::{Arm, Round};
use record::hlog;
use record::profile::{Builder, Profile};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

/// The profiles of both arms, baseline first.
pub(super) type Merged = [Profile; 2];

/// All rounds of each arm added up; `None` without rounds.
pub(super) fn merged(rounds: &[Profiled]) -> Option<Merged> {
    let side = |side: usize| -> Option<Profile> {
        let first = &rounds.first()?.0[side].profile;
        let mut all = Builder::new(first.types().to_vec());
        for Profiled(arms) in rounds {
            all.merge(&arms[side].profile).ok()?;
        }
        Some(all.finish())
    };
    Some([side(0)?, side(1)?])
}

/// The folder `name` below `into`.
pub(super) fn below(into: &Folder, name: &str) -> anyhow::Result<Folder> {
    let path = PathBuf::from(into.display()).join(name);
    Folder::create(path).map_err(|failure| anyhow::anyhow!(failure.message))
}

/// Each arm as a profile, and its folded stacks by the value that tools show first.
pub(super) fn write(into: &Folder, name: &str, merged: &Merged) -> anyhow::Result<()> {
    let (profiles, folded) = (below(into, "profiles")?, below(into, "folded")?);
    for (arm, profile) in Arm::BOTH.iter().zip(merged) {
        let name = format!("{name}-{}", arm.name());
        profiles.write_profile(&format!("{name}.pb.gz"), profile)?;
        let mut text = String::new();
        if let Some(column) = main_column(profile) {
            for (stack, value) in profile.folded(column) {
                let _ = writeln!(text, "{stack} {value}");
            }
        }
        folded.write(&format!("{name}.txt"), text.as_bytes())?;
    }
    Ok(())
}

fn main_column(profile: &Profile) -> Option<usize> {
    ["cpu", "alloc_space", "delay"]
        .iter()
        .find_map(|kind| profile.value_index(kind))
}

/// The times of every round of each arm as a histogram log, `hist/<arm>.hlog`; a line starts where the open windows of the rounds before end
/// when they are put together.
pub(in crate::cmd::gate) fn write_times(
    into: &Folder,
    rounds: &[Round],
    open: Duration,
) -> anyhow::Result<()> {
    let folder = below(into, "hist")?;
    for arm in Arm::BOTH {
        let mut log = hlog::header(&format!("gate, {}", arm.name()), Duration::ZERO);
        for round in rounds {
            let Some(times) = &round.arm(arm).times else {
                continue;
            };
            let start = open * round.number.saturating_sub(1);
            for (kind, histogram) in [
                ("response_time", &times.response),
                ("service_time", &times.service),
                ("send_delay", &times.send_delay),
            ] {
                let tag = format!("round-{:02}:{kind}", round.number);
                log += &hlog::line(&tag, start, open, histogram);
            }
        }
        folder.write(&format!("{}.hlog", arm.name()), log.as_bytes())?;
    }
    Ok(())
}
