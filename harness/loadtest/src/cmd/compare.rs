//! `loadtest compare`: what differs between two runs and in which functions, several runs side by side, or a gate judged again.

mod assertions;

use super::gate;
use super::render::{self, Profiles};
use crate::cli::CompareArgs;
use crate::exit::{Failure, Outcome};
use crate::folder::{self, Folder};
use crate::output;
use record::files;
use record::profile::Profile;
use record::run::{ProfileKind, RunRecord};
use reports::flamegraph::{self, FlamegraphError, Side, Widths};
use reports::html::{Difference, Differences};

/// One run with its profiles.
struct Run {
    record: RunRecord,
    profiles: Profiles,
}

impl Run {
    fn read(name: &str) -> Result<Self, Failure> {
        let folder = Folder::find(name)?;
        Ok(Self {
            record: folder.record()?,
            profiles: Profiles::read(&folder)?,
        })
    }

    fn profile(&self, kind: ProfileKind) -> Option<&Profile> {
        match kind {
            ProfileKind::Cpu => self.profiles.cpu.as_ref(),
            ProfileKind::Alloc => self.profiles.alloc.as_ref(),
        }
    }
}

/// Both directions of one difference.
pub(super) struct Drawn {
    grew: Vec<u8>,
    shrank: Vec<u8>,
}

impl Drawn {
    pub(super) fn embed(&self) -> Difference<'_> {
        Difference {
            grew: &self.grew,
            shrank: &self.shrank,
        }
    }
}

pub(super) fn compare(arguments: &CompareArgs) -> Outcome {
    match arguments.runs.as_slice() {
        [gate] => {
            let found = gate::is_gate(gate).ok_or_else(|| {
                Failure::usage(format!("\"{gate}\" is no gate: it has no rounds.ndjson"))
                    .hint("give the folder of a gate, or two runs or more")
            })?;
            if !arguments.assert.is_empty() || arguments.force {
                return Err(Failure::usage(
                    "--assert and --force are about runs, and this is a gate",
                )
                .hint("a gate's own rules are in its gate.toml, as [[slo]]"));
            }
            gate::again(&found, arguments.out.as_deref())
        }
        [baseline, candidate] => two(arguments, baseline, candidate),
        all => several(arguments, all),
    }
}

// A table against the first; descriptive, as every comparison of single runs is.
fn several(arguments: &CompareArgs, names: &[String]) -> Outcome {
    let records: Result<Vec<RunRecord>, Failure> = names
        .iter()
        .map(|name| Folder::find(name)?.record())
        .collect();
    let records = records?;
    let Some((first, others)) = records.split_first() else {
        return Err(Failure::usage("nothing to compare"));
    };
    let rules = assertions::rules(&arguments.assert, first)?;
    let compared: Vec<_> = others
        .iter()
        .map(|other| (other, stats::compare(first, other)))
        .collect();
    output::result(&reports::ratios::several(first, &compared));
    let others: Vec<&RunRecord> = others.iter().collect();
    Ok(assertions::exit(first, &others, &rules))
}

fn two(arguments: &CompareArgs, baseline: &str, candidate: &str) -> Outcome {
    let baseline = Run::read(baseline)?;
    let candidate = Run::read(candidate)?;
    let (a, b) = (&baseline.record, &candidate.record);
    assertions::same_load(a, b, arguments.force)?;
    let rules = assertions::rules(&arguments.assert, b)?;
    let comparison = stats::compare(a, b);
    let usual = || folder::default_path(&format!("compare-{}-{}", a.run_id, b.run_id));
    let folder = Folder::create(arguments.out.clone().unwrap_or_else(usual))?;
    let drawn =
        [ProfileKind::Cpu, ProfileKind::Alloc].map(|kind| draw(&baseline, &candidate, kind));
    let [cpu, alloc] = &drawn;
    let differences = Differences {
        cpu: cpu.as_ref().map(Drawn::embed),
        alloc: alloc.as_ref().map(Drawn::embed),
    };
    for (kind, drawn) in [("cpu", cpu), ("alloc", alloc)] {
        if let Some(drawn) = drawn {
            folder.write(&format!("{kind}-grew.svg"), &drawn.grew)?;
            folder.write(&format!("{kind}-shrank.svg"), &drawn.shrank)?;
        }
    }
    let page = reports::html::comparison(a, b, &comparison, differences);
    folder.write(files::COMPARISON, page.as_bytes())?;
    output::result(&reports::ratios::text(a, b, &comparison));
    output::result(&format!(
        "page: {}/{}\n",
        folder.display(),
        files::COMPARISON
    ));
    Ok(assertions::exit(a, &[b], &rules))
}

fn draw(baseline: &Run, candidate: &Run, kind: ProfileKind) -> Option<Drawn> {
    let (before, after) = (baseline.profile(kind)?, candidate.profile(kind)?);
    let (before, after) = (render::stacks(kind, before)?, render::stacks(kind, after)?);
    let side = |run: &Run, stacks| Side {
        stacks,
        requests: gate::covered(&run.record, kind),
    };
    let subtitle = format!("{} to {}", baseline.record.run_id, candidate.record.run_id);
    difference(
        side(baseline, &before),
        side(candidate, &after),
        kind,
        &subtitle,
    )
}

/// Both directions of the difference; one that cannot be drawn is a note.
pub(super) fn difference(
    baseline: Side<'_>,
    candidate: Side<'_>,
    kind: ProfileKind,
    subtitle: &str,
) -> Option<Drawn> {
    let options = flamegraph::Options::of_difference(kind, subtitle);
    let one = |widths| flamegraph::difference(baseline, candidate, widths, &options);
    let both = || -> Result<Drawn, FlamegraphError> {
        Ok(Drawn {
            grew: one(Widths::Candidate)?,
            shrank: one(Widths::Baseline)?,
        })
    };
    match both() {
        Ok(drawn) => Some(drawn),
        Err(error) => {
            output::note(&format!("note: no {} difference: {error}", kind.name()));
            None
        }
    }
}
