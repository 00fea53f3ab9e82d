//! A gate in words: what `loadtest gate` prints while it measures and at its end, and what it writes for a pull request.

mod metrics;
mod moment;

use crate::html::Differences;
use crate::show;
use record::comparison::{Calibration, Metric, Round};
use record::quantity::format_nanoseconds;
use stats::Verdict;
use stats::attribution::Attribution;
use stats::gate::{
    Decision, Design, Figure, Going, MetricResult, Mode, OnInconclusive, by_worsening, underline,
};
use std::fmt::Write as _;

pub use crate::json::gate as json;
pub use crate::junit::gate as junit;
pub use metrics::metrics;
pub use moment::{Load, Moment};

/// Rows of the table in a pull request; the rest is folded.
const ROWS: usize = 6;

/// Everything a gate established.
#[derive(Debug)]
pub struct Gate<'a> {
    /// What baseline and candidate are called.
    pub names: [String; 2],
    /// The sentence on top.
    pub headline: String,
    /// Margins that this machine allows, as tables for `gate.toml`; of a gate of equal builds only.
    pub proposed: Option<String>,
    /// The plan with its looks.
    pub design: &'a Design,
    /// What was found out before the first round.
    pub calibration: &'a Calibration,
    /// Every round, dropped ones too.
    pub rounds: &'a [Round],
    /// Every second of these rounds; empty where the records of their windows are not there any more.
    pub timeline: &'a [Moment],
    /// The decision.
    pub decision: &'a Decision,
    /// Where the change of each profiled cost is; empty with too few rounds.
    pub causes: &'a [Attribution],
    /// Differential flamegraphs of all valid rounds together.
    pub differences: Differences<'a>,
    /// The plan in force, as `gate.toml`.
    pub plan: &'a str,
    /// The folder of the gate.
    pub folder: &'a str,
    /// The command line, to do it again.
    pub command: Vec<String>,
    /// What an inconclusive gate is to its caller.
    pub on_inconclusive: OnInconclusive,
}

/// The files of a gate: name and content.
pub fn files(gate: &Gate<'_>) -> [(&'static str, String); 8] {
    [
        ("report.html", crate::html::gate(gate)),
        ("summary.md", summary(gate)),
        ("badge.json", format!("{}\n", crate::json::gate_badge(gate))),
        ("metrics.txt", metrics(gate)),
        ("gate.json", format!("{}\n", json(gate))),
        ("gate.md", markdown(gate)),
        ("junit.xml", junit(gate)),
        ("gate.txt", text(gate)),
    ]
}

/// One line before the first round.
pub fn calibrated(calibration: &Calibration) -> String {
    format!(
        "baseline serves {:.0}/s; rounds offer {:.0}/s after a warm-up of {:.1} s",
        calibration.capacity,
        calibration.rate,
        calibration.warmup.as_secs_f64()
    )
}

/// One line after a round; `going` says where the gate stands, unless it is decided.
pub fn round(round: Option<&Round>, going: Option<&Going>) -> String {
    let Some(round) = round else {
        return String::new();
    };
    let ratios = [
        Metric::Throughput,
        Metric::CpuPerRequest,
        Metric::ResponseTimeP99,
    ]
    .into_iter()
    .filter_map(|metric| {
        let (baseline, candidate) = round.pair(metric)?;
        let change = candidate / baseline - 1.0;
        Some(format!("{} {:+.1} %", metric.title(), change * 100.0))
    });
    let ratios: Vec<_> = ratios.collect();
    let mut line = format!(
        "round {:2} ({}): {}",
        round.number,
        round.order.name(),
        ratios.join(", ")
    );
    if let Some(going) = going {
        if let Some(why) = going.last.as_ref().and_then(stats::gate::Fate::told) {
            let _ = write!(line, "; dropped: {why}");
        }
        let _ = write!(
            line,
            "; {} of {} for the next look",
            going.valid, going.next_look
        );
    }
    line
}

/// What stands in the terminal at the end.
pub fn text(gate: &Gate<'_>) -> String {
    let decision = gate.decision;
    let mut text = format!(
        "{}: {}\n{}\n\n",
        verdict(decision).to_uppercase(),
        gate.headline,
        underline(decision)
    );
    let rows = by_worsening(decision).into_iter().map(cells);
    text += &table(rows.collect());
    for reason in decision.reasons.iter().skip(1) {
        let _ = writeln!(text, "- {reason}");
    }
    for sentence in causes(gate) {
        let _ = writeln!(text, "why: {sentence}");
    }
    for note in &decision.notes {
        let _ = writeln!(text, "note: {note}");
    }
    if !decision.unchecked.is_empty() {
        let names: Vec<_> = decision.unchecked.iter().map(|rule| rule.name()).collect();
        let _ = writeln!(text, "not checked in some round: {}", names.join(", "));
    }
    if let Some(proposed) = &gate.proposed {
        let _ = write!(
            text,
            "\nmargins that this machine allows, for gate.toml:\n{proposed}"
        );
    }
    let _ = writeln!(text, "gate: {}", gate.folder);
    text
}

/// A sentence for each cost that grew and stands out in one function, and one about what could not be attributed.
pub(crate) fn causes(gate: &Gate<'_>) -> Vec<String> {
    let found = gate.causes.iter().filter_map(Attribution::sentence);
    let not = stats::gate::unattributed(gate.decision, gate.causes);
    found.chain(not).collect()
}

/// The word for the verdict, also where there is none.
pub fn verdict(decision: &Decision) -> &'static str {
    decision.verdict.map_or("target failed", Verdict::name)
}

pub(crate) const HEAD: [&str; 8] = [
    "figure",
    "baseline",
    "candidate",
    "change",
    "95 % interval",
    "margin",
    "rounds worse",
    "",
];

