//! A judged run as JUnit XML, for the test tab of a CI.
//!
//! One test case per threshold and per check of the audit, one for the validity of the numbers, and one for the verdict. A
//! broken rule is a failure, a run that cannot be trusted is an error, and what could not be judged is skipped, never passed:
//! the file is red exactly if the verdict is fail or invalid.
//!
//! The format is what Jenkins' xunit schema and GitLab accept in common: `testsuites`, `testsuite`, `properties`, `testcase` with
//! `failure`, `error` or `skipped`, `system-out`.

mod case;
mod gate;

use crate::show;
use crate::summary;
use case::{Case, Outcome, attribute};
use record::run::RunRecord;
use stats::{Judgement, Reason, RuleResult, Verdict};
use std::fmt::Write as _;

pub use gate::gate;

/// The document. Times are the length of the steady phase, in seconds.
pub fn xml(record: &RunRecord, judgement: &Judgement) -> String {
    let seed = record.plan.seed.to_string();
    let facts = [
        ("run_id", record.run_id.as_str()),
        ("verdict", judgement.verdict.name()),
        ("target", record.target.url.as_str()),
        ("plan_digest", record.plan.digest.as_str()),
        ("seed", seed.as_str()),
    ];
    document(
        &record.plan.name,
        Some(&started(record)),
        &facts,
        &cases(record, judgement),
        record.steady.length().as_secs_f64(),
    )
}

// One suite with its facts and cases.
fn document(
    name: &str,
    started: Option<&str>,
    facts: &[(&str, &str)],
    cases: &[Case],
    seconds: f64,
) -> String {
    let of =
        |wanted: fn(&Outcome) -> bool| cases.iter().filter(|case| wanted(&case.outcome)).count();
    let counts = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{seconds:.3}\"",
        cases.len(),
        of(|outcome| matches!(outcome, Outcome::Failure { .. })),
        of(|outcome| matches!(outcome, Outcome::Error { .. })),
        of(|outcome| matches!(outcome, Outcome::Skipped { .. })),
    );
    let suite = attribute(name);
    let started = started.map_or_else(String::new, |at| format!(" timestamp=\"{at}\""));
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"loadtest\" {counts}>\n  \
         <testsuite name=\"{suite}\"{started} {counts}>\n"
    );
    xml.push_str(&properties(facts));
    for case in cases {
        xml.push_str(&case.xml(name, seconds));
    }
    xml.push_str("  </testsuite>\n</testsuites>\n");
    xml
}

// ISO 8601 without a zone, which the schema means as UTC.
fn started(record: &RunRecord) -> String {
    let text = show::utc(record.started_unix);
    text.trim_end_matches(" UTC").replacen(' ', "T", 1)
}

fn properties(facts: &[(&str, &str)]) -> String {
    let mut xml = "    <properties>\n".to_owned();
    for (name, value) in facts {
        let value = attribute(value);
        let _ = writeln!(xml, "      <property name=\"{name}\" value=\"{value}\"/>");
    }
    xml + "    </properties>\n"
}

fn cases(record: &RunRecord, judgement: &Judgement) -> Vec<Case> {
    let thresholds = judgement.thresholds.iter();
    let mut cases: Vec<Case> = thresholds
        .map(|result| threshold(result, judgement.verdict))
        .collect();
    cases.push(validity(record, judgement));
    cases.extend(audit(record));
    cases.push(verdict(judgement));
    cases
}

fn threshold(result: &RuleResult, verdict: Verdict) -> Case {
    let seen = result
        .observed
        .map_or_else(|| "no data".to_owned(), |value| result.rule.show(value));
    let message = format!("observed {seen}, from {} samples", result.samples);
    let outcome = match result.held {
        _ if verdict == Verdict::Invalid => Outcome::Skipped {
            message: format!("not judged: the run is invalid; {message}"),
        },
        Some(true) => Outcome::Passed { detail: message },
        Some(false) => Outcome::Failure {
            kind: "threshold",
            detail: format!("{}: {message}", result.rule),
            message,
        },
        None => Outcome::Skipped {
            message: format!("cannot be decided: {message}"),
        },
    };
    Case::new("threshold", &result.rule.text, outcome)
}

// A failed audit comes before everything, so such a judgement does not say whether the numbers could be trusted otherwise.
fn validity(record: &RunRecord, judgement: &Judgement) -> Case {
    let wrong = record.audit.as_ref().is_some_and(|audit| !audit.passed());
    let outcome = match judgement.verdict {
        Verdict::Invalid => Outcome::Error {
            kind: "invalid",
            message: first(judgement),
            detail: reasons(judgement),
        },
        _ if wrong => Outcome::Skipped {
            message: "not judged: the audit failed".to_owned(),
        },
        _ => Outcome::Passed {
            detail: String::new(),
        },
    };
    Case::new("validity", "the numbers can be trusted", outcome)
}

fn audit(record: &RunRecord) -> Vec<Case> {
    let Some(audit) = &record.audit else {
        let message = "none for this target".to_owned();
        return vec![Case::new("audit", "audit", Outcome::Skipped { message })];
    };
    let checks = audit.checks.iter().map(|check| {
        let outcome = if check.held {
            Outcome::Passed {
                detail: check.detail.clone(),
            }
        } else {
            Outcome::Failure {
                kind: "audit",
                message: check.detail.clone(),
                detail: format!("it does not hold that {}: {}", check.name, check.detail),
            }
        };
        Case::new("audit", &check.name, outcome)
    });
    checks.collect()
}

// Whatever the reason is, also one that no case above stands for.
fn verdict(judgement: &Judgement) -> Case {
    let (message, detail) = (first(judgement), reasons(judgement));
    let outcome = match judgement.verdict {
        Verdict::Pass => Outcome::Passed { detail },
        Verdict::Inconclusive => Outcome::Skipped { message },
        Verdict::Fail => Outcome::Failure {
            kind: "verdict",
            message,
            detail,
        },
        Verdict::Invalid => Outcome::Error {
            kind: "verdict",
            message,
            detail,
        },
    };
    Case::new("verdict", "the run passes", outcome)
}

fn first(judgement: &Judgement) -> String {
    let reason = judgement.reasons.first();
    reason.map_or_else(|| "no reason was recorded".to_owned(), line)
}

fn reasons(judgement: &Judgement) -> String {
    let lines: Vec<String> = judgement.reasons.iter().map(line).collect();
    lines.join("\n")
}

fn line(reason: &Reason) -> String {
    summary::sentence(reason)
}

#[cfg(test)]
mod tests;
