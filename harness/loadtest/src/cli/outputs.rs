//! In which forms a result comes: on standard output, and in files besides those of the run folder.

use clap::{Args, ValueEnum};
use reports::percentiles::Percentiles;
use std::path::{Path, PathBuf};

/// What standard output shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// A summary of about ten lines
    Text,
    /// One JSON object; its schema is reports/schema/summary.schema.json
    Json,
    /// Tables for a pull request
    Markdown,
    /// JUnit XML, a test case per threshold
    Junit,
    /// One row per window
    Csv,
    /// One JSON object per window and line; its schema is reports/schema/window.schema.json
    Jsonl,
    /// OpenMetrics text, for `promtool tsdb create-blocks-from openmetrics`
    Openmetrics,
}

/// What `run` and `report` have in common.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct OutputArgs {
    /// Write this file too, its form by its name: .txt .html .json .csv .jsonl .ndjson .xml (JUnit) .md .om .openmetrics .hlog
    /// (repeatable)
    #[arg(long, value_name = "FILE", value_parser = report_file, help_heading = "Output")]
    pub(crate) report: Vec<ReportFile>,
    /// The percentiles that summaries show and write [default: 50,90,95,99,99.9]
    #[arg(long, value_name = "LIST", value_parser = percentiles, help_heading = "Output")]
    percentiles: Option<Percentiles>,
}

impl OutputArgs {
    /// The percentiles asked for, or the usual ones.
    pub(crate) fn percentiles(&self) -> Percentiles {
        self.percentiles.clone().unwrap_or_default()
    }
}

/// A file that was asked for, with what its name says it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReportFile {
    pub(crate) path: PathBuf,
    pub(crate) form: FileForm,
}

/// What goes into a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileForm {
    /// What `-o` would print.
    Printed(OutputFormat),
    /// The offline page.
    Page,
    /// The histogram log.
    Log,
}

const FORMS: [(&str, FileForm); 11] = [
    ("txt", FileForm::Printed(OutputFormat::Text)),
    ("html", FileForm::Page),
    ("json", FileForm::Printed(OutputFormat::Json)),
    ("csv", FileForm::Printed(OutputFormat::Csv)),
    ("jsonl", FileForm::Printed(OutputFormat::Jsonl)),
    ("ndjson", FileForm::Printed(OutputFormat::Jsonl)),
    ("xml", FileForm::Printed(OutputFormat::Junit)),
    ("md", FileForm::Printed(OutputFormat::Markdown)),
    ("om", FileForm::Printed(OutputFormat::Openmetrics)),
    ("openmetrics", FileForm::Printed(OutputFormat::Openmetrics)),
    ("hlog", FileForm::Log),
];

fn report_file(text: &str) -> Result<ReportFile, String> {
    let path = PathBuf::from(text);
    let ending = path.extension().and_then(|ending| ending.to_str());
    let form = FORMS
        .iter()
        .find(|(name, _)| ending.is_some_and(|ending| ending.eq_ignore_ascii_case(name)));
    match form {
        Some((_, form)) => Ok(ReportFile { path, form: *form }),
        None => Err(unknown(&path)),
    }
}

fn unknown(path: &Path) -> String {
    let endings = FORMS.map(|(name, _)| format!(".{name}"));
    format!(
        "\"{}\" does not say what it is to hold; end it in one of {}",
        path.display(),
        endings.join(" ")
    )
}

fn percentiles(text: &str) -> Result<Percentiles, String> {
    text.parse()
        .map_err(|error: reports::percentiles::PercentilesError| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_a_file_holds() {
        for (name, form) in FORMS {
            for path in [
                format!("out/a.b.{name}"),
                format!("A.{}", name.to_uppercase()),
            ] {
                assert_eq!(report_file(&path).map(|file| file.form), Ok(form), "{path}");
            }
        }
    }

    #[test]
    fn a_name_that_says_nothing_is_refused_with_the_choice() {
        for bad in [
            "report",
            "report.",
            "",
            ".csv",
            "report.pdf",
            "out.d/report",
        ] {
            let error = report_file(bad).expect_err(bad);
            assert!(
                error.contains(bad) && error.contains(".csv .jsonl"),
                "{error}"
            );
        }
    }

    #[test]
    fn without_a_list_the_percentiles_are_the_usual_ones() {
        let usual = OutputArgs::default().percentiles();
        assert_eq!(percentiles("50,90,95,99,99.9"), Ok(usual));
        assert!(percentiles("50,101").is_err());
    }
}
