//! The id of the request that is being polled on this thread.
//!
//! A const thread-local without destructor: signal handlers and allocator hooks read it.

use std::cell::Cell;

thread_local! {
    static CURRENT: Cell<u64> = const { Cell::new(0) };
}

/// The id of the request being served by this thread; 0 for none. Fit for a signal handler.
#[inline]
pub(crate) fn current() -> u64 {
    CURRENT.try_with(Cell::get).unwrap_or(0)
}

/// Sets the id while it lives, then puts back what was there, also on unwind.
#[derive(Debug)]
pub(crate) struct Serving {
    previous: u64,
}

impl Serving {
    /// From now on this thread serves that request.
    pub fn enter(id: u64) -> Self {
        let previous = CURRENT.try_with(|current| current.replace(id));
        Self {
            previous: previous.unwrap_or(0),
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = CURRENT.try_with(|current| current.set(self.previous));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_nest_and_an_unwind_restores_the_outer_one() {
        let outer = Serving::enter(7);
        let inner = std::panic::catch_unwind(|| {
            let _inner = Serving::enter(8);
            assert_eq!(current(), 8);
            std::panic::resume_unwind(Box::new(()));
        });
        assert!(inner.is_err());
        assert_eq!(current(), 7);
        drop(outer);
        assert_eq!(current(), 0);
    }
}
