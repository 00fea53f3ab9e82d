//! Which function a change of cost is in: per function the difference of cost per request, tested over rounds (profiling.md, section 9).
//!
//! Inclusive costs overlap and need not sum to the total. What only moved, because something was inlined, renamed or split, is told apart
//! from what was added, and is never named.

mod costs;
mod named;
mod names;
mod shift;
mod tested;

pub use names::{is_plumbing, plain_name};
pub use shift::{Group, Moved};

use crate::signed_rank::{Bounds, bounds, estimate, p_two_sided};
use costs::Costs;
use record::profile::Profile;
use record::tail::BAND_LABEL;

/// What a profile counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cost {
    /// CPU time, nanoseconds.
    Cpu,
    /// Bytes allocated.
    Bytes,
    /// Allocations.
    Allocations,
    /// Time spent waiting for locks, nanoseconds.
    LockWait,
}

impl Cost {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Cpu, Self::Bytes, Self::Allocations, Self::LockWait];

    /// The kinds of column that hold it, the first that a profile has.
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Cpu => &["cpu"],
            Self::Bytes => &["alloc_space"],
            Self::Allocations => &["alloc_objects"],
            Self::LockWait => &["delay", "lock_wait", "contention_time"],
        }
    }

    /// How a sentence calls it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Cpu => "CPU per request",
            Self::Bytes => "bytes allocated per request",
            Self::Allocations => "allocations per request",
            Self::LockWait => "lock wait per request",
        }
    }

    /// Its unit.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Cpu | Self::LockWait => "ns",
            Self::Bytes => "bytes",
            Self::Allocations => "count",
        }
    }
}

/// The samples that are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Band {
    /// All.
    All,
    /// Those of requests beyond P99 of their route (label `response_band` = `gt_p99`): what a change of P99 is attributed from.
    Tail,
}

/// One arm of a round: what was sampled, and of how many requests.
#[derive(Debug, Clone, Copy)]
pub struct ProfiledArm<'a> {
    /// The profile of the window.
    pub profile: &'a Profile,
    /// Good requests of that window, or of the band; at least 1, or the round is left out.
    pub requests: u64,
    /// The whole cost per request where it was counted instead of sampled, in the unit of the cost: free of the noise of sampling.
    pub counted: Option<f64>,
}

/// One valid round.
#[derive(Debug, Clone, Copy)]
pub struct ProfiledRound<'a> {
    /// The reference.
    pub baseline: ProfiledArm<'a>,
    /// The one on trial.
    pub candidate: ProfiledArm<'a>,
}

/// A difference of cost per request over rounds, in the unit of the cost; positive is dearer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// Where the differences lie.
    pub estimate: f64,
    /// Two-sided 95 % interval.
    pub interval: Bounds,
    /// Two-sided p of "no change".
    pub p: f64,
}

impl Change {
    /// Of these differences.
    pub fn of(differences: &[f64]) -> Self {
        Self {
            estimate: estimate(differences),
            interval: bounds(differences, 0.025),
            p: p_two_sided(differences),
        }
    }

    /// True if no change is outside the interval.
    pub fn excludes_zero(&self) -> bool {
        !self.interval.holds(0.0)
    }
}

/// A function's cost in both arms, with everything that it calls.
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionChange {
    /// Its plain name.
    pub function: String,
    /// Mean cost per request in the baseline's rounds, inclusive.
    pub baseline: f64,
    /// Mean cost per request in the candidate's rounds, inclusive.
    pub candidate: f64,
    /// The change of the inclusive cost.
    pub inclusive: Change,
    /// The change of what it spends itself.
    pub own: Change,
    /// Significant among all that were looked at (Benjamini-Hochberg), large enough, and not merely moved.
    pub is_listed: bool,
}

/// The function in which an increase is.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// Its plain name.
    pub function: String,
    /// The function that calls it where most of the increase is.
    pub called_from: Option<String>,
    /// Share of the whole increase, and its 95 % interval; 0.62 is 62 %.
    pub share: f64,
    /// Its interval.
    pub share_interval: Bounds,
}

