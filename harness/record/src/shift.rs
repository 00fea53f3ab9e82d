//! Two runs of one machine that take turns in offering load, so finely that a machine which is slow for a second is slow for both.

use std::fmt;
use std::time::Duration;

/// Shifts in a block.
const SHIFTS: u32 = 8;
/// Those of the run that begins: a drift over the block, and one that grows or shrinks with time, is in the shifts of both alike (the start
/// of the sequence of Thue and Morse).
const FIRST: [u64; 4] = [0, 3, 5, 6];
/// Those of the other one.
const SECOND: [u64; 4] = [1, 2, 4, 7];
/// The longest part of a block; what takes turns more slowly than this is not in turns.
const LONGEST: Duration = Duration::from_mins(1);

/// When one of two runs offers load. A block of eight shifts comes again and again. It begins with a time in which nobody offers anything,
/// for what is done once in a while by generators and targets; and each shift ends with a rest, in which what is under way is answered
/// before the other run begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shifts {
    quiet: Duration,
    work: Duration,
    rest: Duration,
    begins: bool,
}

impl Shifts {
    /// Blocks that begin with `quiet`; then shifts in which load is offered for `work`, and for `rest` nothing. `begins` for the run that has
    /// the first of them. `None` for no work, and where a part is longer than a minute.
    pub fn new(quiet: Duration, work: Duration, rest: Duration, begins: bool) -> Option<Self> {
        let is_short = [quiet, work, rest].iter().all(|part| *part <= LONGEST);
        (!work.is_zero() && is_short).then_some(Self {
            quiet,
            work,
            rest,
            begins,
        })
    }

    /// Length of a block: phases begin and end with one.
    pub fn block(&self) -> Duration {
        self.quiet + (self.work + self.rest) * SHIFTS
    }

    /// Share of a block in which this run offers load, 0..0.5.
    pub fn share(&self) -> f64 {
        self.work.as_secs_f64() * self.own().len() as f64 / self.block().as_secs_f64()
    }

    /// The first moment at or after `at` in which this run offers load; both in nanoseconds since a block began.
    pub fn next(&self, at: u64) -> u64 {
        self.first_within(at, self.work)
    }

    /// The first moment at or after `at` in a shift of this run, its rest included: what is late by less than a rest still leaves.
    pub fn resume(&self, at: u64) -> u64 {
        self.first_within(at, self.work + self.rest)
    }

    /// The first moment after `at` in the middle of a rest that ends a shift of this run: what a shift did is over there.
    pub fn cut(&self, at: u64) -> u64 {
        let to_middle = nanos(self.work + self.rest / 2);
        let after = (at + 1).saturating_sub(to_middle);
        let begin = |shift: u64, block: u64| block * nanos(self.block()) + self.begin(shift);
        let block = after / nanos(self.block());
        let own = self.own().map(|shift| begin(shift, block));
        let found = own.into_iter().find(|&begin| begin >= after);
        found.unwrap_or_else(|| begin(self.own()[0], block + 1)) + to_middle
    }

    // The first moment at or after `at` that is in the first `part` of a shift.
    fn first_within(&self, at: u64, part: Duration) -> u64 {
        let block = nanos(self.block());
        let within = at % block;
        let mut begins = self.own().into_iter().map(|shift| self.begin(shift));
        let next = begins.find(|begin| within < begin + nanos(part));
        let start = at - within;
        match next {
            Some(begin) => start + within.max(begin),
            None => start + block + self.begin(self.own()[0]),
        }
    }

    /// How much of the time between two moments was in no shift of this run, rests included; all in nanoseconds, the moments since a block
    /// began.
    pub fn foreign(&self, from: u64, to: u64) -> u64 {
        let own = self.own_until(to).saturating_sub(self.own_until(from));
        to.saturating_sub(from).saturating_sub(own)
    }

    // Nanoseconds in own shifts until `at`.
    fn own_until(&self, at: u64) -> u64 {
        let (block, length) = (nanos(self.block()), nanos(self.work + self.rest));
        let within = at % block;
        let of = |shift| within.saturating_sub(self.begin(shift)).min(length);
        let own = self.own();
        at / block * length * own.len() as u64 + own.map(of).iter().sum::<u64>()
    }

    /// The moment at which this run has offered load for `worked`; both in nanoseconds since a block began.
    pub fn at(&self, worked: u64) -> u64 {
        let (work, own) = (nanos(self.work), self.own());
        let shift = worked / work;
        let blocks = shift / own.len() as u64;
        let begin = self.begin(own[(shift % own.len() as u64) as usize]);
        blocks * nanos(self.block()) + begin + worked % work
    }

    fn begin(&self, shift: u64) -> u64 {
        nanos(self.quiet) + shift * nanos(self.work + self.rest)
    }

    fn own(&self) -> [u64; 4] {
        if self.begins { FIRST } else { SECOND }
    }

