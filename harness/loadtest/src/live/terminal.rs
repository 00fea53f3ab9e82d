//! The live view: one screen that says how the run goes, with a chart of its percentiles.
//!
//! It must not disturb what it shows. Everything that can wait happens in a thread of its own: the collector only adds a window to the
//! steps' totals, as it does for the record, and hands over a few hundred bytes; it never waits for the terminal, because a full inbox
//! loses windows of the view and nothing else. The thread inherits the generator's processors, so the target's stay its own, and
//! has the lowest priority there: a worker or the pacer that wakes up takes the processor from it at once. It draws four times a second,
//! into memory first and then only what changed, and takes the terminal after the first window, when Goose has set up its own things.

mod draw;
mod history;
mod screen;
mod state;

pub(crate) use state::Head;

use super::palette::Palette;
use crate::output;
use driver::WindowView;
use screen::{REDRAW, Screen, Wanted};
use state::{Figures, State, Totals};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

/// Windows that wait while the terminal takes nothing.
const INBOX: usize = 64;
/// The lowest priority that `nice` knows.
const LOWEST_PRIORITY: i32 = 19;

/// Where a window went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// To the view.
    OnScreen,
    /// Nowhere: the view has ended.
    Nowhere,
}

/// The collector's end of the view.
pub(crate) struct View {
    totals: Mutex<Totals>,
    inbox: Mutex<Option<SyncSender<Figures>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    ended: Arc<AtomicBool>,
}

impl View {
    /// Starts the thread; it waits for the first window before it takes the terminal.
    pub(crate) fn start(head: Head, palette: Palette) -> std::io::Result<Self> {
        let (sender, receiver) = sync_channel(INBOX);
        let ended = Arc::new(AtomicBool::new(false));
        let end = End(ended.clone());
        let thread = std::thread::Builder::new()
            .name("view".to_owned())
            .spawn(move || {
                let _end = end;
                run(&receiver, head, palette);
            })?;
        Ok(Self {
            totals: Mutex::default(),
            inbox: Mutex::new(Some(sender)),
            thread: Mutex::new(Some(thread)),
            ended,
        })
    }

    /// Hands a window over, without waiting for anything.
    pub(crate) fn window(&self, view: &WindowView<'_>) -> Shown {
        if self.ended.load(Ordering::SeqCst) {
            return Shown::Nowhere;
        }
        let figures = lock(&self.totals).window(view);
        let inbox = lock(&self.inbox);
        let Some(inbox) = inbox.as_ref() else {
            return Shown::Nowhere;
        };
        match inbox.try_send(figures) {
            Ok(()) | Err(TrySendError::Full(_)) => Shown::OnScreen,
            Err(TrySendError::Disconnected(_)) => Shown::Nowhere,
        }
    }

    /// Ends the view and returns when the terminal has been given back, within a redraw.
    pub(crate) fn leave(&self) {
        lock(&self.inbox).take();
        if let Some(thread) = lock(&self.thread).take() {
            let _ = thread.join();
        }
    }
}

impl Drop for View {
    fn drop(&mut self) {
        self.leave();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Says that the thread has ended, also when it panicked.
struct End(Arc<AtomicBool>);

impl Drop for End {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn run(inbox: &Receiver<Figures>, head: Head, palette: Palette) {
    // Linux keeps this by thread. Where it is refused, the view is as important as everybody else.
    let _ = rustix::process::setpriority_process(None, LOWEST_PRIORITY);
    // No window, no view: the run ended before its first second.
    let Ok(first) = inbox.recv() else { return };
    let said = match watch(inbox, State::new(head, palette, first)) {
        Ok(Why::Over) => return,
        Ok(Why::Stopping) => {
            "stopping: what is under way may finish, and what was measured is kept".to_owned()
        }
        Err(error) => format!("note: no live view, the terminal cannot be used: {error}"),
    };
    output::note(&said);
}

/// Why the view ends.
enum Why {
    /// The run is over, or something took the terminal away.
    Over,
    /// Somebody wants the run to end. Its last seconds are told in lines: whoever presses Ctrl-C again means the whole process, and
    /// must find a terminal in order.
    Stopping,
}

fn watch(inbox: &Receiver<Figures>, mut state: State) -> std::io::Result<Why> {
    let mut screen = Screen::take()?;
    let mut closed_at = Instant::now();
    loop {
        // By SIGTERM or SIGINT from elsewhere, or by the driver when all is done; then the last window is in the inbox already.
        let stopped = goose::is_killswitch_triggered();
        match take_all(inbox, &mut state) {
            Brought::News => closed_at = Instant::now(),
            Brought::Nothing => state.since = closed_at.elapsed(),
            Brought::TheEnd => return Ok(Why::Over),
        }
        if stopped && !state.last.remaining.is_zero() {
            return Ok(Why::Stopping);
        }
        if stopped || !Screen::is_ours() {
            return Ok(Why::Over);
        }
        screen.show(&state)?;
        if Screen::keys(Instant::now() + REDRAW)? == Wanted::Stop {
            goose::trigger_killswitch("stopped at the terminal");
            return Ok(Why::Stopping);
        }
    }
}

/// What was in the inbox.
enum Brought {
    News,
    Nothing,
    TheEnd,
}

fn take_all(inbox: &Receiver<Figures>, state: &mut State) -> Brought {
    let mut brought = Brought::Nothing;
    loop {
        match inbox.try_recv() {
            Ok(figures) => {
                state.add(figures);
                brought = Brought::News;
            }
            Err(TryRecvError::Empty) => return brought,
            Err(TryRecvError::Disconnected) => return Brought::TheEnd,
        }
    }
}

#[cfg(test)]
mod tests;
