//! Finds the program's frames below a function that uses the frame-pointer register for something else.
//!
//! Much of libc does (malloc, the cancellable system calls), and a walk from such a register ends at once: on a server that is
//! a third of all samples. But such a function first saved its caller's frame pointer, somewhere in its own few words of
//! stack. So we look for the first word that is a frame pointer: that points further up the same stack, to a frame whose return
//! address lies in the program's own code, and whose parent is such a frame too. A stale word that passes is still a live
//! frame of this thread, so at worst some frames between are missing, as the direct caller always is; no frame is made up.
//!
//! Everything here runs in a signal handler: compares and loads within the thread's own live stack, nothing else.
#![expect(unsafe_code, reason = "reads words of the own stack")]

use std::sync::atomic::{AtomicU64, Ordering};

use crate::{stack, symbol};

/// Words that are looked at, from the stack pointer upwards.
const WORDS: usize = 256;

/// The code of the main binary, which keeps frame pointers.
static CODE_START: AtomicU64 = AtomicU64::new(0);
static CODE_LIMIT: AtomicU64 = AtomicU64::new(0);

/// Notes where the program's own code lies; without it nothing is repaired.
pub(super) fn prepare() {
    if let Some(code) = symbol::main_code() {
        CODE_START.store(code.start, Ordering::Relaxed);
        CODE_LIMIT.store(code.end, Ordering::Relaxed);
    }
}

fn is_own_code(address: u64) -> bool {
    (CODE_START.load(Ordering::Relaxed)..CODE_LIMIT.load(Ordering::Relaxed)).contains(&address)
}

/// The frame pointer to walk from, given the interrupted registers.
pub(super) fn frame_pointer(pc: usize, sp: usize, fp: usize) -> usize {
    let live = Live {
        low: sp.next_multiple_of(8),
        high: stack::known_upper_bound(),
    };
    if is_own_code(pc as u64) || live.is_frame(fp) {
        return fp;
    }
    live.find_frame().unwrap_or(fp)
}

/// The live part of the stack of this thread.
#[derive(Clone, Copy)]
struct Live {
    low: usize,
    high: usize,
}

impl Live {
    fn word(self, address: usize) -> Option<usize> {
        let inside = address >= self.low
            && address.is_multiple_of(8)
            && address.checked_add(8).is_some_and(|end| end <= self.high);
        // SAFETY: an aligned word between the stack pointer and the upper end of this thread's own stack.
        inside.then(|| unsafe { (address as *const usize).read() })
    }

    /// Whether a frame lies there whose function was called by the program's own code.
    fn is_frame(self, pointer: usize) -> bool {
        let return_address = pointer.checked_add(8).and_then(|place| self.word(place));
        return_address.is_some_and(|address| is_own_code(address as u64))
    }

    fn find_frame(self) -> Option<usize> {
        let places = (0..WORDS).map(|word| self.low.saturating_add(8 * word));
        places
            .map_while(|place| Some((place, self.word(place)?)))
            .find(|&(place, pointer)| pointer > place && self.has_parent(pointer))
            .map(|(_, pointer)| pointer)
    }

    fn has_parent(self, pointer: usize) -> bool {
        let parent = self.word(pointer).unwrap_or(0);
        parent > pointer && self.is_frame(pointer) && self.is_frame(parent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks for the frames above it as the handler would, from a register that holds data.
    #[inline(never)]
    fn from_data() -> (usize, usize) {
        let own = stack::frame_pointer();
        let marker = 0_u64;
        let sp = std::hint::black_box(&raw const marker) as usize;
        (own, frame_pointer(1, sp, 0x1234_5678))
    }

    #[test]
    fn a_saved_frame_pointer_is_found() {
        prepare();
        stack::remember_bounds();
        let (own, found) = from_data();
        let mut frames = Vec::new();
        stack::each_frame(stack::frame_pointer(), |frame, _| {
            frames.push(frame);
            frames.len() < stack::DEPTH
        });
        assert!(
            found == own || frames.contains(&found),
            "{found:#x} in {frames:x?}"
        );
    }

    #[test]
    fn nothing_is_read_outside_the_stack() {
        prepare();
        let live = Live { low: 0, high: 0 };
        assert_eq!(live.word(8), None);
        assert_eq!(live.find_frame(), None);
        assert!(!live.is_frame(usize::MAX - 3));
    }
}
