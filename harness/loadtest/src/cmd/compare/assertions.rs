//! What a comparison is worth: rules that the candidate must keep, and records that can be held against each other at all.

use crate::exit::{Exit, Failure};
use crate::output;
use record::rule::Rule;
use record::run::RunRecord;
use stats::{RuleResult, Verdict};

/// The rules of `--assert`, read as thresholds of the run they are about.
pub(super) fn rules(asserted: &[String], about: &RunRecord) -> Result<Vec<Rule>, Failure> {
    let model = about.plan.model;
    let read = |text: &String| {
        plan::threshold::parse(text, model).map_err(|error| {
            Failure::usage(format!("--assert: {error}"))
                .hint("rules are absolute, as in 'p99 < 50ms'; a change in percent is for `loadtest gate` to judge")
        })
    };
    asserted.iter().map(read).collect()
}

/// Runs of different load cannot be held against each other, unless somebody insists.
pub(super) fn same_load(
    baseline: &RunRecord,
    candidate: &RunRecord,
    force: bool,
) -> Result<(), Failure> {
    let [a, b] = [baseline, candidate].map(|run| &run.plan);
    if force || a.digest == b.digest {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "the two runs offered different loads: {} ({}) and {} ({})",
        a.name, a.digest, b.name, b.digest
    ))
    .hint("--force compares them all the same, and says so on every page"))
}

/// How the comparison ends: 4 if one of the runs cannot be trusted, 3 if a candidate breaks a rule, else 0.
pub(super) fn exit(baseline: &RunRecord, candidates: &[&RunRecord], asserted: &[Rule]) -> Exit {
    let mut worst = Exit::Pass;
    for candidate in candidates {
        let results = stats::judge_by(candidate, asserted).thresholds;
        for result in &results {
            output::result(&told(candidate, result));
        }
        if results.iter().any(|result| result.held == Some(false)) {
            worst = Exit::Fail;
        }
    }
    let all = std::iter::once(&baseline).chain(candidates);
    for run in all.filter(|run| stats::judge(run).verdict == Verdict::Invalid) {
        output::note(&format!(
            "warning: run {} is invalid; `loadtest report` says why",
            run.run_id
        ));
        worst = Exit::Invalid;
    }
    worst
}

fn told(run: &RunRecord, result: &RuleResult) -> String {
    let word = match result.held {
        Some(true) => "holds",
        Some(false) => "does not hold",
        None => "cannot be decided",
    };
    let seen = result
        .observed
        .map_or_else(|| "nothing".to_owned(), |value| result.rule.show(value));
    format!(
        "assertion about {}: {} {word}: {seen}, from {} samples\n",
        run.run_id, result.rule, result.samples
    )
}
