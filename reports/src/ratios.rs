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

/// Runs side by side: the figures of the first, then of each other its own and its ratio to the first.
pub fn several(first: &RunRecord, others: &[(&RunRecord, Comparison)]) -> String {
    let mut text = format!("A: {} ({})\n", first.run_id, first.plan.name);
    for (letter, (record, comparison)) in ('B'..).zip(others) {
        let _ = writeln!(text, "{letter}: {} ({})", record.run_id, record.plan.name);
        for difference in &comparison.differences {
            let _ = writeln!(text, "   differs from A: {difference}");
        }
    }
    text.push_str("one run each, ratios to A: no verdict\n\n");
    let _ = write!(text, "{:<28} {:>12}", "", "A");
    for (letter, _) in ('B'..).zip(others) {
        let _ = write!(text, " {letter:>12} {:>7}", "ratio");
    }
    text.push('\n');
    let rows = others.first().map_or(&[][..], |(_, one)| &one.rows);
    for row in rows {
        text.push_str(&across(row, others));
    }
    text
}

fn across(row: &Row, others: &[(&RunRecord, Comparison)]) -> String {
    let told = |value: Option<f64>| {
        value.map_or_else(|| "-".to_owned(), |value| show::value(value, row.unit))
    };
    let mut line = format!("{:<28} {:>12}", row.name, told(row.baseline));
    for (_, comparison) in others {
        let same = comparison.rows.iter().find(|other| other.name == row.name);
        let value = told(same.and_then(|same| same.candidate));
        let ratio = same.and_then(|same| same.ratio);
        let ratio = ratio.map_or_else(|| "-".to_owned(), show::ratio);
        let _ = write!(line, " {value:>12} {ratio:>7}");
    }
    line.push('\n');
    line
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
    fn several_runs_are_held_against_the_first() {
        let made = |ns| specimen::record(&[ns; 9]);
        let (a, b, c) = (made(1_000_000), made(2_000_000), made(4_000_000));
        let others = [(&b, stats::compare(&a, &b)), (&c, stats::compare(&a, &c))];
        let text = super::several(&a, &others);
        let row = text
            .lines()
            .find(|line| line.starts_with("response time p99 "));
        let cells: Vec<_> = row.expect("the row").split_whitespace().skip(3).collect();
        assert_eq!(
            cells,
            ["1.00", "ms", "2.00", "ms", "2.000", "4.00", "ms", "4.000"]
        );
    }

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
