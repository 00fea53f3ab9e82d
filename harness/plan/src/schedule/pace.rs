//! The distances between arrivals: exact, drawn, under a shape, or as recorded.

use crate::replay::Trace;
use crate::shape::Curve;
use crate::{Plan, Spacing, seed};
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;
use std::time::Duration;

// Nanoseconds in a second times billionths in a whole: n · this ÷ nano_rate is nanoseconds.
const BILLION_SQUARED: u128 = 1_000_000_000_000_000_000;
// The area under a shape is a sum; an arrival that is due at its very end but for rounding is not due in it.
const ROUNDING: f64 = 1e-6;

/// When arrivals are due.
#[derive(Debug, Clone)]
pub(super) enum Pace {
    /// No arrivals: users decide for themselves.
    None,
    /// n ÷ rate, exact: the rate in billionths of an arrival per second is a whole number, so no sum drifts.
    Exact { nano_rate: u128 },
    /// The n-th at the time by which n are due.
    Regular(Curve),
    /// The n-th at the time by which the sum of n + 1 exponential gaps with mean 1 is due.
    Poisson {
        curve: Curve,
        sum: f64,
        stream: Box<ChaCha8Rng>,
    },
    /// At the instants of a file.
    Recorded(Arc<Trace>),
}

/// When an arrival is due, and of which scenario it is if that is not drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) at_ns: u64,
    pub(crate) scenario: Option<u32>,
}

impl Pace {
    pub(super) fn of_steady(plan: &Plan) -> Self {
        if !plan.model.is_scheduled() {
            return Self::None;
        }
        if let Some(replay) = &plan.replay {
            return replay.trace.clone().map_or(Self::None, Self::Recorded);
        }
        let goes_on = plan.until.is_some();
        let curve = match (&plan.shape, plan.rate) {
            (Some(shape), _) if goes_on => Curve::going_on(shape),
            (Some(shape), _) => Curve::of(shape),
            (None, Some(rate)) => return Self::at_rate(plan, rate.get(), "arrivals"),
            (None, None) => return Self::None,
        };
        Self::on(plan, curve, "arrivals")
    }

    pub(super) fn of_warmup(plan: &Plan) -> Self {
        if !plan.model.is_scheduled() {
            return Self::None;
        }
        let rate = match (&plan.replay, &plan.shape, plan.rate) {
            (Some(_), ..) => plan.mean_rate().unwrap_or(0.0),
            (None, Some(shape), _) => shape.first_rate(),
            (None, None, rate) => rate.map_or(0.0, record::quantity::Rate::get),
        };
        if rate <= 0.0 {
            return Self::None;
        }
        Self::at_rate(plan, rate, "warmup/arrivals")
    }

    fn at_rate(plan: &Plan, rate: f64, label: &str) -> Self {
        match plan.spacing {
            Spacing::Constant => Self::Exact {
                nano_rate: (rate * 1e9).round().max(1.0) as u128,
            },
            Spacing::Poisson | Spacing::Replay => Self::poisson(plan, Curve::constant(rate), label),
        }
    }

    fn on(plan: &Plan, curve: Curve, label: &str) -> Self {
        match plan.spacing {
            Spacing::Constant => Self::Regular(curve),
            Spacing::Poisson | Spacing::Replay => Self::poisson(plan, curve, label),
        }
    }

    fn poisson(plan: &Plan, curve: Curve, label: &str) -> Self {
        Self::Poisson {
            curve,
            sum: 0.0,
            stream: Box::new(seed::stream(plan.seed, label)),
        }
    }

    /// When arrival `n` is due; called once for each n, in order.
    pub(super) fn next(&mut self, n: u64) -> Option<Due> {
        let at_ns = match self {
            Self::None => None,
            Self::Exact { nano_rate } => {
                u64::try_from(u128::from(n) * BILLION_SQUARED / *nano_rate).ok()
            }
            Self::Regular(curve) => regular(curve, n as f64),
            Self::Poisson { curve, sum, stream } => {
                // Inversion: −ln(1 − U) is exponential with mean 1, and 1 − U is never 0.
                *sum += -(1.0 - seed::share(stream)).ln();
                curve.time_of(*sum)
            }
            Self::Recorded(trace) => return trace.due(usize::try_from(n).ok()?),
        };
        at_ns.map(|at_ns| Due {
            at_ns,
            scenario: None,
        })
    }

    /// When arrival `n` is due and all before it were, or the first one beyond `most_ns`.
    pub(super) fn time_of(mut self, n: u64, most_ns: u64) -> Option<u64> {
        // Where each is independent of the ones before it, none of those is needed.
        let first = if matches!(self, Self::Exact { .. }) {
            n
        } else {
            0
        };
        let mut before = None;
        for n in first..n {
            let at_ns = self.next(n)?.at_ns;
            if at_ns > most_ns {
                return Some(at_ns);
            }
            before = Some(at_ns);
        }
        // Two drawn arrivals can fall into one nanosecond.
        let at_ns = self.next(n)?.at_ns;
        Some(before.map_or(at_ns, |before| at_ns.max(before + 1)))
    }

    /// Arrivals due before `time`, to expect.
    pub(super) fn due_by(&self, time: Duration) -> u64 {
        let ns = time.as_nanos() as u64;
        match self {
            Self::None => 0,
            // n · 10^18 ÷ nano_rate < ns, solved for n.
            Self::Exact { nano_rate } => {
                (u128::from(ns) * nano_rate).div_ceil(BILLION_SQUARED) as u64
            }
            Self::Regular(curve) => (curve.due_by(ns) - ROUNDING).ceil().max(0.0) as u64,
            Self::Poisson { curve, .. } => curve.due_by(ns).round() as u64,
            Self::Recorded(trace) => trace.before(ns),
        }
    }

    /// The same, not rounded; `None` without arrivals.
    pub(super) fn due_in(&self, time: Duration) -> Option<f64> {
        let ns = time.as_nanos() as u64;
        match self {
            Self::None => None,
            Self::Regular(curve) | Self::Poisson { curve, .. } => Some(curve.due_by(ns)),
            Self::Exact { .. } | Self::Recorded(_) => Some(self.due_by(time) as f64),
        }
    }
}

// Of a curve that ends, an arrival that is due within rounding of its end is left out.
fn regular(curve: &Curve, n: f64) -> Option<u64> {
    let ends = curve.time_of(f64::MAX).is_none();
    if ends && n > curve.total() - ROUNDING {
        return None;
    }
    curve.time_of(n)
}
