//! Six questions to ask of any benchmark, answered in words (Brendan Gregg, "Evaluating the Evaluation: A Benchmarking Checklist", 2018;
//! measurement.md, section 15). What cannot be answered is said to be unknown, with what is missing.

mod happened;
mod limits;
mod saturation;
mod worth;

use crate::judge::Judgement;
use record::run::RunRecord;

/// One question and what this run has to say to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Stable, for scripts: `why_not_double`.
    pub key: &'static str,
    /// The question.
    pub question: &'static str,
    /// One or two plain sentences; begins with `unknown: ` if the run does not tell.
    pub text: String,
}

impl Answer {
    /// False if the run does not tell.
    pub fn is_known(&self) -> bool {
        !self.text.starts_with(UNKNOWN)
    }
}

const UNKNOWN: &str = "unknown: ";

fn unknown(missing: &str) -> String {
    format!("{UNKNOWN}{missing}")
}

/// The answers, in the order of the checklist.
pub fn six(record: &RunRecord, judgement: &Judgement) -> [Answer; 6] {
    let answer = |key, question, text| Answer {
        key,
        question,
        text,
    };
    [
        answer(
            "why_not_double",
            "Why not double?",
            saturation::answer(record),
        ),
        answer(
            "broke_limits",
            "Did it break limits?",
            limits::answer(record),
        ),
        answer("errored", "Did it error?", happened::errors(record)),
        answer(
            "reproduces",
            "Does it reproduce?",
            unknown("this is one run; repeat it, and look at both with loadtest compare"),
        ),
        answer(
            "matters",
            "Does it matter?",
            worth::answer(record, judgement),
        ),
        answer("happened", "Did it even happen?", happened::answer(record)),
    ]
}

#[cfg(test)]
mod tests;
