//! Mirror of a threshold rule.

use crate::rule::{self, Metric, Operator, Term};
use crate::wire::RecordError;
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Serialize, Deserialize)]
pub(super) struct Rule {
    text: String,
    metric: String,
    step: Option<String>,
    #[serde(flatten)]
    term: TermWire,
    operator: String,
    limit: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    over_ns: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    abort_after_ns: Option<u64>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "term", content = "share", rename_all = "snake_case")]
enum TermWire {
    Quantile(f64),
    Mean,
    Min,
    Max,
    Value,
}

const OPERATORS: [Operator; 4] = [
    Operator::Less,
    Operator::LessOrEqual,
    Operator::Greater,
    Operator::GreaterOrEqual,
];

impl From<&rule::Rule> for Rule {
    fn from(rule: &rule::Rule) -> Self {
        Self {
            text: rule.text.clone(),
            metric: rule.metric.name().to_owned(),
            step: rule.step.clone(),
            term: match rule.term {
                Term::Quantile(share) => TermWire::Quantile(share),
                Term::Mean => TermWire::Mean,
                Term::Min => TermWire::Min,
                Term::Max => TermWire::Max,
                Term::Value => TermWire::Value,
            },
            operator: rule.operator.sign().to_owned(),
            limit: rule.limit,
            over_ns: rule.over.map(nanoseconds),
            abort_after_ns: rule.abort.map(nanoseconds),
        }
    }
}

// A plan holds no duration beyond 24 hours.
fn nanoseconds(duration: Duration) -> u64 {
    duration.as_nanos() as u64
}

impl TryFrom<Rule> for rule::Rule {
    type Error = RecordError;

    fn try_from(rule: Rule) -> Result<Self, RecordError> {
        let damaged = |why| RecordError::Damaged {
            place: format!("thresholds, \"{}\"", rule.text),
            why,
        };
        let metric = Metric::NAMES
            .into_iter()
            .find_map(|(name, metric)| (name == rule.metric).then_some(metric))
            .ok_or_else(|| damaged(format!("unknown metric \"{}\"", rule.metric)))?;
        let operator = OPERATORS
            .into_iter()
            .find(|operator| operator.sign() == rule.operator)
            .ok_or_else(|| damaged(format!("unknown operator \"{}\"", rule.operator)))?;
        Ok(Self {
            metric,
            operator,
            term: match rule.term {
                TermWire::Quantile(share) => Term::Quantile(share),
                TermWire::Mean => Term::Mean,
                TermWire::Min => Term::Min,
                TermWire::Max => Term::Max,
                TermWire::Value => Term::Value,
            },
            text: rule.text,
            step: rule.step,
            limit: rule.limit,
            over: rule.over_ns.map(Duration::from_nanos),
            abort: rule.abort_after_ns.map(Duration::from_nanos),
        })
    }
}

#[cfg(test)]
mod tests;
