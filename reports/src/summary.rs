//! One run in about ten lines, for the terminal and `summary.txt`.
//!
//! Plain text without colour codes: colour is the caller's. Labels stand in one column, so that eyes and `awk` find them.

use crate::engine;
use crate::mean::Mean;
use crate::percentiles::Percentiles;
use crate::show::{self, Quantile};
use record::quantity::format_nanoseconds;
use record::run::{Audit, Model, RunRecord};
use record::{failure::FailureKind, files};
use stats::{Judgement, Reason, RuleResult};
use std::collections::BTreeMap;
use std::time::Duration;

const LABEL: usize = 15;
const COLUMN: usize = 10;

/// The summary with the usual percentiles, ending in a line break. `run_dir` is where the files are.
pub fn text(record: &RunRecord, judgement: &Judgement, run_dir: &str) -> String {
    text_at(record, judgement, run_dir, &Percentiles::default())
}

/// [`text`] with these percentiles as its columns.
pub fn text_at(
    record: &RunRecord,
    judgement: &Judgement,
    run_dir: &str,
    percentiles: &Percentiles,
) -> String {
    let mut lines = vec![headline(record, judgement), line("rates", &rates(record))];
    lines.extend(times(record, percentiles));
    lines.extend(Mean::of(record).map(|mean| line("mean", &mean.text())));
    lines.push(line("errors", &errors(record)));
    lines.push(line("CPU", &cpu(record)));
    lines.push(line("allocations", &allocations(record)));
    lines.push(line("audit", &audit(record.audit.as_ref())));
    let engine = record.target.engine.as_ref();
    lines.extend(engine.map(|engine| line("engine", &one_line(&engine::words(engine)))));
    lines.extend(thresholds(&judgement.thresholds));
    lines.extend(
        judgement
            .reasons
            .iter()
            .map(|reason| line("reason", &sentence(reason))),
    );
    lines.extend(questions(record, judgement));
    lines.extend(
        record
            .warnings
            .iter()
            .map(|warning| line("warning", &one_line(warning))),
    );
    lines.push(line(
        "report",
        &format!("{}/{}", run_dir.trim_end_matches('/'), files::REPORT),
    ));
    lines.join("\n") + "\n"
}

/// The six answers, each under a short form of its question.
fn questions(record: &RunRecord, judgement: &Judgement) -> Vec<String> {
    let labels = [
        "why not double",
        "broke limits",
        "errored",
        "reproduces",
        "matters",
        "happened",
    ];
    let answers = stats::six(record, judgement);
    let told = labels.iter().zip(&answers);
    told.map(|(label, answer)| line(label, &one_line(&answer.text)))
        .collect()
}

fn line(label: &str, text: &str) -> String {
    format!("{label:<LABEL$}{text}")
}

/// Text from outside on one line and without terminal control codes.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

fn headline(record: &RunRecord, judgement: &Judgement) -> String {
    let plan = &record.plan;
    let load = match (plan.model, plan.offered_rate) {
        (model @ (Model::Open | Model::PartlyOpen), Some(rate)) => {
            format!("{} model, {}", model.name(), show::rate(rate))
        }
        (model, _) => format!(
            "{} model, {} users",
            model.name(),
            show::count(plan.users.into())
        ),
    };
    let length = format_nanoseconds(record.steady.length().as_nanos() as u64);
    let verdict = judgement.verdict.name().to_uppercase();
    line(
        &verdict,
        &format!(
            "{load} for {length} against {}",
            one_line(&record.target.url)
        ),
    )
}

fn rates(record: &RunRecord) -> String {
    let offered = match record.plan.model {
        Model::Open | Model::PartlyOpen => {
            format!("offered {}, ", show::rate(record.offered_rate()))
        }
        Model::Closed => String::new(),
    };
    let achieved = show::rate(record.achieved_rate());
    format!(
        "{offered}achieved {achieved}, QPS {}, TPS {}, {}",
        show::number(record.qps()),
        show::number(record.tps()),
        goodput(record)
    )
}

fn goodput(record: &RunRecord) -> String {
    match record.slo().zip(record.goodput()) {
        Some((slo, goodput)) => format!(
            "goodput {} within {}",
            show::number(goodput),
            format_nanoseconds(slo.as_nanos() as u64)
        ),
        None => "goodput unknown (no slo)".to_owned(),
    }
}

