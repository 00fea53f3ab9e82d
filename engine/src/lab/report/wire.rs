//! A report as it is written.

use super::{Figure, Report, Row};
use serde::Serialize;

#[derive(Serialize)]
struct ReportLine<'a> {
    lab: &'a str,
    claim: &'a str,
    settings: Vec<SettingLine<'a>>,
    rows: Vec<RowLine<'a>>,
    notes: &'a [&'static str],
}

#[derive(Serialize)]
struct SettingLine<'a> {
    name: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct RowLine<'a> {
    what: &'a str,
    figures: Vec<FigureLine>,
}

#[derive(Serialize)]
struct FigureLine {
    name: &'static str,
    ours: f64,
    article: Option<f64>,
}

impl FigureLine {
    fn of(figure: &Figure) -> Self {
        Self {
            name: figure.name,
            ours: figure.ours,
            article: figure.article,
        }
    }
}

impl<'a> RowLine<'a> {
    fn of(row: &'a Row) -> Self {
        Self {
            what: &row.what,
            figures: row.figures.iter().map(FigureLine::of).collect(),
        }
    }
}

/// The report as one JSON object.
pub(super) fn json(report: &Report) -> String {
    let settings = report.settings.iter();
    let line = ReportLine {
        lab: report.lab,
        claim: report.claim,
        settings: settings
            .map(|(name, value)| SettingLine { name, value })
            .collect(),
        rows: report.rows.iter().map(RowLine::of).collect(),
        notes: &report.notes,
    };
    serde_json::to_string(&line).expect("text keys, and numbers that JSON has or null")
}
