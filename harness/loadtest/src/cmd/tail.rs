//! The tail of a run as files: put together from what was measured, and read again for a later report.

use crate::exit::Failure;
use crate::folder::Folder;
use driver::TailFacts;
use record::files;
use record::profile::Profile;
use record::run::StepRecord;
use record::tail::{self, Metric, Tail};
use stats::bands::{self, Bands};

/// What is known of it, and the profiles whose samples say their band.
#[derive(Debug)]
pub(super) struct TailFiles {
    pub(super) tail: Tail,
    pub(super) profiles: Vec<(Metric, Profile)>,
}

impl TailFiles {
    /// Joins what the client saw with what the target told. `steps` are the run's, in the plan's order.
    pub(super) fn of(facts: TailFacts, steps: &[StepRecord], run_id: &str) -> Self {
        let names: Vec<String> = steps
            .iter()
            .map(|step| format!("{}/{}", step.scenario, step.step))
            .collect();
        let bands = Bands::of(&facts.requests, &names);
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
        Self { tail, profiles }
    }

    pub(super) fn write(&self, folder: &Folder) -> anyhow::Result<()> {
        folder.make(files::PROFILES)?;
        folder.write(files::TAIL, tail::to_json(&self.tail).as_bytes())?;
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
        Ok(Some(Self { tail, profiles }))
    }
}
