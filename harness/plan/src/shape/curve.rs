//! Arrivals due by a time, and the time by which so many are due: the area under a shape, and its inverse.
//!
//! On a ramp from a to b over D, n arrivals are due by 2n / (a + sqrt(a² + 2(b − a)n/D)) seconds: the root of a quadratic in the form
//! that subtracts nothing, so it is stable for b < a and holds for b = a. Under a wave there is no closed form; there the root is
//! bracketed and found by Newton's method with bisection.

use super::{Part, Shape};
use std::f64::consts::{PI, TAU};

const NS: f64 = 1e9;
// Newton doubles its digits each time and bisection halves the bracket, so this is far more than either needs.
const MOST_ROUNDS: usize = 100;

/// The cumulative number of arrivals over time, piece by piece, and a constant rate after them.
#[derive(Debug, Clone)]
pub(crate) struct Curve {
    pieces: Vec<Piece>,
    total: f64,
    end_ns: u64,
    /// Arrivals per second after the last piece; 0 for none.
    tail: f64,
}

#[derive(Debug, Clone)]
struct Piece {
    start_ns: u64,
    length_ns: u64,
    /// Arrivals due before it.
    before: f64,
    /// Arrivals due at its end.
    after: f64,
    form: Form,
}

#[derive(Debug, Clone, Copy)]
enum Form {
    /// From one rate to the other; `seconds` is its length.
    Line { from: f64, to: f64, seconds: f64 },
    /// Around a rate.
    Wave {
        rate: f64,
        amplitude: f64,
        period: f64,
    },
}

impl Curve {
    /// The same rate from the start, without end.
    pub(crate) fn constant(rate: f64) -> Self {
        Self {
            pieces: Vec::new(),
            total: 0.0,
            end_ns: 0,
            tail: rate,
        }
    }

    /// `shape`, and nothing after it.
    pub(crate) fn of(shape: &Shape) -> Self {
        let mut curve = Self::constant(0.0);
        for (before, part) in shape.levels() {
            curve.add(before, part);
        }
        curve
    }

    /// `shape`, whose last rate goes on without end.
    pub(crate) fn going_on(shape: &Shape) -> Self {
        Self {
            tail: shape.last(),
            ..Self::of(shape)
        }
    }

    fn add(&mut self, before: f64, part: &Part) {
        let length_ns = part.length().as_nanos() as u64;
        if length_ns == 0 {
            return;
        }
        let seconds = part.length().as_secs_f64();
        let form = Form::of(before, part, seconds);
        let piece = Piece {
            start_ns: self.end_ns,
            length_ns,
            before: self.total,
            after: self.total + form.due_by(seconds),
            form,
        };
        self.total = piece.after;
        self.end_ns += length_ns;
        self.pieces.push(piece);
    }

    /// Arrivals due under the shape itself.
    pub(crate) fn total(&self) -> f64 {
        self.total
    }

    /// Arrivals due by `ns`.
    pub(crate) fn due_by(&self, ns: u64) -> f64 {
        let at = self.pieces.partition_point(|piece| piece.end_ns() <= ns);
        match self.pieces.get(at) {
            Some(piece) => piece.before + piece.form.due_by((ns - piece.start_ns) as f64 / NS),
            None => self.total + self.tail * (ns - self.end_ns) as f64 / NS,
        }
    }

    /// The last time by which no more than `due` arrivals are due, in nanoseconds: where the rate is 0 it is when that is over.
    /// `None` if it never comes to more.
    pub(crate) fn time_of(&self, due: f64) -> Option<u64> {
        let at = self.pieces.partition_point(|piece| piece.after <= due);
        match self.pieces.get(at) {
            Some(piece) => {
                let seconds = piece
                    .form
                    .time_of((due - piece.before).max(0.0), piece.seconds());
                let within = (seconds * NS) as u64;
                Some(piece.start_ns + within.min(piece.length_ns))
            }
            None if self.tail > 0.0 => {
                let beyond = (due - self.total) / self.tail;
                Some(self.end_ns.saturating_add((beyond * NS) as u64))
            }
            None => None,
        }
    }
}

impl Piece {
    fn end_ns(&self) -> u64 {
        self.start_ns + self.length_ns
    }

    fn seconds(&self) -> f64 {
        self.length_ns as f64 / NS
    }
}

impl Form {
    fn of(before: f64, part: &Part, seconds: f64) -> Self {
        let line = |from, to| Self::Line { from, to, seconds };
        match *part {
            Part::Ramp { to, .. } => line(before, to),
            Part::Hold { .. } => line(before, before),
            Part::Spike { to, .. } | Part::Step { to, .. } => line(to, to),
            Part::Sine {
                amplitude, period, ..
            } => Self::Wave {
                rate: before,
                amplitude,
                period: period.as_secs_f64(),
            },
        }
    }

    // Arrivals due by `t` seconds.
    fn due_by(self, t: f64) -> f64 {
        match self {
            Self::Line { from, to, seconds } => from * t + (to - from) * t * t / (2.0 * seconds),
            Self::Wave {
                rate,
                amplitude,
                period,
            } => rate * t + amplitude * period / TAU * (1.0 - (TAU * t / period).cos()),
        }
    }

    // The time by which `due` arrivals are due; at most `length`.
    fn time_of(self, due: f64, length: f64) -> f64 {
        let seconds = match self {
            // At the very start of a ramp from 0 the quotient is 0 ÷ 0.
            Self::Line { .. } if due <= 0.0 => 0.0,
            Self::Line { from, to, seconds } => {
                let inside = from * from + 2.0 * (to - from) * due / seconds;
                2.0 * due / (from + inside.max(0.0).sqrt())
            }
            Self::Wave {
                rate,
                amplitude,
                period,
            } => {
                // The wave adds between nothing and this much, so the time lies between these two.
                let most = amplitude * period / PI;
                let least = ((due - most) / rate).max(0.0);
                self.root(due, least, (due / rate).min(length))
            }
        };
        seconds.min(length)
    }

    fn rate_at(self, t: f64) -> f64 {
        match self {
            Self::Line { from, to, seconds } => from + (to - from) * t / seconds,
            Self::Wave {
                rate,
                amplitude,
                period,
            } => rate + amplitude * (TAU * t / period).sin(),
        }
    }

    // Newton's method; where it would leave the bracket (the rate may touch 0) the bracket is halved instead.
    fn root(self, due: f64, mut low: f64, mut high: f64) -> f64 {
        let mut t = f64::midpoint(low, high);
        for _ in 0..MOST_ROUNDS {
            let beyond = self.due_by(t) - due;
            if beyond > 0.0 {
                high = t;
            } else {
                low = t;
            }
            let next = t - beyond / self.rate_at(t);
            let next = if next > low && next < high {
                next
            } else {
                f64::midpoint(low, high)
            };
            // A tenth of a nanosecond.
            if (next - t).abs() < 1e-10 || high - low < 1e-10 {
                return next;
            }
            t = next;
        }
        t
    }
}
