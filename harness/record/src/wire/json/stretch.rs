//! Mirror of the stretches of sliding rules.

use super::Span;
use crate::run;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(super) struct RuleStretches {
    rule: String,
    stretches: Vec<Stretch>,
}

#[derive(Serialize, Deserialize)]
struct Stretch {
    #[serde(flatten)]
    span: Span,
    low: Option<f64>,
    high: Option<f64>,
    samples: u64,
    beyond: u64,
}

impl From<&run::RuleStretches> for RuleStretches {
    fn from(all: &run::RuleStretches) -> Self {
        let one = |stretch: &run::Stretch| Stretch {
            span: stretch.span.into(),
            low: stretch.low,
            high: stretch.high,
            samples: stretch.samples,
            beyond: stretch.beyond,
        };
        Self {
            rule: all.rule.clone(),
            stretches: all.stretches.iter().map(one).collect(),
        }
    }
}

impl From<RuleStretches> for run::RuleStretches {
    fn from(all: RuleStretches) -> Self {
        let one = |stretch: Stretch| run::Stretch {
            span: stretch.span.into(),
            low: stretch.low,
            high: stretch.high,
            samples: stretch.samples,
            beyond: stretch.beyond,
        };
        Self {
            rule: all.rule,
            stretches: all.stretches.into_iter().map(one).collect(),
        }
    }
}