pub(crate) fn cells(one: &MetricResult) -> [String; 8] {
    let metric = one.gated.metric;
    let margin = format!("{:.1} %", one.gated.margin * 100.0);
    let Some(figure) = &one.figure else {
        let none = String::new;
        return [
            metric.title().to_owned(),
            none(),
            none(),
            none(),
            none(),
            margin,
            none(),
            one.label.name().to_owned(),
        ];
    };
    let label = match one.mode {
        Mode::Exact => format!("{}, exact", one.label.name()),
        _ => one.label.name().to_owned(),
    };
    [
        metric.title().to_owned(),
        shown(metric, figure.baseline),
        shown(metric, figure.candidate),
        change(figure),
        interval(figure),
        margin,
        format!("{} of {}", figure.rounds_worse(), figure.pairs.len()),
        label,
    ]
}

fn change(figure: &Figure) -> String {
    figure.ratio().map_or_else(String::new, |ratio| {
        format!("{:+.1} %", (ratio - 1.0) * 100.0)
    })
}

fn interval(figure: &Figure) -> String {
    let bounds = figure.ratio_interval();
    // Of a figure where more is better, the bounds come the other way round.
    let (low, high) = (bounds.low.min(bounds.high), bounds.low.max(bounds.high));
    if figure.logs.is_empty() || !low.is_finite() || !high.is_finite() || low <= 0.0 {
        return "open".to_owned();
    }
    format!(
        "{:+.1} to {:+.1}",
        (low - 1.0) * 100.0,
        (high - 1.0) * 100.0
    )
}

/// A value with its unit.
pub fn shown(metric: Metric, value: f64) -> String {
    match metric.unit() {
        "ns" => format_nanoseconds(value.round() as u64),
        "per second" => format!("{value:.0}/s"),
        "bytes" => show::bytes(value),
        _ => format!("{value:.2}"),
    }
}

fn table(rows: Vec<[String; 8]>) -> String {
    let all: Vec<[String; 8]> = std::iter::once(HEAD.map(str::to_owned))
        .chain(rows)
        .collect();
    let width = |column: usize| {
        let cells = all.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..HEAD.len()).map(width).collect();
    let mut text = String::new();
    for row in &all {
        let mut line = String::new();
        for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
            // Words to the left, numbers to the right.
            let padding = " ".repeat(width - cell.chars().count());
            let _ = if column == 0 || column == HEAD.len() - 1 {
                write!(line, "{cell}{padding}  ")
            } else {
                write!(line, "{padding}{cell}  ")
            };
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

/// A comment for a pull request: sentence, table, what could have been seen, and how to do it again.
pub fn markdown(gate: &Gate<'_>) -> String {
    let decision = gate.decision;
    let mut text = format!(
        "### Performance gate: {}\n\n{}\n\n{}\n\n",
        verdict(decision),
        escaped(&gate.headline),
        next_step(decision)
    );
    let rows: Vec<_> = by_worsening(decision).into_iter().map(cells).collect();
    let (shown, folded) = rows.split_at(rows.len().min(ROWS));
    text += &markdown_table(shown);
    if !folded.is_empty() {
        let _ = write!(
            text,
            "\n<details><summary>more</summary>\n\n{}\n</details>\n",
            markdown_table(folded)
        );
    }
    let _ = write!(text, "\n{}\n", escaped(&underline(decision)));
    for sentence in causes(gate) {
        let _ = writeln!(text, "- {}", escaped(&sentence));
    }
    for note in &decision.notes {
        let _ = writeln!(text, "- {}", escaped(note));
    }
    let [baseline, candidate] = &gate.names;
    let _ = write!(
        text,
        "\n<sub>baseline `{}`, candidate `{}`, seed {}; again: `{}`</sub>\n",
        code(baseline),
        code(candidate),
        gate.design.plan.seed,
        code(&gate.command.join(" "))
    );
    text
}

/// For the summary of a step of a CI job: the comment, and where the rest is.
pub fn summary(gate: &Gate<'_>) -> String {
    let folder = code(gate.folder);
    let mut text = markdown(gate);
    let _ = write!(
        text,
        "\nThe whole report is `report.html` in `{folder}`; `loadtest compare {folder}` judges the same rounds again.\n"
    );
    text
}

/// What is to be done, where the headline does not say it already.
pub(crate) fn next_step(decision: &Decision) -> &'static str {
    match decision.verdict {
        Some(Verdict::Pass) => "Nothing was found that speaks against this change.",
        Some(Verdict::Fail) => "Please read what got worse, or say why it has to.",
        Some(Verdict::Inconclusive) => {
            "Not decided: a quieter machine, longer windows or wider margins decide."
        }
        Some(Verdict::Invalid) => "Nothing is said about the change: mend what spoilt the rounds.",
        None => "A build did not serve; nothing is said about its speed.",
    }
}

fn markdown_table(rows: &[[String; 8]]) -> String {
    let mut head = HEAD;
    head[7] = "verdict";
    let mut text = format!(
        "| {} |\n|---|--:|--:|--:|--:|--:|--:|---|\n",
        head.join(" | ")
    );
    for row in rows {
        let cells: Vec<_> = row.iter().map(|cell| escaped(cell)).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text
}

// Text of targets and commands must not become markup.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for one in text.chars() {
        if matches!(one, '|' | '<' | '>' | '*' | '_' | '[' | ']' | '\\' | '#') {
            out.push('\\');
        }
        out.push(if one.is_control() { ' ' } else { one });
    }
    out
}

fn code(text: &str) -> String {
    text.replace(['`', '\n', '\r'], " ")
}
