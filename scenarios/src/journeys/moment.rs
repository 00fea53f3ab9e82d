//! Where in a run a text is rendered, and the values that depend on nothing but that.

use crate::draw::{below, purpose, share, value};
use plan::journey::Think;
use std::fmt::Write as _;
use std::time::Duration;

/// One step of one arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) seed: u64,
    pub(super) arrival: u64,
    /// The user that acts.
    pub(super) user: usize,
    /// Number of the step in its journey.
    pub(super) step: usize,
}

impl Moment {
    fn value(self, what: &str) -> u64 {
        value(self.seed, self.arrival, purpose(what) ^ self.step as u64)
    }

    /// Writes a UUID: the same one everywhere in a step, so that a header and a body agree. Version 4 by its bits, though drawn from
    /// the seed, because validators accept that one.
    pub(super) fn write_uuid(self, out: &mut String) {
        let high = (self.value("uuid high") & !0xf000) | 0x4000;
        let low = (self.value("uuid low") & !(0b11 << 62)) | (0b10 << 62);
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xffff,
            low >> 48,
            low & 0xffff_ffff_ffff
        );
    }

    /// A whole number in `from..=to`: the same one for the same bounds in a step. `to` for bounds in the wrong order.
    pub(super) fn random(self, from: i64, to: i64) -> i64 {
        let span = i128::from(to) - i128::from(from) + 1;
        let Ok(span) = u128::try_from(span) else {
            return to;
        };
        let bounds = (from as u64).rotate_left(32) ^ to as u64;
        let drawn = value(self.value("random"), bounds, 0);
        (i128::from(from) + i128::from(below(drawn, span))) as i64
    }

    /// A pause, all lengths of its range alike.
    pub(super) fn pause(self, think: Think) -> Duration {
        let range = think.most.saturating_sub(think.least);
        if range.is_zero() {
            return think.least;
        }
        think.least + range.mul_f64(share(self.value("think")))
    }
}

#[cfg(test)]
mod tests;
