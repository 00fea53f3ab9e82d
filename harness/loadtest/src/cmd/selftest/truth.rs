//! One truth beside what was measured, and whether it holds.

use record::quantity::format_nanoseconds;
use record::run::RunRecord;
use stats::judge_by;

/// Reasons of an invalid run with which a machine excuses a figure, and the remark that the generator's own wait is in every time. Every
/// other reason is the instrument's own affair.
const MACHINE: [&str; 10] = [
    "generator_waited",
    "generator_late",
    "generator_stalled",
    "generator_starved",
    "generator_throttled",
    "generator_cpu",
    "generator_stall",
    "under_delivered",
    "host_busy",
    "steal",
];

/// What came of a truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    /// Measured as it is.
    Holds,
    /// Measured wrongly, and nothing excuses it.
    Wrong,
    /// Measured wrongly, in a run that the machine spoilt by what its record says.
    Disturbed,
}

impl Held {
    /// As in JSON.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Wrong => "wrong",
            Self::Disturbed => "disturbed",
        }
    }
}

/// A value with its unit.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Figure {
    /// A length of time.
    Nanoseconds(f64),
    /// A number of things.
    Count(u64),
    /// A word.
    Word(String),
}

impl Figure {
    pub(super) fn show(&self) -> String {
        match self {
            Self::Nanoseconds(ns) => format_nanoseconds(ns.max(0.0).round() as u64),
            Self::Count(count) => count.to_string(),
            Self::Word(word) => word.clone(),
        }
    }

    pub(super) fn unit(&self) -> &'static str {
        match self {
            Self::Nanoseconds(_) => "ns",
            Self::Count(_) => "count",
            Self::Word(_) => "word",
        }
    }

    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Nanoseconds(ns) => Some(*ns),
            Self::Count(count) => Some(*count as f64),
            Self::Word(_) => None,
        }
    }
}

/// How far from the truth is still right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Allowed {
    /// Not at all.
    Nothing,
    /// By this share of the truth, on either side.
    Share(f64),
    /// More than the truth by so many nanoseconds, and never less: what a client sees of a target's own time. A thousandth below is the
    /// width of a histogram's bucket.
    More(f64),
    /// The truth is the most there can be.
    AtMost,
}

impl Allowed {
    pub(super) fn show(self) -> String {
        match self {
            Self::Nothing => "exact".to_owned(),
            Self::Share(share) => format!("± {} %", share * 100.0),
            Self::More(ns) => format!("+ {}", format_nanoseconds(ns as u64)),
            Self::AtMost => "at most".to_owned(),
        }
    }

    fn covers(self, truth: &Figure, measured: &Figure) -> bool {
        let (Some(is), Some(says)) = (truth.number(), measured.number()) else {
            return truth == measured;
        };
        match self {
            Self::Nothing => truth == measured,
            Self::Share(share) => (says - is).abs() <= share * is,
            Self::More(ns) => says >= is * 0.999 && says <= is + ns,
            Self::AtMost => says <= is,
        }
    }
}

/// A truth, what was measured, and whether it holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Truth {
    pub(super) what: String,
    pub(super) truth: Figure,
    pub(super) measured: Figure,
    pub(super) allowed: Allowed,
    pub(super) held: Held,
    /// What the machine did, if the run is invalid by it.
    pub(super) disturbances: Vec<String>,
}

impl Truth {
    /// One that no machine can excuse: counts and sums.
    pub(super) fn always(what: &str, truth: Figure, measured: Figure, allowed: Allowed) -> Self {
        let held = if allowed.covers(&truth, &measured) {
            Held::Holds
        } else {
            Held::Wrong
        };
        Self {
            what: what.to_owned(),
            truth,
            measured,
            allowed,
            held,
            disturbances: Vec::new(),
        }
    }

    /// One that the machine excuses if `record` says that it spoilt the run.
    pub(super) fn in_time(
        record: &RunRecord,
        what: &str,
        (truth, measured): (Figure, Figure),
        allowed: Allowed,
    ) -> Self {
        let plain = Self::always(what, truth, measured, allowed);
        let disturbances = disturbances(record);
        let held = match plain.held {
            Held::Wrong if !disturbances.is_empty() && plain.is_excusable() => Held::Disturbed,
            held => held,
        };
        Self {
            held,
            disturbances,
            ..plain
        }
    }

    // A busy machine makes times longer and what is finished less, and never the other way round; but for a little, because the truth of
    // a stall is itself read on that machine.
    fn is_excusable(&self) -> bool {
        match (&self.truth, &self.measured) {
            (Figure::Nanoseconds(is), Figure::Nanoseconds(says)) => *says > is * 0.9,
            (Figure::Count(is), Figure::Count(says)) => says < is,
            _ => false,
        }
    }
}

// What the plan demands is not asked: these runs have no thresholds.
fn disturbances(record: &RunRecord) -> Vec<String> {
    let reasons = judge_by(record, &[]).reasons;
    let of_machine = reasons
        .iter()
        .filter(|reason| MACHINE.contains(&reason.code));
    of_machine
        .map(|reason| format!("{}: {}", reason.code, reason.text))
        .collect()
}
