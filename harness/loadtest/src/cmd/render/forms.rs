//! A judged run in the form that was asked for, on standard output or in a file of the user's choice.

use crate::cli::{FileForm, OutputArgs, OutputFormat, ReportFile};
use crate::exit::Failure;
use crate::folder::{self, Folder};
use record::files;
use record::run::RunRecord;
use reports::percentiles::Percentiles;
use stats::Judgement;
use std::fs::{self, OpenOptions};

/// The text of this form, whole lines.
pub(super) fn text(
    folder: &Folder,
    record: &RunRecord,
    judgement: &Judgement,
    format: OutputFormat,
    percentiles: &Percentiles,
) -> String {
    let dir = folder.display();
    match format {
        OutputFormat::Text => reports::summary::text_at(record, judgement, &dir, percentiles),
        OutputFormat::Json => {
            reports::json::summary_at(record, judgement, &dir, percentiles) + "\n"
        }
        OutputFormat::Markdown => reports::markdown::summary(record, judgement, percentiles),
        OutputFormat::Junit => reports::junit::xml(record, judgement),
        OutputFormat::Csv => reports::csv::windows(record),
        OutputFormat::Jsonl => reports::lines::windows(record),
        OutputFormat::Openmetrics => reports::openmetrics::text(record),
    }
}

/// Proves that each file asked for can be written, before any load. What is there keeps its content.
pub(super) fn prove(outputs: &OutputArgs) -> Result<(), Failure> {
    for ReportFile { path, .. } in &outputs.report {
        let new = !path.exists();
        let opened = OpenOptions::new().append(true).create(true).open(path);
        let proved = opened.and_then(|_| if new { fs::remove_file(path) } else { Ok(()) });
        proved.map_err(|error| {
            Failure::usage(format!(
                "report file {} cannot be written: {error}",
                path.display()
            ))
            .hint("is its folder there, and yours to write?")
        })?;
    }
    Ok(())
}

/// Writes the files asked for. The run folder has been written before: page and log are copies of its own.
pub(super) fn write(
    folder: &Folder,
    record: &RunRecord,
    judgement: &Judgement,
    outputs: &OutputArgs,
) -> anyhow::Result<()> {
    for ReportFile { path, form } in &outputs.report {
        match form {
            FileForm::Page => folder.copy(files::REPORT, path)?,
            FileForm::Log => folder.copy(files::HLOG, path)?,
            FileForm::Printed(format) => {
                let text = text(folder, record, judgement, *format, &outputs.percentiles());
                folder::write_whole(path, text.as_bytes())?;
            }
        }
    }
    Ok(())
}
