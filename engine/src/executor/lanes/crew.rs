//! The threads that decide a stretch together with the executor thread.

use super::{Decided, Stretch};
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

/// What a helper is left with: its decisions, or nothing if it panicked.
type Report = Option<Vec<Decided>>;

/// Helpers that wait for stretches.
#[derive(Debug)]
pub(super) struct Crew {
    inboxes: Vec<Sender<Arc<Stretch>>>,
    reports: Receiver<Report>,
    threads: Vec<JoinHandle<()>>,
}

/// Reports even if the thread unwinds, so that nobody waits for ever.
struct Reporting<'a>(&'a Sender<Report>, Report);

impl Drop for Reporting<'_> {
    fn drop(&mut self) {
        // The receiver is gone only when nobody asks any more.
        let _ = self.0.send(self.1.take());
    }
}

impl Crew {
    /// That many helpers; with none the caller decides all alone.
    ///
    /// # Errors
    /// A thread that cannot be started.
    pub(super) fn new(helpers: usize) -> io::Result<Self> {
        let (report, reports) = channel();
        let mut crew = Self {
            inboxes: Vec::new(),
            reports,
            threads: Vec::new(),
        };
        for lane in 1..=helpers {
            let (inbox, stretches) = channel();
            let report = report.clone();
            let thread = thread::Builder::new()
                .name(format!("engine-lane-{lane}"))
                .spawn(move || {
                    probe::thread::enter();
                    help(lane, &stretches, &report);
                    probe::thread::exit();
                })?;
            crew.inboxes.push(inbox);
            crew.threads.push(thread);
        }
        Ok(crew)
    }

    /// Decides a stretch on all lanes.
    ///
    /// # Panics
    /// When a helper did.
    pub(super) fn decide(&self, stretch: Arc<Stretch>) -> (Stretch, Vec<Decided>) {
        for inbox in &self.inboxes {
            // A helper that is gone has panicked, which its report has said before.
            let _ = inbox.send(Arc::clone(&stretch));
        }
        let mut decided = stretch.decide(0);
        for _ in &self.inboxes {
            let report = self.reports.recv().ok().flatten();
            decided.append(&mut report.expect("no helper panics"));
        }
        let stretch = Arc::into_inner(stretch);
        (stretch.expect("helpers let go before they report"), decided)
    }
}

fn help(lane: usize, stretches: &Receiver<Arc<Stretch>>, report: &Sender<Report>) {
    while let Ok(stretch) = stretches.recv() {
        let mut reporting = Reporting(report, None);
        let decided = stretch.decide(lane);
        drop(stretch);
        reporting.1 = Some(decided);
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.inboxes.clear();
        for thread in self.threads.drain(..) {
            // A panic was said on standard error already.
            let _ = thread.join();
        }
    }
}
