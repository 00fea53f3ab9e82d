//! What every CPU profile says about itself: its samples beside the CPU time that was really spent, and what is broken.

use std::time::Duration;

use crate::{cpu, self_test};

/// CPU time below which a ratio says nothing.
const ENOUGH: Duration = Duration::from_secs(5);

/// Samples × interval in seconds beside the CPU time of the sampled threads in the same span; `rate not honoured` if they
/// differ by more than a twentieth and there was enough of it.
pub(super) fn sums(sampled: f64, spent: Duration) -> Vec<String> {
    let seconds = spent.as_secs_f64();
    let mut lines = vec![format!(
        "samples x interval: {sampled:.2} s of {seconds:.2} s CPU time"
    )];
    if spent >= ENOUGH && !(0.95..=1.05).contains(&(sampled / seconds)) {
        lines.push("rate not honoured".to_owned());
    }
    lines
}

/// The reasons for which profiles of this process are poor, as comments.
pub(super) fn degraded() -> Vec<String> {
    let reasons = [self_test().err(), cpu::known_degraded()];
    let reasons = reasons.into_iter().flatten();
    reasons
        .map(|reason| format!("degraded: {reason}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_that_is_off_is_said_only_with_enough_time_behind_it() {
        let said = |sampled, seconds| sums(sampled, Duration::from_secs(seconds)).len() == 2;
        assert!(!said(9.6, 10));
        assert!(said(9.4, 10));
        assert!(said(10.6, 10));
        assert!(!said(1.0, 4));
        assert!(!said(0.0, 0));
    }
}
