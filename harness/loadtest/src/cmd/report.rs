//! `loadtest report RUN`: judge and render again, from the record alone.

use super::render::{self, Profiles};
use super::tail::TailFiles;
use crate::cli::ReportArgs;
use crate::exit::{Exit, Outcome};
use crate::folder::Folder;

pub(super) fn report(arguments: &ReportArgs) -> Outcome {
    render::prove(&arguments.outputs)?;
    let folder = Folder::find(&arguments.run)?;
    let record = folder.record()?;
    let profiles = Profiles::read(&folder)?;
    let tail = TailFiles::read(&folder)?;
    let judgement = stats::judge(&record);
    let outputs = &arguments.outputs;
    render::write(
        &folder,
        &record,
        &judgement,
        &profiles,
        tail.as_ref(),
        outputs,
    )?;
    render::deliver(&folder, &record, &judgement, arguments.output, outputs)?;
    // The report was asked for and is there; the verdict is in it.
    Ok(Exit::Pass)
}
