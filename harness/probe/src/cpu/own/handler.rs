//! The handler of SIGPROF: writes one sample into the ring, in place. Nothing here allocates, locks, panics or unwinds.
#![expect(unsafe_code, reason = "a signal handler and its registers")]

use std::cell::Cell;
use std::io;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use libc::{c_int, c_void, siginfo_t, ucontext_t};

use super::walk::{self, End, Interrupted};
use crate::cpu::registers;
use crate::ring::Ring;
use crate::stack::DEPTH;
use crate::{clock, request};

/// Slots of the ring, of about 1.1 KiB each: two drains of 0.1 s for a hundred busy threads at 199 Hz.
const SLOTS: usize = 4096;
/// The `si_code` of a signal that a timer sent.
const SI_TIMER: c_int = -2;
/// Where Linux keeps a timer's overrun in `siginfo_t` on 64-bit machines: after signal, errno, code, padding and timer id.
const OVERRUN_OFFSET: usize = 20;

/// One sample as the handler writes it.
pub(super) struct RawSample {
    /// Monotonic nanoseconds.
    pub time: u64,
    /// The request being served, 0 for none.
    pub request: u64,
    /// Ticks of the timer that this sample stands for.
    pub weight: u32,
    /// The interrupted thread.
    pub tid: i32,
    /// How the walk ended.
    pub end: End,
    /// Valid entries of `frames`.
    pub depth: usize,
    /// Addresses, innermost first.
    pub frames: [u64; DEPTH],
}

impl Default for RawSample {
    fn default() -> Self {
        Self {
            time: 0,
            request: 0,
            weight: 0,
            tid: 0,
            end: End::Unknown,
            depth: 0,
            frames: [0; DEPTH],
        }
    }
}

static RING: OnceLock<Ring<RawSample>> = OnceLock::new();
static ACTIVE: AtomicBool = AtomicBool::new(false);
/// Signals that no timer sent.
static FOREIGN: AtomicU64 = AtomicU64::new(0);
/// Time spent in the handler, by its own clock readings.
static NANOS: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static TID: Cell<i32> = const { Cell::new(0) };
}

/// The ring, made on first use.
pub(super) fn ring() -> &'static Ring<RawSample> {
    RING.get_or_init(|| Ring::new(SLOTS))
}

/// Samples so far that found the ring full.
pub(super) fn dropped() -> u64 {
    RING.get().map_or(0, Ring::dropped)
}

/// Signals so far that no timer sent.
pub(super) fn foreign_signals() -> u64 {
    FOREIGN.load(Ordering::Relaxed)
}

/// Nanoseconds spent in the handler so far.
pub(super) fn nanos() -> u64 {
    NANOS.load(Ordering::Relaxed)
}

/// Puts the handler in place, again for each start, because pprof-rs leaves the signal ignored. It is never taken away: a late
/// signal would end the process.
pub(super) fn install() -> io::Result<()> {
    ring();
    walk::prepare();
    // SAFETY: sigaction reads a plain struct that lives through the call; the all-zero mask is an empty one.
    let failed = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_tick as extern "C" fn(_, _, _) as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART | libc::SA_ONSTACK;
        libc::sigaction(libc::SIGPROF, &raw const action, std::ptr::null_mut())
    };
    if failed != 0 {
        return Err(io::Error::last_os_error());
    }
    ACTIVE.store(true, Ordering::Release);
    Ok(())
}

/// From now on signals that are still under way are ignored.
pub(super) fn rest() {
    ACTIVE.store(false, Ordering::Release);
}

/// Makes the thread-locals that the handler reads, on a thread that asks for it.
pub(crate) fn touch() {
    let _ = own_tid();
    let _ = request::current();
}

/// The calling thread. Fit for a signal handler: the thread-local is const and has no destructor.
pub(crate) fn own_tid() -> i32 {
    let known = TID.try_with(Cell::get).unwrap_or(0);
    if known != 0 {
        return known;
    }
    // SAFETY: the call takes nothing and cannot fail.
    let tid = unsafe { libc::syscall(libc::SYS_gettid) } as i32;
    let _ = TID.try_with(|cell| cell.set(tid));
    tid
}

extern "C" fn on_tick(_signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    let begun = clock::monotonic_nanos();
    if info.is_null() || context.is_null() {
        return;
    }
    // SAFETY: the kernel's structs are valid during the handler; errno is a thread-local of libc, and the overrun an i32 at a
    // fixed place of a timer's siginfo. Only the register part of the context is read, because the kernel's struct is shorter
    // than that of libc.
    unsafe {
        let errno = libc::__errno_location();
        let saved = *errno;
        if (*info).si_code == SI_TIMER {
            let overrun = info
                .cast::<u8>()
                .add(OVERRUN_OFFSET)
                .cast::<i32>()
                .read_unaligned();
            let context = &*context.cast::<ucontext_t>();
            sample(context, begun, 1 + overrun.max(0).unsigned_abs());
        } else {
            FOREIGN.fetch_add(1, Ordering::Relaxed);
        }
        *errno = saved;
    }
    let spent = clock::monotonic_nanos().wrapping_sub(begun);
    NANOS.fetch_add(spent, Ordering::Relaxed);
}

fn sample(context: &ucontext_t, time: u64, weight: u32) {
    let Some(ring) = RING.get().filter(|_| ACTIVE.load(Ordering::Acquire)) else {
        return;
    };
    let at = Interrupted {
        pc: registers::program_counter(context),
        sp: registers::stack_pointer(context),
        fp: registers::frame_pointer(context),
    };
    ring.push(u64::from(weight), |slot| {
        slot.time = time;
        slot.request = request::current();
        slot.weight = weight;
        slot.tid = own_tid();
        (slot.depth, slot.end) = walk::walk(at, &mut slot.frames);
    });
}
