//! Puts the interrupted function into the stacks of pprof-rs.
//!
//! pprof-rs 0.15 walks from the frame-pointer register of the interrupted thread, so its first frame is the *caller* of the
//! interrupted function, and the cost of every leaf moves one frame up. Our signal handler runs in front of its own: it
//! makes a frame whose return address is the interrupted instruction plus one and whose parent is the real frame pointer
//! (or the one that [`repair`] finds),
//! and hands on a copy of the register set that points to it. The plus one makes all frames alike: one byte before the
//! recorded address lies the instruction that was running or calling.
#![expect(unsafe_code, reason = "a signal handler and its registers")]

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use libc::{c_int, c_void, siginfo_t, ucontext_t};

use super::registers::{frame_pointer, program_counter, set_frame_pointer, stack_pointer};
use super::repair;

type Handler = extern "C" fn(c_int, *mut siginfo_t, *mut c_void);

/// The handler of pprof-rs; 0 until it was seen.
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// What a function with a frame pointer leaves on the stack.
#[repr(C)]
struct Frame {
    parent: usize,
    return_address: usize,
}

/// Goes in front of the handler that pprof-rs has just installed, with the same flags (restart, no alternate stack: the frame
/// that is made up must lie below the real ones).
pub(super) fn intercept() -> io::Result<()> {
    // SAFETY: sigaction fills and reads plain structs that live through the calls.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        checked(libc::sigaction(
            libc::SIGPROF,
            std::ptr::null(),
            &raw mut action,
        ))?;
        let ours = on_sample as Handler as usize;
        if action.sa_sigaction == ours || action.sa_sigaction <= libc::SIG_IGN {
            return Err(io::Error::other("no handler of the sampler found"));
        }
        NEXT.store(action.sa_sigaction, Ordering::Release);
        action.sa_sigaction = ours;
        checked(libc::sigaction(
            libc::SIGPROF,
            &raw const action,
            std::ptr::null_mut(),
        ))
    }
}

fn checked(result: c_int) -> io::Result<()> {
    match result {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

extern "C" fn on_sample(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    let next = NEXT.load(Ordering::Acquire);
    if next == 0 || context.is_null() {
        return;
    }
    // SAFETY: `next` was the SA_SIGINFO handler that sigaction answered. The kernel's context is valid during the handler;
    // only the register part is copied, because the kernel's struct is shorter than that of libc. The all-zero rest is valid.
    unsafe {
        let next: Handler = std::mem::transmute::<usize, Handler>(next);
        let mut seen: ucontext_t = std::mem::zeroed();
        seen.uc_mcontext = (*context.cast::<ucontext_t>()).uc_mcontext;
        let pc = program_counter(&seen);
        let leaf = Frame {
            parent: repair::frame_pointer(pc, stack_pointer(&seen), frame_pointer(&seen)),
            return_address: pc.wrapping_add(1),
        };
        set_frame_pointer(&mut seen, std::hint::black_box(&raw const leaf) as usize);
        next(signal, info, (&raw mut seen).cast());
        std::hint::black_box(&leaf);
    }
}
