//! How many transactions closed users may still start, where the plan ends the steady phase by count.

use std::sync::atomic::{AtomicU64, Ordering};

/// Whether a user may start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It may.
    Granted,
    /// It may, and nobody after it.
    Last,
    /// It may not: all have started.
    Over,
}

/// The starts that are left; `None` inside for any number.
#[derive(Debug)]
pub(crate) struct Turns(Option<AtomicU64>);

impl Turns {
    /// So many; any number for `None`.
    pub(crate) fn new(count: Option<u64>) -> Self {
        Self(count.map(AtomicU64::new))
    }

    /// Takes one. Exactly as many are granted as there were, whoever asks at the same time, and the last is told once.
    pub(crate) fn take(&self) -> Turn {
        let Some(left) = &self.0 else {
            return Turn::Granted;
        };
        match left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            left.checked_sub(1)
        }) {
            Ok(1) => Turn::Last,
            Ok(_) => Turn::Granted,
            Err(_) => Turn::Over,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_as_many_are_granted_as_there_are_whoever_asks() {
        let turns = Turns::new(Some(1000));
        let all: Vec<Turn> = std::thread::scope(|scope| {
            let ask = || (0..400).map(|_| turns.take()).collect::<Vec<_>>();
            let asking: Vec<_> = (0..4).map(|_| scope.spawn(ask)).collect();
            let told = asking
                .into_iter()
                .flat_map(|one| one.join().expect("no panic"));
            told.collect()
        });
        let told = |wanted| all.iter().filter(|turn| **turn == wanted).count();
        assert_eq!(
            (told(Turn::Granted), told(Turn::Last), told(Turn::Over)),
            (999, 1, 600)
        );
        assert_eq!(Turns::new(None).take(), Turn::Granted);
    }
}