    /// The shifts that [`fmt::Display`] wrote: `40000000:110000000:10000000:first`, quiet time, work and rest in nanoseconds.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let mut length = || Some(Duration::from_nanos(parts.next()?.parse().ok()?));
        let (quiet, work, rest) = (length()?, length()?, length()?);
        let begins = match parts.next()? {
            "first" => true,
            "second" => false,
            _ => return None,
        };
        Self::new(quiet, work, rest, begins).filter(|_| parts.next().is_none())
    }
}

impl fmt::Display for Shifts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.begins { "first" } else { "second" };
        let [quiet, work, rest] = [self.quiet, self.work, self.rest].map(nanos);
        write!(f, "{quiet}:{work}:{rest}:{place}")
    }
}

fn nanos(length: Duration) -> u64 {
    length.as_nanos() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    // Blocks of 1 µs: 200 ns of nothing, eight shifts of 90 and 10 ns.
    fn shifts(begins: bool) -> Shifts {
        let [quiet, work, rest] = [200, 90, 10].map(Duration::from_nanos);
        Shifts::new(quiet, work, rest, begins).expect("some work")
    }

    #[test]
    fn each_run_has_four_shifts_of_eight_and_rests_at_their_ends() {
        let next = |begins: bool, at: u64| shifts(begins).next(at);
        let first = [0, 200, 289, 290, 589, 590, 790, 890, 1199];
        assert_eq!(
            first.map(|at| next(true, at)),
            [200, 200, 289, 500, 589, 700, 800, 1200, 1200]
        );
        let second = [0, 389, 390, 490, 690, 990, 1000, 1400];
        assert_eq!(
            second.map(|at| next(false, at)),
            [300, 389, 400, 600, 900, 1300, 1300, 1400]
        );
        assert_eq!(shifts(true).block(), Duration::from_micros(1));
        assert!((shifts(true).share() - 0.36).abs() < 1e-12);
    }

    #[test]
    fn work_goes_on_where_the_next_shift_begins() {
        let first = [0, 89, 90, 180, 270, 360].map(|worked| shifts(true).at(worked));
        assert_eq!(first, [200, 289, 500, 700, 800, 1200]);
        let second = [0, 90, 180, 270, 360].map(|worked| shifts(false).at(worked));
        assert_eq!(second, [300, 400, 600, 900, 1300]);
    }

    #[test]
    fn what_is_late_leaves_in_the_rest_and_no_later() {
        let resume = [289, 295, 300, 999].map(|at| shifts(true).resume(at));
        assert_eq!(resume, [289, 295, 500, 1200]);
    }

    #[test]
    fn a_shift_is_over_in_the_middle_of_its_rest() {
        let cut = [0, 294, 295, 594, 895, 1294].map(|at| shifts(true).cut(at));
        assert_eq!(cut, [295, 295, 595, 595, 1295, 1295]);
        assert_eq!(
            [0, 994, 995].map(|at| shifts(false).cut(at)),
            [395, 995, 1395]
        );
    }

    #[test]
    fn the_other_runs_time_is_counted_once() {
        let foreign = |from, to| shifts(true).foreign(from, to);
        assert_eq!(
            [foreign(200, 300), foreign(295, 500), foreign(0, 1000)],
            [0, 200, 600]
        );
        assert_eq!([foreign(250, 1250), foreign(310, 320)], [600, 10]);
    }

    #[test]
    fn the_shifts_of_both_have_the_same_mean_time_and_the_same_mean_square() {
        for power in [1, 2] {
            let sum = |own: [u64; 4]| own.iter().map(|shift| shift.pow(power)).sum::<u64>();
            assert_eq!(sum(FIRST), sum(SECOND));
        }
    }

    #[test]
    fn what_is_no_shift_is_refused() {
        let bad = [
            "1:99000000000:9:first",
            "",
            "1:0:9:first",
            "1:9:1",
            "1:9:1:both",
            "1:9:1:first:1",
            "1:x:1:second",
        ];
        for text in bad {
            assert_eq!(Shifts::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn two_runs_never_offer_at_a_time(quiet in 0..500_u64, work in 1..1000_u64, rest in 0..1000_u64, at in 0..100_000_u64, worked in 0..100_000_u64) {
            let ns = Duration::from_nanos;
            let [first, second] = [true, false].map(|begins| Shifts::new(ns(quiet), ns(work), ns(rest), begins).expect("some work"));
            prop_assert!(first.next(at) != at || second.next(at) != at);
            for one in [first, second] {
                prop_assert_eq!(one.next(one.at(worked)), one.at(worked));
                prop_assert!(one.at(worked) < one.at(worked + 1));
                prop_assert!(one.resume(at) >= at && one.resume(at) <= one.next(at));
                prop_assert_eq!(one.foreign(at, one.resume(at)), one.resume(at) - at);
                prop_assert!(one.next(at) >= at && ns(one.next(at) - at) < one.block());
                prop_assert_eq!(Shifts::parse(&one.to_string()), Some(one));
            }
        }
    }
}
