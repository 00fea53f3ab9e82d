//! Walks the stack of an interrupted thread by frame pointers, from inside a signal handler.
//!
//! A thread that called `thread::enter` has known bounds: all reads stay in its live stack, so no fault can happen. On any
//! other thread the words are read through `process_vm_readv`, which answers an error where memory is gone; that costs a
//! system call a frame, and needs nobody's help.
#![expect(unsafe_code, reason = "reads frames of the interrupted stack")]

use std::sync::atomic::{AtomicI32, Ordering};

use crate::cpu::repair;
use crate::stack::{self, LOWEST_CODE};

/// Highest distance of a frame from the stack pointer on a thread whose bounds nobody looked up.
const UNKNOWN_STACK: usize = 64 << 20;

/// This process, for reads that may fail.
static PID: AtomicI32 = AtomicI32::new(0);

/// Notes which process this is. Call before the first walk.
pub(super) fn prepare() {
    PID.store(std::process::id().cast_signed(), Ordering::Relaxed);
    repair::prepare();
}

/// The registers of the interrupted thread.
#[derive(Debug, Clone, Copy)]
pub(super) struct Interrupted {
    pub pc: usize,
    pub sp: usize,
    pub fp: usize,
}

/// How a walk ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// At the thread's outermost frame.
    Complete,
    /// Before it: a frame pointer was no frame pointer, or there was no room.
    Truncated,
    /// On a thread whose outermost frame nobody knows.
    Unknown,
    /// At once: the stack pointer lies outside the thread's stack.
    Foreign,
}

/// Writes the interrupted instruction plus one, then the return addresses; so one byte before each lies the instruction that
/// was running or calling. Answers how many, and how the walk ended.
pub(super) fn walk(at: Interrupted, frames: &mut [u64]) -> (usize, End) {
    let Some(first) = frames.first_mut() else {
        return (0, End::Truncated);
    };
    *first = (at.pc as u64).wrapping_add(1);
    let high = stack::known_upper_bound();
    if high == 0 {
        let reach = at.sp.saturating_add(UNKNOWN_STACK);
        let (depth, _) = climb(at.fp, at.sp, reach, frames, copied);
        return (depth, End::Unknown);
    }
    if !(stack::known_lower_bound()..high).contains(&at.sp) {
        return (1, End::Foreign);
    }
    let fp = repair::frame_pointer(at.pc, at.sp, at.fp);
    let (depth, last) = climb(fp, at.sp, high, frames, |place| Some(live(place)));
    let end = match stack::outermost() {
        0 => End::Unknown,
        outermost if last >= outermost => End::Complete,
        _ => End::Truncated,
    };
    (depth, end)
}

/// Two words of memory: the parent's frame pointer and the return address.
type Words = [usize; 2];

/// Follows frames from `fp` while they rise below `high`; the answer is the depth and the last frame.
fn climb(
    mut fp: usize,
    sp: usize,
    high: usize,
    frames: &mut [u64],
    read: impl Fn(usize) -> Option<Words>,
) -> (usize, usize) {
    let mut depth = 1;
    let mut last = 0;
    // The first frame may lie at the stack pointer itself, every other one above the one before.
    let mut lowest = sp;
    while fp >= lowest && fp.trailing_zeros() >= 3 && fp.saturating_add(16) <= high {
        let Some([parent, return_address]) = read(fp) else {
            break;
        };
        let Some(frame) = frames.get_mut(depth) else {
            break;
        };
        if (return_address as u64) < LOWEST_CODE {
            break;
        }
        *frame = return_address as u64;
        depth += 1;
        last = fp;
        lowest = fp.saturating_add(1);
        fp = parent;
    }
    (depth, last)
}

fn live(place: usize) -> Words {
    // SAFETY: `walk` passes this on only with bounds of the thread's own stack, and `climb` keeps both words between the
    // stack pointer and the upper bound, aligned.
    unsafe { (place as *const Words).read() }
}

fn copied(place: usize) -> Option<Words> {
    let mut words: Words = [0; 2];
    let size = std::mem::size_of::<Words>();
    let to = libc::iovec {
        iov_base: (&raw mut words).cast(),
        iov_len: size,
    };
    let from = libc::iovec {
        iov_base: place as *mut libc::c_void,
        iov_len: size,
    };
    // SAFETY: the kernel writes 16 bytes to `words` and checks the other address itself; the call is async-signal-safe.
    let read = unsafe {
        libc::process_vm_readv(
            PID.load(Ordering::Relaxed),
            &raw const to,
            1,
            &raw const from,
            1,
            0,
        )
    };
    (read == size.cast_signed()).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fake(frames: &[(usize, Words)]) -> impl Fn(usize) -> Option<Words> {
        move |place| {
            let found = frames.iter().find(|(at, _)| *at == place);
            found.map(|(_, words)| *words)
        }
    }

    #[test]
    fn frames_must_rise_and_stay_below_the_end() {
        let stack = [
            (0x1000, [0x1040, 0x40_0000]),
            (0x1040, [0x1020, 0x40_1000]),
            (0x1020, [0x1080, 0x40_2000]),
        ];
        let mut frames = [0; 8];
        let (depth, last) = climb(0x1000, 0x1000, 0x2000, &mut frames, fake(&stack));
        assert_eq!((depth, last), (3, 0x1040));
        assert_eq!(frames[1..3], [0x40_0000, 0x40_1000]);
        let (depth, _) = climb(0x1000, 0x1000, 0x1008, &mut frames, fake(&stack));
        assert_eq!(depth, 1);
        let (depth, _) = climb(0x1001, 0x1000, 0x2000, &mut frames, fake(&stack));
        assert_eq!(depth, 1);
    }

    #[test]
    fn a_return_address_that_is_no_code_ends_the_walk() {
        let stack = [(0x1000, [0x1040, 12])];
        let mut frames = [0; 8];
        let (depth, _) = climb(0x1000, 0x1000, 0x2000, &mut frames, fake(&stack));
        assert_eq!(depth, 1);
    }

    #[test]
    #[cfg_attr(miri, ignore = "reads memory by a call into the system")]
    fn memory_that_is_not_there_is_an_error_and_no_fault() {
        prepare();
        assert_eq!(copied(8), None);
        let words: Words = [5, 6];
        assert_eq!(copied(&raw const words as usize), Some([5, 6]));
    }
}
