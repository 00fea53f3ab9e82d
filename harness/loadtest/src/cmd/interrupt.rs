//! Ctrl-C in commands that start others: the run under way keeps what it measured, no other begins, and what is left to do is still done.

use crate::exit::{Exit, Failure};
use rustix::process::{Pid, Signal, kill_process};
use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use tokio::signal::unix::{SignalKind, signal};

/// A terminal and a parent may both pass the same press on; what comes within this time of it is it.
pub(super) const SAME_PRESS: Duration = Duration::from_millis(250);

/// Whether somebody wants to stop, and whom to tell.
#[derive(Debug, Clone, Default)]
pub(super) struct Interrupt {
    is_set: Arc<AtomicBool>,
    first: Arc<OnceLock<Instant>>,
    children: Arc<Mutex<Vec<Pid>>>,
}

impl Interrupt {
    /// Takes SIGINT and SIGTERM from now on. A second press ends the program at once.
    pub(super) fn listen() -> Result<Self, Failure> {
        let internal = |e: std::io::Error| {
            Failure::new(Exit::Internal, format!("signals cannot be handled: {e}"))
        };
        let interrupt = Self::default();
        let heard = interrupt.clone();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(internal)?;
        let (mut ctrl_c, mut terminate) = {
            let _inside = runtime.enter();
            (
                signal(SignalKind::interrupt()).map_err(internal)?,
                signal(SignalKind::terminate()).map_err(internal)?,
            )
        };
        std::thread::spawn(move || {
            runtime.block_on(async move {
                loop {
                    let heard_one = tokio::select! {
                        one = ctrl_c.recv() => one,
                        one = terminate.recv() => one,
                    };
                    if heard_one.is_none() {
                        return;
                    }
                    heard.tell();
                }
            });
        });
        Ok(interrupt)
    }

    /// True once a signal came.
    pub(super) fn is_set(&self) -> bool {
        self.is_set.load(Ordering::SeqCst)
    }

    /// Whom to tell from now on. One that begins while the signal comes is told, too.
    pub(super) fn pass_on_to<'a>(&self, children: impl IntoIterator<Item = &'a Child>) {
        *self.children() = children.into_iter().map(Pid::from_child).collect();
        if self.is_set() {
            self.stop_children();
        }
    }

    fn tell(&self) {
        let first = self.first.get_or_init(Instant::now);
        let again = self.is_set.swap(true, Ordering::SeqCst);
        if again && first.elapsed() > SAME_PRESS {
            std::process::exit(Exit::Internal as i32);
        }
        self.stop_children();
    }

    // A Ctrl-C at the terminal reaches a child by itself; SIGTERM besides does nothing more, and alone does the same.
    fn stop_children(&self) {
        for child in self.children().iter() {
            let _ = kill_process(*child, Signal::TERM);
        }
    }

    fn children(&self) -> std::sync::MutexGuard<'_, Vec<Pid>> {
        self.children.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