/// Where a change of one cost is.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribution {
    /// Which cost.
    pub cost: Cost,
    /// Which samples.
    pub band: Band,
    /// Rounds it stands on.
    pub rounds: usize,
    /// Mean cost per request of the baseline.
    pub baseline: f64,
    /// Mean cost per request of the candidate.
    pub candidate: f64,
    /// The change of the whole.
    pub total: Change,
    /// The functions that were looked at, the dearest first.
    pub functions: Vec<FunctionChange>,
    /// What moved without changing.
    pub moved: Vec<Moved>,
    /// The function to name, if the whole became dearer and one stands out.
    pub named: Option<Named>,
    /// What a reader should know.
    pub notes: Vec<String>,
}

/// Rounds below which nothing is named: no single function could pass the correction.
pub const FEWEST: usize = 10;

/// True if samples of both builds know how slow their request was: only then can a change of P99 be attributed.
pub fn has_bands(rounds: &[ProfiledRound<'_>]) -> bool {
    let knows = |profile: &Profile| {
        let mut labels = profile.samples().iter().flat_map(|sample| &sample.labels);
        labels.any(|label| label.key == BAND_LABEL)
    };
    let baseline = rounds.iter().any(|round| knows(round.baseline.profile));
    baseline && rounds.iter().any(|round| knows(round.candidate.profile))
}

/// Where the change of `cost` is, from valid rounds; `None` if no round has such a profile in both arms.
pub fn attribute(rounds: &[ProfiledRound<'_>], cost: Cost, band: Band) -> Option<Attribution> {
    let costs = Costs::of(rounds, cost, band)?;
    let total: Vec<f64> = costs.total.differences();
    let change = Change::of(&total);
    let tested = tested::tested(&costs);
    let judged = shift::told_apart(&costs, &tested);
    let named = named::named(&costs, &judged.listed, &change);
    let mut notes = tested.notes.clone();
    if band == Band::Tail {
        notes.push("from samples of requests beyond P99 only".to_owned());
    }
    let of = |one: &tested::Function| FunctionChange {
        function: costs.names[one.id].clone(),
        baseline: costs.inclusive[one.id].mean(0),
        candidate: costs.inclusive[one.id].mean(1),
        inclusive: one.inclusive,
        own: Change::of(&costs.own[one.id].differences()),
        is_listed: judged.listed.contains(&one.id),
    };
    Some(Attribution {
        cost,
        band,
        rounds: costs.rounds,
        baseline: costs.total.mean(0),
        candidate: costs.total.mean(1),
        total: change,
        functions: tested.functions.iter().map(of).collect(),
        moved: judged.moved,
        named,
        notes,
    })
}

impl Attribution {
    /// The change of the whole ÷ the baseline.
    pub fn relative(&self) -> Option<f64> {
        (self.baseline > 0.0).then(|| self.total.estimate / self.baseline)
    }

    /// The listed functions, the largest change first.
    pub fn listed(&self) -> Vec<&FunctionChange> {
        let mut listed: Vec<_> = self.functions.iter().filter(|one| one.is_listed).collect();
        listed.sort_by(|a, b| {
            b.inclusive
                .estimate
                .abs()
                .total_cmp(&a.inclusive.estimate.abs())
        });
        listed
    }

    /// How a sentence calls what changed.
    pub fn title(&self) -> String {
        match self.band {
            Band::All => self.cost.title().to_owned(),
            Band::Tail => format!("{} beyond P99", self.cost.title()),
        }
    }

    /// One sentence: "62 % of the extra CPU per request [48, 75] is in `json::escape`, called from `mint`."
    pub fn sentence(&self) -> Option<String> {
        let named = self.named.as_ref()?;
        let title = self.title();
        let percent = |share: f64| format!("{:.0}", share * 100.0);
        let (low, high) = (named.share_interval.low, named.share_interval.high);
        let from = named.called_from.as_ref();
        let from = from.map_or(String::new(), |from| format!(", called from `{from}`"));
        Some(format!(
            "{} % of the extra {title} [{}, {}] is in `{}`{from}",
            percent(named.share),
            percent(low),
            percent(high),
            named.function
        ))
    }
}

#[cfg(test)]
mod tests;
