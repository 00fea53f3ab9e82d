//! Progress: a screen or a line that renews itself on a terminal, plain lines elsewhere.

use super::manner::Manner;
use super::palette::Palette;
use super::terminal::{Head, Shown, View};
use crate::output;
use driver::WindowView;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use record::phase::Phase;
use record::quantity::format_nanoseconds;
use record::run::Window;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Without a terminal, every so many windows a line.
const PLAIN_EVERY: u64 = 5;

/// Who shows progress, and how.
pub(crate) enum Progress {
    /// Nobody.
    Quiet,
    /// A screen; lines when it has ended before the run.
    View(View, AtomicU64),
    /// A bar that renews itself.
    Bar(ProgressBar),
    /// Lines; counts windows.
    Lines(AtomicU64),
}

impl Progress {
    /// Progress of a run that takes `length`, in the manner and colours given. Where the view cannot be had, a bar must do.
    pub(crate) fn new(manner: Manner, palette: Palette, head: Head, length: Duration) -> Self {
        match manner {
            Manner::Quiet => Self::Quiet,
            Manner::Lines => Self::Lines(AtomicU64::new(0)),
            Manner::Bar => Self::Bar(bar(palette, length)),
            Manner::View => match View::start(head, palette) {
                Ok(view) => Self::View(view, AtomicU64::new(0)),
                Err(_) => Self::Bar(bar(palette, length)),
            },
        }
    }

    pub(crate) fn window(&self, view: &WindowView<'_>) {
        match self {
            Self::Quiet => {}
            Self::Bar(bar) => {
                bar.set_position(view.window.span.end.as_millis() as u64);
                bar.set_message(line(view));
            }
            Self::Lines(windows) => now_and_then(windows, view),
            Self::View(screen, windows) => {
                if screen.window(view) == Shown::Nowhere {
                    now_and_then(windows, view);
                }
            }
        }
    }

    /// Gives the terminal back; what is printed from now on stays.
    pub(crate) fn finish(&self) {
        match self {
            Self::Bar(bar) => bar.finish_and_clear(),
            Self::View(view, _) => view.leave(),
            Self::Quiet | Self::Lines(_) => {}
        }
    }
}

fn bar(palette: Palette, length: Duration) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(
        Some(length.as_millis() as u64),
        ProgressDrawTarget::stderr(),
    );
    let template = match palette {
        Palette::Colours => "{bar:24.cyan/dim} {msg}",
        Palette::Plain => "{bar:24} {msg}",
    };
    let style = ProgressStyle::with_template(template);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

// Every window at the edges of phases, otherwise one in a while.
fn now_and_then(windows: &AtomicU64, view: &WindowView<'_>) {
    let edge = view.remaining.is_zero() || view.window.phase != Phase::Steady;
    let turn = windows.fetch_add(1, Ordering::Relaxed);
    if edge || turn.is_multiple_of(PLAIN_EVERY) {
        output::note(&line(view));
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
