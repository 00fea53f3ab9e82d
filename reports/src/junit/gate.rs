//! A decided gate as JUnit XML: one case per gated figure, one per reason that is about none.

use super::case::{Case, Outcome};
use super::document;
use crate::gate::{Gate, shown, verdict};
use stats::Verdict;
use stats::gate::{Label, MetricResult, Mode};

/// The document.
pub fn gate(gate: &Gate<'_>) -> String {
    let decision = gate.decision;
    let mut cases: Vec<Case> = decision
        .metrics
        .iter()
        .map(|one| Case::new("figure", one.gated.metric.name(), outcome(one)))
        .collect();
    cases.push(Case::new("gate", "verdict", overall(gate)));
    let seed = gate.design.plan.seed.to_string();
    let facts = [
        ("verdict", verdict(decision)),
        ("baseline", gate.names[0].as_str()),
        ("candidate", gate.names[1].as_str()),
        ("seed", seed.as_str()),
    ];
    document("gate", None, &facts, &cases, 0.0)
}

fn outcome(one: &MetricResult) -> Outcome {
    let metric = one.gated.metric;
    let detail = one.figure.as_ref().map_or_else(String::new, |figure| {
        format!(
            "baseline {}, candidate {}, {} of {} rounds worse, margin {:.1} %",
            shown(metric, figure.baseline),
            shown(metric, figure.candidate),
            figure.rounds_worse(),
            figure.pairs.len(),
            one.gated.margin * 100.0
        )
    });
    match one.label {
        Label::Regressed => Outcome::Failure {
            kind: if one.mode == Mode::Exact {
                "exact"
            } else {
                "regressed"
            },
            message: format!("{} regressed", metric.title()),
            detail,
        },
        Label::Unclear | Label::NotMeasured => Outcome::Skipped {
            message: format!("{}: {} {detail}", metric.title(), one.label.name())
                .trim_end()
                .to_owned(),
        },
        _ => Outcome::Passed { detail },
    }
}

// Whatever is in no figure, a hard rule for instance, is here.
fn overall(gate: &Gate<'_>) -> Outcome {
    let reasons = gate.decision.reasons.join("\n");
    let message = gate.headline.clone();
    match gate.decision.verdict {
        Some(Verdict::Pass) => Outcome::Passed { detail: message },
        Some(Verdict::Inconclusive) => Outcome::Skipped { message },
        Some(Verdict::Fail) => Outcome::Failure {
            kind: "fail",
            message,
            detail: reasons,
        },
        Some(Verdict::Invalid) => Outcome::Error {
            kind: "invalid",
            message,
            detail: reasons,
        },
        None => Outcome::Error {
            kind: "target",
            message,
            detail: reasons,
        },
    }
}
