//! The rule that decides: pure, so that the same rounds get the same verdict tomorrow (statistics.md, section 4.6).

use super::design::Design;
use super::exact::{Exact, FEWEST, exact};
use super::fate::{Collapse, Fate, fate};
use super::measure::{Measured, measure};
use super::sentence::{first_regressed, first_unclear};
use super::validity::{DropRule, percent};
use super::verdict::{Decision, Dropped, Label, MetricResult};
use crate::judge::Verdict;
use record::comparison::{Arm, Calibration, Metric, Round};
use std::collections::BTreeSet;

/// Rounds in which an arm must collapse before that decides.
const COLLAPSES: u32 = 2;

/// Where a gate stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// It goes on: another round.
    Going(Going),
    /// It is over.
    Decided(Box<Decision>),
}

/// A gate that goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Going {
    /// Rounds that count so far.
    pub valid: usize,
    /// Rounds dropped so far.
    pub dropped: usize,
    /// Valid rounds at the next look.
    pub next_look: usize,
    /// What became of the last round; `None` before the first.
    pub last: Option<Fate>,
}

/// What is known after some rounds.
#[derive(Default)]
struct Tally<'a> {
    valid: Vec<&'a Round>,
    measured: usize,
    dropped: Dropped,
    unchecked: BTreeSet<DropRule>,
    baseline_down: u32,
    baseline_short: Vec<String>,
    candidate: Vec<String>,
    both_down: bool,
    last: Option<Fate>,
}

/// Judges the rounds in the order in which they were measured, and stops where the gate stopped: what comes after a decision is not looked
/// at.
pub fn judge(design: &Design, calibration: &Calibration, rounds: &[Round]) -> Progress {
    let mut tally = Tally::default();
    for round in rounds {
        let (fate, unchecked) = fate(round, &design.plan, calibration);
        tally.unchecked.extend(unchecked);
        let counts = fate == Fate::Valid;
        tally.add(round, fate);
        let at_look = || at_look(design, &tally).filter(|_| counts);
        let decided = hard(design, &tally).or_else(at_look);
        if let Some(decision) = decided {
            return Progress::Decided(Box::new(decision));
        }
    }
    let valid = tally.valid.len();
    let next = design.looks.iter().find(|look| look.rounds > valid);
    Progress::Going(Going {
        valid,
        dropped: tally.dropped.rounds as usize,
        next_look: next.map_or(0, |look| look.rounds),
        last: tally.last,
    })
}

/// What an interrupted gate, or one whose time was up, can say: as much as its rounds show, and nothing decided.
pub fn interrupted(
    design: &Design,
    calibration: &Calibration,
    rounds: &[Round],
    why: &str,
) -> Decision {
    if let Progress::Decided(decision) = judge(design, calibration, rounds) {
        return *decision;
    }
    let mut tally = Tally::default();
    for round in rounds {
        let (fate, unchecked) = fate(round, &design.plan, calibration);
        tally.unchecked.extend(unchecked);
        tally.add(round, fate);
    }
    let seen = measure(design, &tally.valid, None);
    tally.decide(
        design,
        Some(Verdict::Inconclusive),
        vec![why.to_owned()],
        None,
        seen,
    )
}

/// The rounds that count among these, in their order: what reports draw. Of a decided gate hand in the first [`Decision::measured`] only.
pub fn valid_rounds<'a>(
    design: &Design,
    calibration: &Calibration,
    rounds: &'a [Round],
) -> Vec<&'a Round> {
    let counts = |round: &&Round| fate(round, &design.plan, calibration).0 == Fate::Valid;
    rounds.iter().filter(counts).collect()
}

impl<'a> Tally<'a> {
    fn add(&mut self, round: &'a Round, fate: Fate) {
        self.measured += 1;
        match &fate {
            Fate::Valid => self.valid.push(round),
            Fate::Dropped(tripped) => {
                self.dropped.rounds += 1;
                for one in tripped {
                    *self.dropped.rules.entry(one.rule).or_default() += 1;
                    for arm in &one.arms {
                        *self.dropped.arms.entry((one.rule, *arm)).or_default() += 1;
                    }
                }
            }
            Fate::Collapsed {
                baseline,
                candidate,
            } => self.collapsed(round.number, baseline.as_ref(), candidate.as_ref()),
        }
        self.last = Some(fate);
    }

