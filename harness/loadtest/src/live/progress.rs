//! Progress: a line that renews itself on a terminal, plain lines elsewhere.

use crate::output;
use driver::WindowView;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use record::phase::Phase;
use record::quantity::format_nanoseconds;
use record::run::Window;
use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Without a terminal, every so many windows a line.
const PLAIN_EVERY: u64 = 5;

/// Who shows progress, and how.
pub(crate) enum Progress {
    /// Nobody.
    Quiet,
    /// A bar that renews itself.
    Bar(ProgressBar),
    /// Lines; counts windows.
    Lines(AtomicU64),
}

impl Progress {
    pub(crate) fn new(quiet: bool, length: Duration) -> Self {
        if quiet {
            return Self::Quiet;
        }
        if !std::io::stderr().is_terminal() {
            return Self::Lines(AtomicU64::new(0));
        }
        let bar = ProgressBar::with_draw_target(
            Some(length.as_millis() as u64),
            ProgressDrawTarget::stderr(),
        );
        let style = ProgressStyle::with_template("{bar:24.cyan/dim} {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self::Bar(bar)
    }

    pub(crate) fn window(&self, view: &WindowView<'_>) {
        match self {
            Self::Quiet => {}
            Self::Bar(bar) => {
                bar.set_position(view.window.span.end.as_millis() as u64);
                bar.set_message(line(view));
            }
            Self::Lines(count) => {
                let edge = view.remaining.is_zero() || view.window.phase != Phase::Steady;
                if count
                    .fetch_add(1, Ordering::Relaxed)
                    .is_multiple_of(PLAIN_EVERY)
                    || edge
                {
                    output::note(&line(view));
                }
            }
        }
    }

    pub(crate) fn finish(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

fn line(view: &WindowView<'_>) -> String {
    let Window {
        phase,
        span,
        requests,
        failed,
        in_flight,
        backlog,
        response,
        ..
    } = view.window;
    let seconds = span.length().as_secs_f64().max(1e-3);
    let p99 = response.map_or_else(|| "-".to_owned(), |summary| format_nanoseconds(summary.p99));
    let waiting = if *backlog > 0 {
        format!(", {backlog} waiting")
    } else {
        String::new()
    };
    format!(
        "{:<7} {:>4.0} s  {:>8.0} req/s  p99 {p99:>8}  {failed} failed  {in_flight} in flight{waiting}  {:.0} s left",
        phase.name(),
        span.end.as_secs_f64(),
        *requests as f64 / seconds,
        view.remaining.as_secs_f64(),
    )
}
