//! How both builds share the windows of a round: in turns so short that a machine which is slow for a second is slow for both.

use super::{Arm, Order};
use crate::shift::Shifts;
use std::time::Duration;

/// The start of a second, in which nobody offers load: what generators and targets do once a second, and at the start of a window, is done
/// then, and in nobody's time.
const QUIET: Duration = Duration::from_millis(40);
/// How long load is offered in a turn. On two virtual processors rounds of equal builds differed by 3 % in throughput with turns of a
/// second, and by 1.1 % with turns of a tenth of it.
const WORK: Duration = Duration::from_millis(110);
/// The end of a turn, in which what is under way is answered.
const REST: Duration = Duration::from_millis(10);
/// Requests beyond a percentile that a turn must have.
const FEWEST: f64 = 5.0;
/// Slots of a round: two of each arm.
const SLOTS: u32 = 4;

/// The turns of an arm in a round of that order: each second is a block of them.
pub fn turns(order: Order, arm: Arm) -> Shifts {
    let begins = order.slots()[0] == arm;
    Shifts::new(QUIET, WORK, REST, begins).expect("short turns with work to do")
}

/// How long a window of both arms takes that gives each of them two slots: whole seconds, as blocks of turns are.
pub fn window(slot: Duration) -> Duration {
    whole_seconds(slot * SLOTS)
}

/// How long load is offered to one arm in a window of that length.
pub fn offered(window: Duration) -> Duration {
    window.mul_f64(turns(Order::Abba, Arm::Baseline).share())
}

/// The slot whose window offers load to one arm for so long; the longest there is where none does.
pub fn slot(offered: Duration) -> Duration {
    let share = turns(Order::Abba, Arm::Baseline).share();
    Duration::try_from_secs_f64(offered.as_secs_f64() / share)
        .map_or(Duration::MAX, |window| window / SLOTS)
}

/// Whether the turns of an open window at `rate` per second have requests enough beyond the quantile `q` each. Then a percentile of a round
/// is a mean over its turns: what stops a machine for some milliseconds is in a few turns only, but in the percentile of all requests
/// together it outweighs whatever the builds do.
pub fn is_of_turns(rate: f64, q: f64) -> bool {
    rate * WORK.as_secs_f64() * (1.0 - q) >= FEWEST
}

/// How long it takes to offer load to each arm for `warmup`: whole blocks of turns.
pub fn warming(warmup: Duration) -> Duration {
    whole_seconds(warmup.div_f64(turns(Order::Abba, Arm::Baseline).share()))
}

fn whole_seconds(length: Duration) -> Duration {
    let seconds = length.as_secs() + u64::from(length.subsec_nanos() > 0);
    Duration::from_secs(seconds.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_whole_seconds_and_each_second_a_block() {
        assert_eq!(
            turns(Order::Baab, Arm::Baseline).block(),
            Duration::from_secs(1)
        );
        assert_eq!(window(Duration::from_millis(400)), Duration::from_secs(2));
        assert_eq!(window(Duration::from_secs(1)), Duration::from_secs(4));
        assert_eq!(warming(Duration::from_millis(200)), Duration::from_secs(1));
        assert_eq!(warming(Duration::from_secs(1)), Duration::from_secs(3));
        assert_eq!(offered(Duration::from_secs(4)), Duration::from_millis(1760));
    }
}