    fn collapsed(
        &mut self,
        number: u32,
        baseline: Option<&Collapse>,
        candidate: Option<&Collapse>,
    ) {
        let told = |one: &Collapse| format!("round {number}: {}", one.text());
        match (baseline, candidate) {
            (Some(Collapse::Down(_)), Some(Collapse::Down(_))) => self.both_down = true,
            (Some(Collapse::Down(_)), _) => self.baseline_down += 1,
            (Some(short), _) => self.baseline_short.push(told(short)),
            (None, Some(one)) => self.candidate.push(told(one)),
            (None, None) => {}
        }
    }

    fn decide(
        &self,
        design: &Design,
        verdict: Option<Verdict>,
        reasons: Vec<String>,
        look: Option<usize>,
        seen: Measured,
    ) -> Decision {
        let mut notes = design.notes.clone();
        notes.extend(seen.notes);
        notes.extend(one_armed(&self.dropped));
        if self.candidate.len() == 1 {
            notes.push(format!(
                "the candidate collapsed once: {}",
                self.candidate[0]
            ));
        }
        Decision {
            verdict,
            reasons,
            measured: self.measured,
            valid: self.valid.len(),
            look,
            dropped: self.dropped.clone(),
            metrics: seen.metrics,
            others: seen.others,
            errors: seen.errors,
            slos: seen.slos,
            unchecked: self.unchecked.iter().copied().collect(),
            notes,
        }
    }
}

// Hard rules in the order of precedence: the target failed, fail, invalid. They use no statistics and decide at once.
fn hard(design: &Design, tally: &Tally) -> Option<Decision> {
    let (verdict, reason) = target_failed(tally)
        .map(|reason| (None, reason))
        .or_else(|| hard_fail(design, tally).map(|reason| (Some(Verdict::Fail), reason)))
        .or_else(|| hard_invalid(design, tally).map(|reason| (Some(Verdict::Invalid), reason)))?;
    let seen = measure(design, &tally.valid, None);
    Some(tally.decide(design, verdict, vec![reason], None, seen))
}

fn target_failed(tally: &Tally) -> Option<String> {
    if tally.both_down {
        return Some("both arms died or served nothing in one round".to_owned());
    }
    (tally.baseline_down >= COLLAPSES).then(|| {
        format!(
            "the baseline died or served nothing in {} rounds",
            tally.baseline_down
        )
    })
}

fn hard_fail(design: &Design, tally: &Tally) -> Option<String> {
    if tally.candidate.len() >= COLLAPSES as usize {
        let told = tally.candidate.join("; ");
        return Some(format!(
            "the candidate collapses while the baseline is fine: {told}"
        ));
    }
    if tally.valid.len() < FEWEST {
        return None;
    }
    let worse = design.plan.metrics.iter().find_map(|gated| {
        let pairs: Vec<_> = tally
            .valid
            .iter()
            .filter_map(|round| round.pair(gated.metric))
            .collect();
        let is_worse = exact(gated, &pairs) == Some(Exact::Worse);
        is_worse.then(|| (gated.metric, pairs[0]))
    });
    worse.map(|(metric, (a, b))| exact_reason(metric, a, b, tally.valid.len()))
}

fn exact_reason(metric: Metric, baseline: f64, candidate: f64, rounds: usize) -> String {
    let (title, unit) = (metric.title(), metric.unit());
    format!(
        "{title} went from {baseline:.3} to {candidate:.3} ({unit}) in all of {rounds} rounds, without noise"
    )
}

fn hard_invalid(design: &Design, tally: &Tally) -> Option<String> {
    if tally.baseline_short.len() >= COLLAPSES as usize {
        let told = tally.baseline_short.join("; ");
        return Some(format!(
            "the baseline does not hold the load itself: {told}"
        ));
    }
    let dropped = f64::from(tally.dropped.rounds);
    (dropped > design.most_dropped()).then(|| too_many(tally))
}

