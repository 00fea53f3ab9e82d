//! From a record and its profiles to the files people open. `run` and `report` end here.

mod forms;

use super::tail::TailFiles;
use crate::cli::{OutputArgs, OutputFormat};
use crate::exit::{Exit, Failure};
use crate::folder::Folder;
use crate::output;
use record::files;
use record::profile::Profile;
use record::run::{Ending, ProfileKind, RunRecord};
use reports::flamegraph::{self, Stacks};
use reports::html::{Flamegraph, Flamegraphs};
use reports::tail::Banded;
use stats::{Judgement, Verdict};

/// The profiles of a run, as far as it has them.
#[derive(Debug, Default)]
pub(super) struct Profiles {
    pub(super) cpu: Option<Profile>,
    pub(super) alloc: Option<Profile>,
}

impl Profiles {
    /// Reads them from a run's folder.
    pub(super) fn read(folder: &Folder) -> Result<Self, Failure> {
        Ok(Self {
            cpu: folder.profile(files::CPU_PROFILE)?,
            alloc: folder.profile(files::ALLOC_PROFILE)?,
        })
    }
}

/// The column of a profile that is drawn.
pub(super) fn column(kind: ProfileKind) -> &'static str {
    match kind {
        ProfileKind::Cpu => "cpu",
        ProfileKind::Alloc => "alloc_space",
    }
}

/// The stacks of a profile by its main value.
pub(super) fn stacks(kind: ProfileKind, profile: &Profile) -> Option<Stacks> {
    Some(profile.folded(profile.value_index(column(kind))?))
}

/// A flamegraph and what it was drawn from.
struct Drawn {
    svg: Vec<u8>,
    stacks: Stacks,
}

impl Drawn {
    fn embed(&self) -> Flamegraph<'_> {
        Flamegraph {
            svg: &self.svg,
            stacks: &self.stacks,
        }
    }
}

fn draw(record: &RunRecord, kind: ProfileKind, profile: Option<&Profile>) -> Option<Drawn> {
    let stacks = stacks(kind, profile?)?;
    let options = flamegraph::Options::of(kind, &format!("run {}, steady phase", record.run_id));
    match flamegraph::svg(&stacks, &options) {
        Ok(svg) => Some(Drawn { svg, stacks }),
        Err(error) => {
            output::note(&format!("note: no {} flamegraph: {error}", kind.name()));
            None
        }
    }
}

fn draw_bands(folder: &Folder, banded: &Banded<'_>, run_id: &str) -> anyhow::Result<()> {
    folder.make(files::FLAMES)?;
    match banded.pictures(run_id) {
        Ok(pictures) => pictures
            .iter()
            .try_for_each(|(name, svg)| folder.write(name, svg)),
        Err(error) => {
            output::note(&format!("note: no flamegraphs by band: {error}"));
            Ok(())
        }
    }
}

/// Proves that the files asked for can be written, before any load.
pub(super) fn prove(outputs: &OutputArgs) -> Result<(), Failure> {
    forms::prove(outputs)
}

/// Writes summaries, tables, report and flamegraphs into the run folder.
pub(super) fn write(
    folder: &Folder,
    record: &RunRecord,
    judgement: &Judgement,
    profiles: &Profiles,
    tail: Option<&TailFiles>,
    outputs: &OutputArgs,
) -> anyhow::Result<()> {
    let cpu = draw(record, ProfileKind::Cpu, profiles.cpu.as_ref());
    let alloc = draw(record, ProfileKind::Alloc, profiles.alloc.as_ref());
    for (name, drawn) in [
        (files::CPU_FLAMEGRAPH, &cpu),
        (files::ALLOC_FLAMEGRAPH, &alloc),
    ] {
        if let Some(drawn) = drawn {
            folder.write(name, &drawn.svg)?;
        }
    }
    let tail = tail.map(|files| Banded::of(&files.tail, &files.profiles));
    if let Some(banded) = &tail {
        draw_bands(folder, banded, &record.run_id)?;
    }
    let flamegraphs = Flamegraphs {
        cpu: cpu.as_ref().map(Drawn::embed),
        alloc: alloc.as_ref().map(Drawn::embed),
        tail: tail.as_ref(),
    };
    let page = reports::html::report(record, judgement, flamegraphs);
    folder.write(files::REPORT, page.as_bytes())?;
    folder.write(files::STEPS, reports::csv::steps(record).as_bytes())?;
    for (name, format) in [
        (files::WINDOWS, OutputFormat::Csv),
        (files::JUNIT, OutputFormat::Junit),
        (files::SUMMARY_MARKDOWN, OutputFormat::Markdown),
        (files::SUMMARY, OutputFormat::Text),
    ] {
        let text = forms::text(folder, record, judgement, format, &outputs.percentiles());
        folder.write(name, text.as_bytes())?;
    }
    Ok(())
}

/// Prints the result in the form asked for, then writes the files asked for besides: [`write`] comes first.
pub(super) fn deliver(
    folder: &Folder,
    record: &RunRecord,
    judgement: &Judgement,
    format: OutputFormat,
    outputs: &OutputArgs,
) -> anyhow::Result<()> {
    let percentiles = outputs.percentiles();
    output::result(&forms::text(
        folder,
        record,
        judgement,
        format,
        &percentiles,
    ));
    forms::write(folder, record, judgement, outputs)
}

/// How a run with this judgement ends.
pub(super) fn exit(record: &RunRecord, judgement: &Judgement) -> Exit {
    match (&record.ending, judgement.verdict) {
        (Ending::Interrupted, _) => Exit::Interrupted,
        (Ending::TargetDied(_), _) => Exit::Target,
        (Ending::Failed(_), _) => Exit::Internal,
        (Ending::Completed, Verdict::Pass) => Exit::Pass,
        (Ending::Completed, Verdict::Fail) => Exit::Fail,
        (Ending::Completed, Verdict::Inconclusive) => Exit::Inconclusive,
        (Ending::Completed, Verdict::Invalid) => Exit::Invalid,
    }
}
