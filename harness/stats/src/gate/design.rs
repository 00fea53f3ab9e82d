//! When a gate may decide, and how much of its error it may spend there (statistics.md, sections 4.1 and 4.6). All of it is fixed before
//! the first round: adding rounds until something is significant would inflate false alarms.

use super::detect::shift_found;
use crate::signed_rank::MOST;
use record::comparison::{GatePlan, warming, window};
use std::time::Duration;

/// A number of valid rounds at which the rule may decide.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Valid rounds.
    pub rounds: usize,
    /// What of α is spent here; 0 where nothing can fail by statistics.
    pub alpha: f64,
}

/// A plan with its looks settled.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    /// What was asked.
    pub plan: GatePlan,
    /// The looks that will be made, ascending.
    pub looks: Vec<Look>,
    /// What was changed or follows, a sentence each, for the user to read before the first round.
    pub notes: Vec<String>,
    // Of the last look that can fail: in units of the noise, the shift that it finds with 80 % probability.
    pub(super) found: Option<f64>,
}

/// A design that cannot be carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetTooSmall {
    /// Rounds that fit.
    pub fitting: usize,
    /// Rounds of the first look.
    pub needed: usize,
}

impl std::fmt::Display for BudgetTooSmall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} rounds fit into the budget, and the first look needs {}; raise --budget or shorten the windows",
            self.fitting, self.needed
        )
    }
}

impl std::error::Error for BudgetTooSmall {}

/// The first number of rounds at which one of `tests` tests can fail with `alpha` to spend: ⌈log₂(tests ÷ alpha)⌉, because the smallest
/// possible p of n rounds is 2⁻ⁿ.
pub fn first_failing_look(tests: usize, alpha: f64) -> usize {
    let needed = (tests as f64 / alpha).log2();
    // 10 rounds serve exactly 1024 ÷ α; the logarithm must not make 11 of it.
    (needed - 1e-9).ceil().max(1.0) as usize
}

impl Design {
    /// The design of a plan without a budget.
    pub fn new(plan: &GatePlan) -> Self {
        let mut notes = Vec::new();
        let looks = looks(plan, &mut notes);
        Self::of(plan, looks, notes)
    }

    /// The design of which `rounds` rounds fit into the time there is: looks beyond are not made, and what they would have spent is not
    /// spent elsewhere.
    pub fn within(plan: &GatePlan, rounds: usize) -> Result<Self, BudgetTooSmall> {
        let mut notes = Vec::new();
        let all = looks(plan, &mut notes);
        let kept: Vec<Look> = all
            .iter()
            .copied()
            .filter(|look| look.rounds <= rounds)
            .collect();
        if kept.is_empty() {
            let needed = all.first().map_or(0, |look| look.rounds);
            return Err(BudgetTooSmall {
                fitting: rounds,
                needed,
            });
        }
        if kept.len() < all.len() {
            notes.push(format!(
                "{rounds} rounds fit into the budget: looks at {} only",
                listed(&kept)
            ));
        }
        Ok(Self::of(plan, kept, notes))
    }

    fn of(plan: &GatePlan, looks: Vec<Look>, mut notes: Vec<String>) -> Self {
        if looks.iter().all(|look| look.alpha <= 0.0) {
            notes.push(
                "this gate cannot fail by statistics, only by hard rules and exact metrics"
                    .to_owned(),
            );
        }
        let mut design = Self {
            plan: plan.clone(),
            looks,
            notes,
            found: None,
        };
        let last = design.last_failing();
        design.found = last.and_then(|look| shift_found(look.rounds, design.share_of(look)));
        design
    }

    /// Tests of the family: the gated metrics of the plan, measured or not.
    pub fn tests(&self) -> usize {
        self.plan.metrics.len().max(1)
    }

    /// What the least of all p values is compared with at that look.
    pub fn share_of(&self, look: Look) -> f64 {
        look.alpha / self.tests() as f64
    }

    /// The last look; the most valid rounds of this gate.
    pub fn last(&self) -> Look {
        let none = Look {
            rounds: 0,
            alpha: 0.0,
        };
        self.looks.last().copied().unwrap_or(none)
    }

    /// The last look at which something can fail by statistics.
    pub fn last_failing(&self) -> Option<Look> {
        self.looks
            .iter()
            .rev()
            .find(|look| look.alpha > 0.0)
            .copied()
    }

    /// Dropped rounds beyond which no later look could bring their share down again.
    pub fn most_dropped(&self) -> f64 {
        let limit = self.plan.validity.dropped;
        limit / (1.0 - limit).max(f64::EPSILON) * self.last().rounds as f64
    }
}

// Every look raised to where it can fail at all, ascending, none beyond what is counted exactly.
fn looks(plan: &GatePlan, notes: &mut Vec<String>) -> Vec<Look> {
    let tests = plan.metrics.len().max(1);
    let mut settled: Vec<Look> = Vec::new();
    for (at, asked) in plan.looks.iter().enumerate() {
        let alpha = plan.spend.get(at).copied().unwrap_or(0.0) * plan.alpha;
        let asked = *asked as usize;
        let needed = if alpha > 0.0 {
            first_failing_look(tests, alpha)
        } else {
            1
        };
        let after = settled.last().map_or(0, |look| look.rounds);
        let rounds = asked.max(needed).max(after + 1).min(MOST);
        if rounds != asked {
            notes.push(format!(
                "the look at {asked} rounds is made at {rounds}: {tests} metrics can fail from {needed} rounds on, and {MOST} is the most"
            ));
        }
        if rounds > after {
            settled.push(Look { rounds, alpha });
        }
    }
    settled
}

fn listed(looks: &[Look]) -> String {
    let rounds: Vec<String> = looks.iter().map(|look| look.rounds.to_string()).collect();
    rounds.join(", ")
}

/// How long a round takes: both arms started and warmed up in turns, then the windows that they share. `start` is one start until the
/// first answer.
pub fn round_length(plan: &GatePlan, start: Duration, warmup: Duration) -> Duration {
    start * 2 + warming(warmup) + window(plan.slot_closed) + window(plan.slot_open)
}

/// Rounds of that length that fit into what is left of a budget.
pub fn rounds_within(left: Duration, round: Duration) -> usize {
    let round = round.as_nanos().max(1);
    usize::try_from(left.as_nanos() / round).unwrap_or(usize::MAX)
}