fn too_many(tally: &Tally) -> String {
    let rules = tally.dropped.rules.iter();
    let told: Vec<String> = rules
        .map(|(rule, rounds)| format!("{} {rounds}", rule.name()))
        .collect();
    let (rounds, all) = (tally.dropped.rounds, tally.measured);
    format!(
        "{rounds} of {all} rounds were dropped ({})",
        told.join(", ")
    )
}

// A rule that only ever one arm trips says something about that arm, though it is no regression that could be measured.
fn one_armed(dropped: &Dropped) -> Vec<String> {
    let count = |rule: DropRule, arm| dropped.arms.get(&(rule, arm)).copied().unwrap_or(0);
    let lopsided = dropped.rules.keys().filter_map(|rule| {
        let [a, b] = Arm::BOTH.map(|arm| count(*rule, arm));
        let (arm, rounds) = match (a, b) {
            (0, more) if more > 1 => (Arm::Candidate, more),
            (more, 0) if more > 1 => (Arm::Baseline, more),
            _ => return None,
        };
        Some(format!(
            "\"{}\" dropped {rounds} rounds because of the {} alone",
            rule.name(),
            arm.name()
        ))
    });
    lopsided.collect()
}

// The decision at a look, if this is one.
fn at_look(design: &Design, tally: &Tally) -> Option<Decision> {
    let at = design
        .looks
        .iter()
        .position(|look| look.rounds == tally.valid.len())?;
    let look = design.looks[at];
    let seen = measure(design, &tally.valid, Some(look));
    let dropped = f64::from(tally.dropped.rounds);
    let share = dropped / (dropped + tally.valid.len() as f64);
    let (verdict, reasons) = if share > design.plan.validity.dropped {
        (
            Verdict::Invalid,
            vec![format!("{}: {}", too_many(tally), percent(share))],
        )
    } else if let Some(reasons) = failing(&seen) {
        (Verdict::Fail, reasons)
    } else if seen.is_passing() {
        let reason = format!(
            "every gated metric is no worse than its margin, after {} rounds",
            look.rounds
        );
        (Verdict::Pass, vec![reason])
    } else if at + 1 == design.looks.len() {
        (Verdict::Inconclusive, undecided(&seen))
    } else {
        return None;
    };
    Some(tally.decide(design, Some(verdict), reasons, Some(at + 1), seen))
}

fn failing(seen: &Measured) -> Option<Vec<String>> {
    let regressed = seen
        .metrics
        .iter()
        .filter(|one| one.label == Label::Regressed);
    let mut reasons = of_each(regressed, first_regressed(&seen.metrics), "regressed");
    if seen.errors.is_worse {
        reasons.push(format!("more errors: {}", seen.errors.told()));
    }
    let broken = seen.slos.iter().filter(|slo| slo.is_broken);
    reasons.extend(broken.map(|slo| {
        let also = if slo.baseline_breaks {
            ", and so does the baseline"
        } else {
            ""
        };
        format!("the candidate breaks {}{also}", slo.rule)
    }));
    (!reasons.is_empty()).then_some(reasons)
}

fn undecided(seen: &Measured) -> Vec<String> {
    let unclear = seen.metrics.iter().filter(|one| !one.is_settled());
    let first = first_unclear(&seen.metrics).map(|(one, _)| one);
    let mut reasons = of_each(unclear, first, "is unclear");
    if !seen.errors.is_no_worse {
        reasons.push("error rates are unclear".to_owned());
    }
    let open = seen.slos.iter().filter(|slo| !slo.is_kept);
    reasons.extend(open.map(|slo| format!("{} is neither kept nor broken beyond doubt", slo.rule)));
    reasons
}

// The one that the sentence on top is about comes first: reports show the rest below it.
fn of_each<'a>(
    metrics: impl Iterator<Item = &'a MetricResult>,
    first: Option<&MetricResult>,
    what: &str,
) -> Vec<String> {
    let mut all: Vec<Metric> = metrics.map(|one| one.gated.metric).collect();
    all.sort_by_key(|metric| first.is_none_or(|first| first.gated.metric != *metric));
    all.into_iter()
        .map(|metric| format!("{} {what}", metric.title()))
        .collect()
}