/// Heading, one line per duration, and a note for every mark used.
fn times(record: &RunRecord, percentiles: &Percentiles) -> Vec<String> {
    let asked = show::asked(percentiles);
    let unfinished = record.unfinished.count();
    let rows = [
        ("response time", record.response_time(), unfinished),
        ("service time", record.service_time(), 0),
        ("send delay", record.send_delay.clone(), 0),
    ];
    let headings = asked.iter().map(|(name, _)| name.clone());
    let mut lines = vec![line("", &columns(headings.chain(["count".to_owned()])))];
    let mut shown = Vec::new();
    for (label, times, unfinished) in &rows {
        let quantiles = show::quantiles_of(times, *unfinished, &asked);
        lines.push(line(label, &row(quantiles.as_deref(), times.count())));
        shown.extend(quantiles.into_iter().flatten());
    }
    if shown.iter().any(|quantile| quantile.thin) {
        lines.push(line("", "* fewer than 10 samples beyond it"));
    }
    if unfinished > 0 {
        let note = format!(
            "≥ lower bound: {} did not finish and count with their age",
            show::plural(unfinished as usize, "arrival")
        );
        lines.push(line("", &note));
    }
    lines
}

fn row(quantiles: Option<&[Quantile]>, count: u64) -> String {
    match quantiles {
        None => "no data".to_owned(),
        Some(all) => columns(all.iter().map(|one| one.text()).chain([show::count(count)])),
    }
}

/// Right-aligned; a mark after a figure stands in the gap, so that figures stay under each other.
fn columns(cells: impl IntoIterator<Item = String>) -> String {
    let aligned = cells.into_iter().map(|cell| match cell.strip_suffix('*') {
        Some(figure) => format!("{figure:>COLUMN$}*"),
        None => format!("{cell:>COLUMN$} "),
    });
    aligned.collect::<String>().trim_end().to_owned()
}

fn errors(record: &RunRecord) -> String {
    let Some(ratio) = record.error_ratio() else {
        return "no requests".to_owned();
    };
    let (failed, all) = (record.requests_failed(), record.requests());
    let head = format!(
        "{} of {} requests ({})",
        show::count(failed),
        show::count(all),
        show::percent(ratio)
    );
    let lost = record.arrivals.dropped + record.arrivals.unsent;
    let lost = if lost > 0 {
        format!("; {} never sent", show::plural(lost as usize, "arrival"))
    } else {
        String::new()
    };
    format!("{head}{}{lost}", kinds(&record.failures()))
}

fn kinds(failures: &BTreeMap<FailureKind, u64>) -> String {
    let kinds: Vec<String> = failures
        .iter()
        .map(|(kind, count)| format!("{kind} {}", show::count(*count)))
        .collect();
    if kinds.is_empty() {
        String::new()
    } else {
        format!(": {}", kinds.join(", "))
    }
}

fn cpu(record: &RunRecord) -> String {
    let side = |name: &str, cpu: Option<Duration>| match show::per_request(cpu, record.requests()) {
        Some(each) => format!("{name} {} per request", format_nanoseconds(each)),
        None => format!("{name} unknown"),
    };
    format!(
        "{}, {}",
        side("generator", record.costs.generator_cpu),
        side("target", record.costs.target_cpu)
    )
}

fn allocations(record: &RunRecord) -> String {
    let all = record.costs.allocations;
    match all.and_then(|all| Some((all.per_request()?, all.bytes_per_request()?))) {
        Some((count, bytes)) => format!(
            "{} and {} per request in the target",
            show::number(count),
            show::bytes(bytes)
        ),
        None => "unknown: the target does not count them".to_owned(),
    }
}

fn audit(audit: Option<&Audit>) -> String {
    let Some(audit) = audit else {
        return "none for this target".to_owned();
    };
    let broken: Vec<String> = audit
        .checks
        .iter()
        .filter(|check| !check.held)
        .map(|check| one_line(&format!("{} ({})", check.name, check.detail)))
        .collect();
    if broken.is_empty() {
        format!("passed, {}", show::plural(audit.checks.len(), "check"))
    } else {
        format!("FAILED: {}", broken.join("; "))
    }
}

fn thresholds(results: &[RuleResult]) -> Vec<String> {
    let told = |result: &RuleResult| {
        let observed = result
            .observed
            .map_or_else(|| "no data".to_owned(), |value| result.rule.show(value));
        let held = match result.held {
            Some(true) => "held",
            Some(false) => "BROKEN",
            None => "not judged",
        };
        line(
            "threshold",
            &one_line(&format!("{}: {observed}, {held}", result.rule)),
        )
    };
    results.iter().map(told).collect()
}

/// Code, text and hint of a reason on one line.
pub(crate) fn sentence(reason: &Reason) -> String {
    let hint = if reason.hint.is_empty() {
        String::new()
    } else {
        format!(" ({})", reason.hint)
    };
    one_line(&format!("{}: {}{hint}", reason.code, reason.text))
}

#[cfg(test)]
mod tests;
