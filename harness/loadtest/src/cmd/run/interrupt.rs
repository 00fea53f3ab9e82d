//! Ctrl-C and SIGTERM: the load ends, and what was measured is kept.
//!
//! Goose's own handler ends the process at a second Ctrl-C, however soon it comes. A terminal and whoever started us may both pass one on,
//! and a key bounces: then nothing that was measured would be left. So ours is set first, which makes Goose leave its own out.

use crate::cmd::interrupt::SAME_PRESS;
use crate::exit::Exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::signal::unix::{SignalKind, signal};

/// Goose forgets what came before its attack began, so it is told again.
const AGAIN: Duration = Duration::from_millis(100);

/// The first Ctrl-C ends the load. A second one, later, ends the process at once: files that were written as the run went are whole.
pub(super) fn keep_what_was_measured() {
    let mut first: Option<Instant> = None;
    let handler = move || match first {
        None => {
            first = Some(Instant::now());
            end_the_load("SIGINT");
        }
        Some(first) if first.elapsed() < SAME_PRESS => {}
        Some(_) => std::process::exit(Exit::Internal as i32),
    };
    // Set already, or refused by the system: then Goose has its own.
    let _ = ctrlc::set_handler(handler);
}

/// A CI that stops us with SIGTERM wants the record just the same. Within the runtime.
pub(super) fn end_when_told_to() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return;
    };
    tokio::spawn(async move {
        while terminate.recv().await.is_some() {
            end_the_load("SIGTERM");
        }
    });
}

fn end_the_load(reason: &'static str) {
    static TOLD: AtomicBool = AtomicBool::new(false);
    if TOLD.swap(true, Ordering::Relaxed) {
        return;
    }
    std::thread::spawn(move || {
        loop {
            goose::trigger_killswitch(reason);
            std::thread::sleep(AGAIN);
        }
    });
}
