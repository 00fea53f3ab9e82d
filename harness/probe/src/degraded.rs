//! Checks at start that stacks can be walked, and says so where they cannot.

use std::hint::black_box;

use crate::stack;

/// Why profiles of this process will be poor. The process works all the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Degraded {
    /// The program was built without frame pointers.
    #[error(
        "stack walk found {found} of {expected} known frames; build with -Cforce-frame-pointers=yes \
         (the RUSTFLAGS variable replaces the flags of .cargo/config.toml)"
    )]
    FramePointers {
        /// Frames of the chain that were found.
        found: usize,
        /// Frames of the chain.
        expected: usize,
    },
    /// The CPU timers of threads do not tick as they should.
    #[error(
        "cpu timers gave {found} of {expected} ticks in 50 ms of CPU time; the kernel or a sandbox does not keep the rate"
    )]
    Timer {
        /// Ticks that were found.
        found: u64,
        /// Ticks that should have been.
        expected: u64,
    },
}

impl Degraded {
    /// Its name among [`record::catalog::DEGRADED_REASONS`].
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::FramePointers { .. } => "frame_pointers",
            Self::Timer { .. } => "timer",
        }
    }
}

const CHAIN: usize = 5;

/// What the innermost function of the chain saw.
#[derive(Default)]
struct Seen {
    own: [usize; CHAIN],
    walked: Vec<usize>,
}

/// Walks a chain of five functions that must appear completely, in order, below at least one caller.
///
/// # Errors
/// [`Degraded`] with the reason if it does not.
pub fn self_test() -> Result<(), Degraded> {
    let mut seen = Seen::default();
    black_box(first(black_box(&mut seen)));
    let found = seen
        .own
        .iter()
        .rev()
        .zip(&seen.walked)
        .take_while(|(own, walked)| own == walked)
        .count();
    let beyond = seen.walked.len() > CHAIN;
    if found == CHAIN && beyond {
        return Ok(());
    }
    Err(Degraded::FramePointers {
        found,
        expected: CHAIN,
    })
}

/// One function of the chain: notes its own frame, calls the next, and works afterwards so that there is no tail call.
macro_rules! link {
    ($name:ident, $place:literal, $next:path) => {
        #[inline(never)]
        fn $name(seen: &mut Seen) -> usize {
            seen.own[$place] = stack::frame_pointer();
            let below = $next(black_box(seen));
            black_box(below + seen.own[$place])
        }
    };
}

link!(first, 0, second);
link!(second, 1, third);
link!(third, 2, fourth);
link!(fourth, 3, fifth);

#[inline(never)]
fn fifth(seen: &mut Seen) -> usize {
    let own = stack::frame_pointer();
    seen.own[4] = own;
    stack::each_frame(own, |frame, _| {
        seen.walked.push(frame);
        seen.walked.len() < stack::DEPTH
    });
    black_box(seen.walked.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_build_has_frame_pointers() {
        assert_eq!(self_test(), Ok(()));
    }

    #[test]
    fn other_threads_can_be_walked_too() {
        let result = std::thread::spawn(self_test).join();
        assert_eq!(result.ok(), Some(Ok(())));
    }
}
