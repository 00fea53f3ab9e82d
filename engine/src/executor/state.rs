//! The ledger where its thread changes it and others may look meanwhile.

use crate::ledger::Ledger;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// The ledger: one thread changes it, a round at a time.
#[derive(Debug)]
pub(super) struct State(RwLock<Ledger>);

impl State {
    pub(super) fn new(ledger: Ledger) -> Self {
        Self(RwLock::new(ledger))
    }

    /// For the thread that changes it. Whoever looks does so for a few microseconds.
    pub(super) fn change(&self) -> RwLockWriteGuard<'_, Ledger> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// For that thread between two changes, and for whoever comes after its end.
    pub(super) fn look(&self) -> RwLockReadGuard<'_, Ledger> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// For anybody; `None` while it is changed, and for ever after a check of it has failed in the middle of a change.
    pub(super) fn at_hand(&self) -> Option<RwLockReadGuard<'_, Ledger>> {
        self.0.try_read().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Limits;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    #[test]
    fn nobody_looks_during_a_change_nor_after_one_that_broke_off() {
        let state = State::new(Ledger::new(Limits::default()));
        assert!(state.at_hand().is_some());
        let changing = state.change();
        assert!(state.at_hand().is_none());
        drop(changing);
        assert!(state.at_hand().is_some());
        let broken = catch_unwind(AssertUnwindSafe(|| {
            let _changing = state.change();
            panic!("a check failed");
        }));
        assert!(broken.is_err() && state.at_hand().is_none());
    }
}
