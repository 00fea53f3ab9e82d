//! One run in Markdown, short enough for a comment on a pull request: `summary.md`.
//!
//! GitHub's dialect: tables with a heading. Text from outside is escaped, so that it is shown and not rendered.

use crate::percentiles::Percentiles;
use crate::show;
use crate::summary;
use record::histogram::Histogram;
use record::run::{Audit, Model, RunRecord};
use stats::{Judgement, RuleResult};
use std::fmt::Write as _;

/// The summary, ending in a line break.
pub fn summary(record: &RunRecord, judgement: &Judgement, percentiles: &Percentiles) -> String {
    let verdict = judgement.verdict.name().to_uppercase();
    let mut text = format!("## {verdict}: {}\n\n", safe(&record.plan.name));
    let _ = writeln!(
        text,
        "{}, against {}. Run {}.\n",
        safe(&record.plan.words),
        safe(&record.target.url),
        safe(&record.run_id)
    );
    for reason in &judgement.reasons {
        let _ = writeln!(text, "- {}", safe(&summary::sentence(reason)));
    }
    if !judgement.reasons.is_empty() {
        text.push('\n');
    }
    text.push_str(&figures(record));
    text.push_str(&times(record, percentiles));
    text.push_str(&thresholds(&judgement.thresholds));
    text.push_str(&questions(record, judgement));
    for warning in &record.warnings {
        let _ = writeln!(text, "- warning: {}", safe(warning));
    }
    text.trim_end().to_owned() + "\n"
}

fn row(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// A heading and its rule: the first column is text, the others are figures.
fn heading(cells: &[String]) -> String {
    let rule: Vec<&str> = (0..cells.len())
        .map(|at| if at == 0 { "---" } else { "---:" })
        .collect();
    format!("{}| {} |\n", row(cells), rule.join(" | "))
}

fn figures(record: &RunRecord) -> String {
    let offered = match record.plan.model {
        Model::Open | Model::PartlyOpen => Some(("offered", show::rate(record.offered_rate()))),
        Model::Closed => None,
    };
    let errors = record
        .error_ratio()
        .map_or_else(|| "no requests".to_owned(), show::percent);
    let lost = record.arrivals.dropped + record.arrivals.unsent;
    let audit = match record.audit.as_ref().map(Audit::passed) {
        None => "none",
        Some(true) => "passed",
        Some(false) => "FAILED",
    };
    let figures = offered.into_iter().chain([
        ("achieved", show::rate(record.achieved_rate())),
        ("QPS", show::number(record.qps())),
        ("TPS", show::number(record.tps())),
        (
            "goodput",
            record
                .goodput()
                .map_or_else(|| "unknown".to_owned(), show::number),
        ),
        ("errors", errors),
        ("never sent", show::count(lost)),
        ("audit", audit.to_owned()),
    ]);
    let (names, values): (Vec<_>, Vec<_>) = figures
        .map(|(name, value)| (name.to_owned(), value))
        .unzip();
    format!("{}{}\n", heading(&names), row(&values))
}

fn times(record: &RunRecord, percentiles: &Percentiles) -> String {
    let quantiles = show::asked(percentiles);
    let names = quantiles.iter().map(|(name, _)| name.clone());
    let names = std::iter::once(String::new()).chain(names);
    let mut text = heading(&names.chain(["count".to_owned()]).collect::<Vec<_>>());
    let unfinished = record.unfinished.count();
    let rows: [(&str, &Histogram, u64); 3] = [
        ("response time", &record.response_time(), unfinished),
        ("service time", &record.service_time(), 0),
        ("send delay", &record.send_delay, 0),
    ];
    let mut thin = false;
    for (name, times, unfinished) in rows {
        let figures = show::quantiles_of(times, unfinished, &quantiles);
        thin |= figures.iter().flatten().any(|one| one.thin);
        // A star would begin emphasis.
        let cells = figures.map_or_else(
            || vec!["no data".to_owned(); quantiles.len()],
            |all| {
                all.iter()
                    .map(|one| one.text().replace('*', "\\*"))
                    .collect()
            },
        );
        let mut line = vec![name.to_owned()];
        line.extend(cells);
        line.push(show::count(times.count()));
        text.push_str(&row(&line));
    }
    text + "\n" + &notes(thin, unfinished)
}

/// A line for every mark used.
fn notes(thin: bool, unfinished: u64) -> String {
    let mut text = String::new();
    if thin {
        text.push_str("\\* fewer than 10 samples beyond it\n\n");
    }
    if unfinished > 0 {
        let arrivals = show::plural(unfinished as usize, "arrival");
        let _ = writeln!(
            text,
            "≥ lower bound: {arrivals} did not finish and count with their age\n"
        );
    }
    text
}

fn thresholds(results: &[RuleResult]) -> String {
    if results.is_empty() {
        return String::new();
    }
    let names = ["threshold", "observed", "samples", "result"].map(str::to_owned);
    let mut text = heading(&names);
    for result in results {
        let observed = result
            .observed
            .map_or_else(|| "no data".to_owned(), |value| result.rule.show(value));
        let held = match result.held {
            Some(true) => "held",
            Some(false) => "**broken**",
            None => "not judged",
        };
        text.push_str(&row(&[
            safe(&result.rule.text),
            observed,
            show::count(result.samples),
            held.to_owned(),
        ]));
    }
    text + "\n"
}

fn questions(record: &RunRecord, judgement: &Judgement) -> String {
    let mut text = "| question | answer |\n| --- | --- |\n".to_owned();
    for answer in stats::six(record, judgement) {
        text.push_str(&row(&[answer.question.to_owned(), safe(&answer.text)]));
    }
    text + "\n"
}

/// Text from outside on one line, as it is: no emphasis, link, code, HTML or cell border comes of it.
pub(crate) fn safe(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' | '>' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests;
