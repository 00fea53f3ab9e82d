//! What the plan demands, as limits; and what became of it, from the end of the run on: verdict, broken thresholds, reasons for distrust.

use probe::metrics::{Gauge, Registry};
use record::catalog as c;
use record::rule::{Rule, Term};
use stats::{Judgement, Verdict};

/// The value of the label `step` of a limit that is about every step.
const EVERY_STEP: &str = "all";
/// The value of the label `rule` where the plan has none.
const NO_RULE: &str = "none";
/// The reason that stands for codes that the catalog does not know.
const OTHER: &str = "other";

pub(super) struct Judged {
    health: Vec<(&'static str, Gauge)>,
    verdicts: Vec<(&'static str, Gauge)>,
    broken: Vec<(String, Gauge)>,
}

impl Judged {
    /// All series at 0, and the limits of `rules`.
    pub(super) fn new(registry: &Registry, rules: &[Rule]) -> Self {
        for rule in rules.iter().filter(|rule| rule.metric.is_duration()) {
            let step = rule.step.as_deref().unwrap_or(EVERY_STEP);
            let labels = [rule.metric.name(), &term(rule.term), step];
            let limit = registry.gauge(&c::LOADTEST_THRESHOLD, &labels);
            limit.set(rule.limit / 1e9);
        }
        let mut texts: Vec<_> = rules.iter().map(|rule| rule.text.clone()).collect();
        if texts.is_empty() {
            texts.push(NO_RULE.to_owned());
        }
        let broken = texts.into_iter().map(|text| {
            let gauge = registry.gauge(&c::LOADTEST_THRESHOLD_BROKEN, &[&text]);
            (text, gauge)
        });
        let each = |family, values: &[&'static str]| {
            let gauge = |&value| (value, registry.gauge(family, &[value]));
            values.iter().map(gauge).collect()
        };
        Self {
            health: each(&c::LOADTEST_HEALTH_BROKEN, c::HEALTH_REASONS),
            verdicts: each(&c::LOADTEST_VERDICT, c::VERDICTS),
            broken: broken.collect(),
        }
    }

    /// Sets what `judgement` says.
    pub(super) fn tell(&self, judgement: &Judgement) {
        mark(&self.verdicts, judgement.verdict.name());
        let given = judgement.reasons.iter().map(|reason| reason.code);
        let mut known: Vec<_> = given
            .filter(|code| c::HEALTH_REASONS.contains(code))
            .collect();
        if judgement.verdict == Verdict::Invalid && known.is_empty() {
            known.push(OTHER);
        }
        for code in known {
            mark(&self.health, code);
        }
        let broken = judgement.thresholds.iter();
        for result in broken.filter(|result| result.held == Some(false)) {
            mark(&self.broken, &result.rule.text);
        }
    }
}

fn mark(gauges: &[(impl AsRef<str>, Gauge)], name: &str) {
    for (_, gauge) in gauges.iter().filter(|(of, _)| of.as_ref() == name) {
        gauge.set(1.0);
    }
}

/// As a plan writes it: `p99`, `p99.9`, `mean`, `max`.
fn term(term: Term) -> String {
    match term {
        Term::Quantile(share) => format!("p{}", (share * 1e6).round() / 1e4),
        Term::Mean => "mean".to_owned(),
        Term::Min => "min".to_owned(),
        Term::Max => "max".to_owned(),
        Term::Value => "value".to_owned(),
    }
}

#[cfg(test)]
pub(super) fn a_rule() -> Rule {
    Rule {
        text: "p99 < 50ms".to_owned(),
        metric: record::rule::Metric::ResponseTime,
        step: None,
        term: Term::Quantile(0.99),
        operator: record::rule::Operator::Less,
        limit: 50e6,
        over: None,
        abort: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes that say how to read a run, and leave its numbers alone.
    const REMARKS: [&str; 3] = ["generator_waited", "overloaded", "cap_bound"];

    #[test]
    fn every_reason_of_the_table_of_limits_is_in_the_catalog() {
        let codes = stats::limits::TABLE.iter().map(|limit| limit.code);
        let unknown: Vec<_> = codes
            .filter(|code| !REMARKS.contains(code) && !c::HEALTH_REASONS.contains(code))
            .collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }

    #[test]
    fn limits_stand_from_the_start_and_what_broke_at_the_end() {
        let registry = Registry::new();
        let judged = Judged::new(&registry, &[a_rule()]);
        let start = registry.render();
        let limit =
            r#"loadtest_threshold_seconds{metric="response_time",term="p99",step="all"} 0.05"#;
        assert!(start.contains(limit), "{start}");
        assert!(!start.lines().any(|line| line.ends_with("} 1")), "{start}");
        judged.tell(&Judgement {
            verdict: Verdict::Invalid,
            reasons: vec![stats::Reason {
                code: "host_busy",
                text: String::new(),
                hint: String::new(),
            }],
            thresholds: vec![stats::RuleResult {
                rule: a_rule(),
                observed: Some(60e6),
                samples: 1_000,
                held: Some(false),
                stretches: None,
            }],
        });
        let end = registry.render();
        let set: Vec<_> = end.lines().filter(|line| line.ends_with("} 1")).collect();
        assert_eq!(
            set,
            [
                r#"loadtest_health_broken{reason="host_busy"} 1"#,
                r#"loadtest_threshold_broken{rule="p99 < 50ms"} 1"#,
                r#"loadtest_verdict{verdict="invalid"} 1"#,
            ]
        );
    }
}
