//! Where commands meet the state: the first version of the executor.
//!
//! One mutex around the whole ledger. It is held for `apply` and for copying what a read needs, never while bytes are parsed or
//! written and never across an await. A later version hands commands to one thread that owns the ledger; the ledger itself does
//! not change by that.

use crate::ledger::{Command, Ledger, Outcome};
use std::sync::{Mutex, MutexGuard};
use thiserror::Error;

/// An invariant broke inside the ledger earlier: it answers no more, because it cannot be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an internal check of the ledger failed earlier, so it answers no more")]
pub struct Stopped;

/// The ledger and its one lock.
#[derive(Debug)]
pub struct Executor {
    ledger: Mutex<Ledger>,
}

impl Executor {
    /// Takes over a ledger.
    pub const fn new(ledger: Ledger) -> Self {
        Self {
            ledger: Mutex::new(ledger),
        }
    }

    /// Applies one command.
    ///
    /// # Errors
    /// [`Stopped`].
    pub fn apply(&self, command: &Command) -> Result<Outcome, Stopped> {
        Ok(self.lock()?.apply(now_ms(), command))
    }

    /// Applies a batch: one outcome for each command.
    ///
    /// # Errors
    /// [`Stopped`].
    pub fn apply_batch(&self, commands: &[Command]) -> Result<Vec<Outcome>, Stopped> {
        let mut outcomes = Vec::with_capacity(commands.len());
        self.lock()?.apply_batch(now_ms(), commands, &mut outcomes);
        Ok(outcomes)
    }

    /// Asks the ledger something; the lock is held until `question` returns, so it should only copy.
    ///
    /// # Errors
    /// [`Stopped`].
    pub fn read<R>(&self, question: impl FnOnce(&Ledger) -> R) -> Result<R, Stopped> {
        Ok(question(&*self.lock()?))
    }

    /// A panic under the lock means a broken invariant; the poison it leaves keeps everybody out.
    fn lock(&self) -> Result<MutexGuard<'_, Ledger>, Stopped> {
        self.ledger.lock().map_err(|_| Stopped)
    }
}

/// Milliseconds since 1970.
fn now_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |time| time.as_millis() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{AccountId, CommandId, Limits};

    #[test]
    fn after_a_broken_invariant_nothing_is_answered() {
        let executor = Executor::new(Ledger::new(Limits::default()));
        let command = Command::open(CommandId::new(1), AccountId::new(1));
        assert!(executor.apply(&command).is_ok());
        std::thread::scope(|scope| {
            let broken = scope.spawn(|| executor.read(|_| panic!("an invariant breaks")));
            assert!(broken.join().is_err());
        });
        assert_eq!(executor.apply(&command), Err(Stopped));
        assert_eq!(executor.read(|_| ()), Err(Stopped));
    }
}
