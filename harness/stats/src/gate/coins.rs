//! The fair coin of every round. Independent coins make the signed-rank test exact; balancing the order would break it.

use crate::draw::Draw;
use record::comparison::{Arm, Order};

/// Most bytes of padding: one page, which is how far the environment moves the stack.
const MOST_PADDING: usize = 4096;

/// All chance of a gate, from its seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coins {
    seed: u64,
}

impl Coins {
    /// The coins of this seed.
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// Which arm has which slots in that round, from 1; a repeated round has a number and thus a coin of its own.
    pub fn order(self, round: u32) -> Order {
        if self.draw(round).coin() {
            Order::Abba
        } else {
            Order::Baab
        }
    }

    /// Bytes to put into an arm's environment, below 4096, so that no build has a lucky stack address in every round.
    pub fn padding(self, round: u32, arm: Arm) -> usize {
        let mut draw = self.draw(round);
        draw.coin();
        let both = [draw.index(MOST_PADDING), draw.index(MOST_PADDING)];
        // Which of the two numbers an arm gets follows the coin too.
        both[usize::from(self.order(round).slots()[0] == arm)]
    }

    fn draw(self, round: u32) -> Draw {
        Draw::of(self.seed, u64::from(round))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coins_are_fair_independent_and_the_same_for_the_same_seed() {
        let coins = Coins::new(7);
        let orders: Vec<Order> = (1..=10_000).map(|round| coins.order(round)).collect();
        assert_eq!(orders[41], Coins::new(7).order(42));
        let heads = orders.iter().filter(|order| **order == Order::Abba).count();
        let repeated = orders.windows(2).filter(|two| two[0] == two[1]).count();
        // Four standard deviations of 10 000 coins are 200.
        assert!(heads.abs_diff(5_000) < 200, "{heads}");
        assert!(repeated.abs_diff(5_000) < 200, "{repeated}");
        let other: Vec<Order> = (1..=10_000)
            .map(|round| Coins::new(8).order(round))
            .collect();
        assert_ne!(orders, other);
    }

    #[test]
    fn padding_favours_no_arm() {
        let coins = Coins::new(3);
        let larger = (1..=10_000).filter(|round| {
            coins.padding(*round, Arm::Baseline) > coins.padding(*round, Arm::Candidate)
        });
        let larger = larger.count();
        assert!(larger.abs_diff(5_000) < 200, "{larger}");
        assert!((1..=10_000).all(|round| coins.padding(round, Arm::Candidate) < MOST_PADDING));
    }
}
