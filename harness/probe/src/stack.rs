//! Walks the stack of the calling thread by frame pointers.
//!
//! All reads stay between the current frame and the upper end of the thread's own stack, so a walk cannot fault, whatever the
//! frames hold. It allocates nothing and takes no lock, so that the allocator may use it.
#![expect(
    unsafe_code,
    reason = "reads the frame-pointer register and frames of the own stack"
)]

use std::cell::Cell;

/// This file, as debug information names it.
pub(crate) const FILE: &str = file!();

/// Most frames of one walk.
pub(crate) const DEPTH: usize = 128;

/// Return addresses below this are no code.
pub(crate) const LOWEST_CODE: u64 = 4096;

/// Where the stack of a thread lies.
#[derive(Clone, Copy)]
struct Bounds {
    low: usize,
    high: usize,
}

const UNKNOWN: Bounds = Bounds { low: 0, high: 0 };

thread_local! {
    static BOUNDS: Cell<Bounds> = const { Cell::new(UNKNOWN) };
    static OUTERMOST: Cell<usize> = const { Cell::new(0) };
}

/// Looks up where the stack of this thread lies and where its outermost frame is, once; later walks need no lookup.
pub(crate) fn remember_bounds() {
    let _ = bounds();
    let mut last = 0;
    each_frame(frame_pointer(), |frame, _| {
        last = frame;
        true
    });
    let _ = OUTERMOST.try_with(|cell| cell.set(last));
}

/// The outermost frame of this thread, 0 if nobody looked it up yet. Fit for a signal handler.
pub(crate) fn outermost() -> usize {
    OUTERMOST.try_with(Cell::get).unwrap_or(0)
}

/// The lower end of this thread's stack. Fit for a signal handler.
pub(crate) fn known_lower_bound() -> usize {
    BOUNDS.try_with(Cell::get).map_or(0, |bounds| bounds.low)
}

/// The upper end of this thread's stack, 0 if nobody looked it up yet. Fit for a signal handler.
pub(crate) fn known_upper_bound() -> usize {
    BOUNDS.try_with(Cell::get).map_or(0, |bounds| bounds.high)
}

fn bounds() -> Bounds {
    BOUNDS
        .try_with(|cell| {
            if cell.get().high == 0 {
                cell.set(look_up());
            }
            cell.get()
        })
        .unwrap_or(UNKNOWN)
}

#[cfg(target_os = "linux")]
fn look_up() -> Bounds {
    let mut low = std::ptr::null_mut();
    let mut size = 0;
    // SAFETY: the attribute object is initialised by pthread_getattr_np before it is read, and destroyed once.
    let found = unsafe {
        let mut attributes: libc::pthread_attr_t = std::mem::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), &raw mut attributes) != 0 {
            return UNKNOWN;
        }
        let found = libc::pthread_attr_getstack(&raw const attributes, &raw mut low, &raw mut size);
        libc::pthread_attr_destroy(&raw mut attributes);
        found
    };
    if found != 0 {
        return UNKNOWN;
    }
    let low = low as usize;
    Bounds {
        low,
        high: low.saturating_add(size),
    }
}

#[cfg(not(target_os = "linux"))]
fn look_up() -> Bounds {
    UNKNOWN
}

/// The frame pointer of the function this is inlined into; 0 on a machine we do not know.
#[inline(always)]
#[expect(clippy::inline_always, reason = "a call would read the wrong frame")]
pub(crate) fn frame_pointer() -> usize {
    #[cfg(target_arch = "x86_64")]
    {
        let pointer: usize;
        // SAFETY: copies a register, touches nothing else.
        unsafe {
            std::arch::asm!("mov {}, rbp", out(reg) pointer, options(nomem, nostack, preserves_flags));
        }
        pointer
    }
    #[cfg(target_arch = "aarch64")]
    {
        let pointer: usize;
        // SAFETY: copies a register, touches nothing else.
        unsafe {
            std::arch::asm!("mov {}, x29", out(reg) pointer, options(nomem, nostack, preserves_flags));
        }
        pointer
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    {
        0
    }
}

/// Writes the return addresses of the calling thread, innermost first, starting in this function; answers how many.
#[inline(never)]
pub(crate) fn walk(frames: &mut [u64]) -> usize {
    let mut count = 0;
    each_frame(frame_pointer(), |_, return_address| {
        if let Some(frame) = frames.get_mut(count) {
            *frame = return_address;
            count += 1;
        }
        count < frames.len()
    });
    count
}

/// Visits frame pointer and return address of each frame from `pointer` outwards, while `visit` answers true.
pub(crate) fn each_frame(mut pointer: usize, mut visit: impl FnMut(usize, u64) -> bool) {
    let bounds = bounds();
    let mut previous = bounds.low.max(stack_pointer());
    while pointer > previous
        && pointer.is_multiple_of(8)
        && pointer.saturating_add(16) <= bounds.high
    {
        // SAFETY: the two words lie in the live part of this thread's own stack: above the stack pointer, below its
        // upper end, aligned.
        let (parent, return_address) = unsafe {
            let words = pointer as *const u64;
            (words.read(), words.add(1).read())
        };
        if return_address < LOWEST_CODE || !visit(pointer, return_address) {
            return;
        }
        previous = pointer;
        pointer = parent as usize;
    }
}

/// An address at or below everything that is live in the callers of the function this is inlined into.
#[inline(always)]
#[expect(clippy::inline_always, reason = "a call would have a lower stack")]
fn stack_pointer() -> usize {
    let marker = 0_u8;
    std::hint::black_box(&raw const marker) as usize
}
