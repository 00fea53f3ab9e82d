//! What was seen of rules that are judged on each stretch of the steady phase (`over 10s`) instead of on all of it.
//!
//! Figures, not verdicts: whether one of them breaks its rule is for `stats` to say, the same way while a run is on and years later.

use super::Span;

/// One rule and its stretches, in order of time.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleStretches {
    /// The rule as it was written.
    pub rule: String,
    /// One for each window edge from which the rule's length lies behind, at most; long rules are looked at less often.
    pub stretches: Vec<Stretch>,
}

/// The figure of one stretch, in the unit of the rule's limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stretch {
    /// When, since T0.
    pub span: Span,
    /// The figure, with what did not finish at its lower bound; `None` without data.
    pub low: Option<f64>,
    /// The figure if what did not finish took longer than everything that did; `None` where that is unbounded, or without data.
    pub high: Option<f64>,
    /// Samples it stands on.
    pub samples: u64,
    /// Those of them on the wrong side of the limit: what a quantile or a ratio is broken by. 0 where no single sample can be.
    pub beyond: u64,
}
