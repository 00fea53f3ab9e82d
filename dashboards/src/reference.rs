//! The documentation of every metric and alert, as Markdown: from the catalog, so that it cannot say anything else.

use std::fmt::{Arguments, Write as _};

use record::catalog::{CATALOG, Family, Kind, Label, Owner, Unit, Values};

use crate::rules;

/// Values of a label that are listed; of more only their number is told.
const LISTED: usize = 8;

/// `METRICS.md`.
pub fn metrics() -> String {
    let mut text = "# Metrics and alerts of loadtest\n".to_owned();
    for (owner, title) in [
        (Owner::Generator, "The generator, while a run is on"),
        (Owner::Target, "Any target that embeds the probe"),
        (Owner::Process, "Both, as processes"),
        (Owner::Engine, "The reference engine"),
    ] {
        heading(&mut text, title, "metric | kind | labels | meaning");
        for family in CATALOG.iter().filter(|family| family.owner == owner) {
            text += &row(family);
        }
    }
    heading(&mut text, "Alerts", "alert | severity | holds for | says");
    for [name, severity, hold, summary] in rules::told() {
        let summary = cell(summary);
        line(
            &mut text,
            format_args!("| `{name}` | {severity} | {hold} | {summary} |"),
        );
    }
    text
}

/// A section with a table of four columns.
fn heading(text: &mut String, title: &str, columns: &str) {
    line(
        text,
        format_args!("\n## {title}\n\n| {columns} |\n| --- | --- | --- | --- |"),
    );
}

fn line(text: &mut String, line: Arguments<'_>) {
    writeln!(text, "{line}").expect("a String takes what is written to it");
}

fn row(family: &Family) -> String {
    let labels: Vec<_> = family.labels.iter().map(label).collect();
    format!(
        "| `{}` | {} | {} | {} |\n",
        family.name,
        kind(family),
        labels.join("; "),
        cell(family.help)
    )
}

fn kind(family: &Family) -> String {
    let kind = match family.kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram(_) => "histogram",
    };
    let unit = match family.unit {
        Unit::Count => return kind.to_owned(),
        Unit::Seconds => "seconds",
        Unit::Bytes => "bytes",
        Unit::Tokens => "tokens",
        Unit::Info => "always 1",
    };
    format!("{kind}, {unit}")
}

fn label(label: &Label) -> String {
    let values = match label.values {
        Values::Closed(values) if values.len() <= LISTED => values.join(", "),
        Values::Closed(values) => format!("{} values", values.len()),
        Values::Bounded(most) => format!("at most {most} and `other`"),
    };
    format!("`{}`: {values}", label.key)
}

/// A bar would end the cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_and_alert_has_one_row_of_four_cells() {
        let text = metrics();
        for family in CATALOG {
            let rows = text.matches(&format!("| `{}` |", family.name)).count();
            assert_eq!(rows, 1, "{}", family.name);
        }
        let rows = text.lines().filter(|line| line.starts_with("| `"));
        let rows: Vec<_> = rows.map(|row| row.replace("\\|", "")).collect();
        assert!(
            rows.iter().all(|row| row.matches('|').count() == 5),
            "{text}"
        );
        assert_eq!(rows.len(), CATALOG.len() + rules::told().len());
    }
}
