//! What an arm does in most of its turns, and no single stop of the machine.

/// What an arm did in one of its turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Turn {
    /// Transactions that became due.
    pub due: u64,
    /// Transactions finished, good or not.
    pub finished: u64,
    /// Requests finished, failed ones included.
    pub requests: u64,
    /// Those that failed.
    pub failed: u64,
}

/// Two shares of an arm over its turns without the worst quarter of them, each without its own worst. A disk or a processor that stands still
/// for a fifth of a second fails every request that waits longer than its service lets it, and that is in two turns of twelve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lasting {
    /// Failed ÷ all requests, 0..=1.
    pub error_rate: f64,
    /// Finished ÷ due transactions, 0..=1: what is made up for after a turn is not counted twice.
    pub achieved: f64,
}

impl Lasting {
    /// Of these turns; `None` for fewer than four, of which a quarter is none, and if nothing was due or asked in those left.
    pub fn of(turns: &[Turn]) -> Option<Self> {
        let share = |part: u64, all: u64| (all > 0).then(|| part as f64 / all as f64);
        let failed = best(turns, |turn| share(turn.failed, turn.requests));
        let missing = |turn: &Turn| turn.due.saturating_sub(turn.finished);
        let short = best(turns, |turn| share(missing(turn), turn.due));
        let sum = |turns: &[Turn], of: fn(&Turn) -> u64| turns.iter().map(of).sum::<u64>();
        let unfinished: u64 = short.iter().map(missing).sum();
        Some(Self {
            error_rate: share(
                sum(&failed, |turn| turn.failed),
                sum(&failed, |turn| turn.requests),
            )?,
            achieved: 1.0 - share(unfinished, sum(&short, |turn| turn.due))?,
        })
    }
}

// Those turns that have the share, without the quarter in which it is largest.
fn best(turns: &[Turn], share: impl Fn(&Turn) -> Option<f64>) -> Vec<Turn> {
    let known = turns.iter().filter_map(|turn| Some((share(turn)?, *turn)));
    let mut known: Vec<(f64, Turn)> = known.collect();
    known.sort_by(|a, b| a.0.total_cmp(&b.0));
    let kept = match known.len() {
        0..4 => 0,
        all => all - all / 4,
    };
    known.into_iter().take(kept).map(|(_, turn)| turn).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(due: u64, finished: u64, failed: u64) -> Turn {
        Turn {
            due,
            finished,
            requests: finished,
            failed,
        }
    }

    #[test]
    fn one_stop_is_not_what_lasts() {
        let mut turns = vec![turn(100, 100, 0); 12];
        turns[4] = turn(100, 30, 0);
        turns[5] = turn(100, 170, 90);
        let lasting = Lasting::of(&turns).expect("turns");
        assert_eq!((lasting.error_rate, lasting.achieved), (0.0, 1.0));
    }

    #[test]
    fn what_happens_in_every_turn_lasts() {
        let turns = vec![turn(100, 95, 19); 12];
        let lasting = Lasting::of(&turns).expect("turns");
        assert!((lasting.error_rate - 0.2).abs() < 1e-12);
        assert!((lasting.achieved - 0.95).abs() < 1e-12);
    }

    #[test]
    fn too_few_or_empty_turns_say_nothing() {
        assert_eq!(Lasting::of(&[turn(100, 100, 0); 3]), None);
        assert_eq!(Lasting::of(&[turn(0, 0, 0); 12]), None);
    }
}
