//! The tail of a run as files: put together from what was measured, and read again for a later report.

use crate::exit::Failure;
use crate::folder::Folder;
use driver::TailFacts;
use record::files;
use record::profile::Profile;
use record::run::StepRecord;
use record::served::Served;
use record::tail::{self, Metric, Tail};
use reports::trace::{self, Origin, Traced};
use stats::bands::{self, Bands};

/// What is known of it, and the profiles whose samples say their band.
#[derive(Debug)]
pub(super) struct TailFiles {
    pub(super) tail: Tail,
    pub(super) profiles: Vec<(Metric, Profile)>,
    /// The slowest requests as a trace; written once, and not needed for a later report.
    trace: Option<String>,
}

/// So many of the slowest requests are in the trace,
const TRACED_SLOW: usize = 1_000;
/// and about so many of the others.
const TRACED_USUAL: usize = 250;

impl TailFiles {
    /// Joins what the client saw with what the target told. `steps` are the run's, in the plan's order.
    pub(super) fn of(facts: TailFacts, steps: &[StepRecord], run_id: &str) -> Self {
        let names: Vec<String> = steps
            .iter()
            .map(|step| format!("{}/{}", step.scenario, step.step))
            .collect();
        let bands = Bands::of(&facts.requests, &names);
        let trace = traced(&facts, &bands, run_id);
        let (mut profiles, mut absent) = (Vec::new(), Vec::new());
        for (metric, taken) in facts.profiles {
            match taken {
                Ok(profile) => {
                    let banded = bands.relabelled(&profile, &facts.request_label, run_id);
                    profiles.push((metric, banded));
                }
                Err(why) => absent.push((metric, why)),
            }
        }
        let ledger = facts.served.and_then(|served| {
            let ledger = bands::ledger(&bands, &facts.requests, &served);
            ledger
                .ok_or_else(|| "the target has no record of a request of these seconds".to_owned())
        });
        let tail = Tail {
            span: facts.span,
            clock: facts.clock,
            endpoints: bands.endpoints().to_vec(),
            unanswered: bands.unanswered(),
            unlisted: facts.unlisted,
            ledger,
            absent,
        };
        Self {
            tail,
            profiles,
            trace: Some(trace),
        }
    }

    pub(super) fn write(&self, folder: &Folder) -> anyhow::Result<()> {
        folder.make(files::PROFILES)?;
        folder.write(files::TAIL, tail::to_json(&self.tail).as_bytes())?;
        if let Some(trace) = &self.trace {
            folder.write(files::TRACE, trace.as_bytes())?;
        }
        for (metric, profile) in &self.profiles {
            folder.write_profile(&metric.file(), profile)?;
        }
        Ok(())
    }

    /// From a run's folder; `None` if the run has none.
    pub(super) fn read(folder: &Folder) -> Result<Option<Self>, Failure> {
        let Some(text) = folder.text(files::TAIL)? else {
            return Ok(None);
        };
        let tail = tail::from_json(&text).map_err(|why| {
            Failure::usage(format!("{}/{}: {why}", folder.display(), files::TAIL))
                .hint("remove the file to go on without it")
        })?;
        let mut profiles = Vec::new();
        for metric in Metric::ALL {
            profiles.extend(
                folder
                    .profile(&metric.file())?
                    .map(|profile| (metric, profile)),
            );
        }
        Ok(Some(Self {
            tail,
            profiles,
            trace: None,
        }))
    }
}

/// The slowest requests as both sides saw them, and some others beside them.
fn traced(facts: &TailFacts, bands: &Bands, run_id: &str) -> String {
    let mut served: Vec<&Served> = facts.served.iter().flatten().collect();
    served.sort_unstable_by_key(|one| one.key);
    let exemplars = bands.exemplars(&facts.requests, TRACED_SLOW, TRACED_USUAL);
    let left_out = facts.requests.len() - exemplars.len();
    let requests: Vec<Traced<'_>> = exemplars
        .into_iter()
        .map(|(client, endpoint, band)| {
            let at = served.binary_search_by_key(&client.key, |one| one.key);
            let target = at
                .ok()
                .map(|at| (served[at], bands::slices(client, served[at])));
            Traced {
                endpoint,
                band,
                client,
                target,
            }
        })
        .collect();
    let origin = Origin {
        run_id,
        t0_unix: facts.t0_unix,
        clock: facts.clock,
        left_out: left_out as u64,
    };
    trace::chrome(&origin, &requests)
}
