//! Two runs as a table of ratios, for the terminal.

use crate::show;
use record::run::RunRecord;
use stats::{Comparison, Row};
use std::fmt::Write as _;

/// The table, ending in a line break. It describes two runs; with one run per side it decides nothing, and says so.
pub fn text(baseline: &RunRecord, candidate: &RunRecord, comparison: &Comparison) -> String {
    let mut text = format!(
        "baseline  {} ({})\ncandidate {} ({})\none run per side: these are ratios of two runs, not a verdict\n\n",
        baseline.run_id, baseline.plan.name, candidate.run_id, candidate.plan.name
    );
    let _ = writeln!(
        text,
        "{:<28} {:>12} {:>12} {:>7}",
        "", "baseline", "candidate", "ratio"
    );
    for row in &comparison.rows {
        text.push_str(&line(row));
    }
    for difference in &comparison.differences {
        let _ = writeln!(text, "differs: {difference}");
    }
    text
}

fn line(row: &Row) -> String {
    let told = |value: Option<f64>| {
        value.map_or_else(|| "-".to_owned(), |value| show::value(value, row.unit))
    };
    let ratio = row.ratio.map_or_else(|| "-".to_owned(), show::ratio);
    let direction = match row.better {
        Some(true) => "  better",
        Some(false) => "  worse",
        None => "",
    };
    format!(
        "{:<28} {:>12} {:>12} {ratio:>7}{direction}\n",
        row.name,
        told(row.baseline),
        told(row.candidate)
    )
}

#[cfg(test)]
mod tests {
    use record::specimen;

    #[test]
    fn every_row_is_there_with_its_ratio() {
        let (a, b) = (
            specimen::record(&[1_000_000; 9]),
            specimen::record(&[2_000_000; 9]),
        );
        let comparison = stats::compare(&a, &b);
        let text = super::text(&a, &b, &comparison);
        let row = text
            .lines()
            .find(|line| line.starts_with("response time p99 "))
            .expect("the row");
        assert!(
            row.contains("1.00 ms") && row.contains("2.00 ms") && row.ends_with("2.000  worse"),
            "{row}"
        );
        assert_eq!(text.lines().count(), 5 + comparison.rows.len());
    }
}
