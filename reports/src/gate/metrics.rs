//! A decided gate as OpenMetrics 1.0 text: what a CI system shows beside a merge request.

use super::{Gate, verdict};
use stats::gate::{Figure, MetricResult};
use std::fmt::Write as _;

/// The exposition, ending in `# EOF`. Values are in the metrics' own units; ratios are candidate ÷ baseline.
pub fn metrics(gate: &Gate<'_>) -> String {
    let mut text = String::new();
    head(
        &mut text,
        "verdict",
        "The verdict; 1 for the one that holds.",
    );
    let _ = writeln!(
        text,
        "loadtest_gate_verdict{{verdict=\"{}\"}} 1",
        verdict(gate.decision)
    );
    head(&mut text, "rounds", "Rounds, by whether they count.");
    let decision = gate.decision;
    for (kind, count) in [
        ("valid", decision.valid as u64),
        ("dropped", u64::from(decision.dropped.rounds)),
    ] {
        let _ = writeln!(text, "loadtest_gate_rounds{{kind=\"{kind}\"}} {count}");
    }
    value(
        gate,
        &mut text,
        "baseline",
        "Median over rounds of the baseline.",
        |one| one.figure.as_ref().map(|figure| figure.baseline),
    );
    value(
        gate,
        &mut text,
        "candidate",
        "Median over rounds of the candidate.",
        |one| one.figure.as_ref().map(|figure| figure.candidate),
    );
    value(
        gate,
        &mut text,
        "ratio",
        "Candidate divided by baseline.",
        |one| one.figure.as_ref().and_then(Figure::ratio),
    );
    value(
        gate,
        &mut text,
        "detectable_ratio",
        "The smallest worsening found with 80 % probability, relative.",
        |one| one.detectable.map(|found| found.relative),
    );
    text.push_str("# EOF\n");
    text
}

fn head(text: &mut String, name: &str, help: &str) {
    let _ = writeln!(
        text,
        "# TYPE loadtest_gate_{name} gauge\n# HELP loadtest_gate_{name} {help}"
    );
}

fn value(
    gate: &Gate<'_>,
    text: &mut String,
    name: &str,
    help: &str,
    of: impl Fn(&MetricResult) -> Option<f64>,
) {
    head(text, name, help);
    for one in &gate.decision.metrics {
        if let Some(value) = of(one).filter(|value| value.is_finite()) {
            let metric = one.gated.metric.name();
            let _ = writeln!(text, "loadtest_gate_{name}{{metric=\"{metric}\"}} {value}");
        }
    }
}
