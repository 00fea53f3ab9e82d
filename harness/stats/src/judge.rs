//! The verdict of one run.
//!
//! Order: a wrong answer (the audit) fails whatever the numbers say; numbers that cannot be trusted are invalid; a broken threshold fails;
//! what cannot be decided is inconclusive; the rest passes. No data never passes.

use crate::rule::{self, RuleResult};
use crate::validity::{self, Reason};
use record::rule::Rule;
use record::run::{Ending, RunRecord};

/// What a run is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Valid, and everything demanded of it holds.
    Pass,
    /// Valid, and something demanded of it does not hold; or the audit found wrong answers.
    Fail,
    /// Valid as far as it goes, and not far enough to decide.
    Inconclusive,
    /// The numbers cannot be trusted.
    Invalid,
}

impl Verdict {
    /// The name in records and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Inconclusive => "inconclusive",
            Self::Invalid => "invalid",
        }
    }
}

/// A verdict with its reasons.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, and what else a reader should know; the reasons of the verdict first.
    pub reasons: Vec<Reason>,
    /// Each threshold with what was seen.
    pub thresholds: Vec<RuleResult>,
}

/// Judges a run by its record alone.
pub fn judge(record: &RunRecord) -> Judgement {
    judge_by(record, &record.plan.thresholds)
}

/// Judges a run by `rules` instead of those of its plan.
pub fn judge_by(record: &RunRecord, rules: &[Rule]) -> Judgement {
    let thresholds: Vec<_> = rules.iter().map(|one| rule::judge(one, record)).collect();
    let wrong = wrong_answers(record);
    let invalid = validity::reasons(record, &thresholds);
    let mut broken = broken(&thresholds);
    broken.extend(aborted(record));
    broken.extend(validity::all_failed(record));
    let open = undecided(record, &thresholds);
    let verdict = if !wrong.is_empty() {
        Verdict::Fail
    } else if !invalid.is_empty() {
        Verdict::Invalid
    } else if !broken.is_empty() {
        Verdict::Fail
    } else if !open.is_empty() {
        Verdict::Inconclusive
    } else {
        Verdict::Pass
    };
    let reasons = [wrong, invalid, broken, open, validity::remarks(record)];
    Judgement {
        verdict,
        reasons: reasons.into_iter().flatten().collect(),
        thresholds,
    }
}

fn wrong_answers(record: &RunRecord) -> Vec<Reason> {
    let failed = record
        .audit
        .iter()
        .flat_map(|audit| &audit.checks)
        .filter(|check| !check.held);
    failed
        .map(|check| {
            Reason::new(
                "audit",
                format!("it does not hold that {} ({})", check.name, check.detail),
                "the target gave wrong answers; its speed does not matter until they are right",
            )
        })
        .collect()
}

fn broken(thresholds: &[RuleResult]) -> Vec<Reason> {
    let broken = thresholds
        .iter()
        .filter(|result| result.held == Some(false));
    broken
        .map(|result| {
            let seen = result
                .observed
                .map_or_else(|| "nothing".to_owned(), |value| result.rule.show(value));
            Reason::new(
                "threshold",
                format!(
                    "{} does not hold: {seen}, from {} samples{}",
                    result.rule,
                    result.samples,
                    where_broken(result)
                ),
                "compare with an earlier run: loadtest compare BASELINE CANDIDATE",
            )
        })
        .collect()
}

fn where_broken(result: &RuleResult) -> String {
    result.stretches.map_or_else(String::new, |all| {
        format!(
            " between {:.1} s and {:.1} s, the worst of {} stretches out of {}",
            all.worst.start.as_secs_f64(),
            all.worst.end.as_secs_f64(),
            all.broken,
            all.judged
        )
    })
}

// Whatever the rule would say of all that was measured: it was broken when it had to hold.
fn aborted(record: &RunRecord) -> Option<Reason> {
    let why = record.aborted.as_ref()?;
    Some(Reason::new(
        "aborted",
        why.clone(),
        "the numbers are those until then",
    ))
}

fn undecided(record: &RunRecord, thresholds: &[RuleResult]) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if record.ending == Ending::Interrupted {
        reasons.push(Reason::new(
            "interrupted",
            format!(
                "interrupted after {:.1} s of {:.1} s",
                record.steady.length().as_secs_f64(),
                record.plan.duration.as_secs_f64()
            ),
            "the numbers are those until then",
        ));
    }
    for result in thresholds
        .iter()
        .filter(|result| result.held.is_none() && result.samples > 0)
    {
        reasons.push(Reason::new(
            "undecided",
            why_undecided(result, record),
            "give the run a longer drain, or offer less",
        ));
    }
    reasons
}

fn why_undecided(result: &RuleResult, record: &RunRecord) -> String {
    let rule = &result.rule;
    if result.stretches.is_some() {
        return format!(
            "{rule} cannot be decided: in some stretch too little went wrong to be sure, or its requests are known only from below"
        );
    }
    let unfinished = record.unfinished.count();
    format!(
        "{rule} cannot be decided: {unfinished} arrivals did not finish, and their times are known only from below"
    )
}

#[cfg(test)]
mod tests;
