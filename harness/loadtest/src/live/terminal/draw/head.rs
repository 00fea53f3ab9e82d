//! What runs, against what, and how far it is.

use super::words::{bar, clock, fit};
use crate::live::palette::{HEADING, QUIET};
use crate::live::terminal::state::State;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use record::phase::Phase;
use std::time::Duration;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, state: &State) {
    let width = usize::from(area.width);
    let lines = vec![
        title(state, width),
        plan(state, width),
        progress(state, width),
    ];
    for (line, y) in lines.into_iter().zip(area.y..area.bottom()) {
        let row = Rect {
            y,
            height: 1,
            ..area
        };
        frame.render_widget(line, row);
    }
}

fn phase(state: &State) -> &'static str {
    match state.last.phase {
        Phase::Setup => "setting up",
        // A window tells of the past, and the head of now.
        Phase::Warmup | Phase::Steady if state.last.remaining.is_zero() => "draining",
        Phase::Warmup => "warming up",
        Phase::Steady => "steady",
        Phase::Drain => "draining",
    }
}

fn title(state: &State, width: usize) -> Line<'static> {
    let phase = phase(state);
    let room = width.saturating_sub(phase.chars().count() + 3);
    let plan = fit(&state.head.plan, room);
    let left = room.saturating_sub(plan.chars().count());
    let target = fit(&format!(" → {}", state.head.target), left);
    let gap = left.saturating_sub(target.chars().count()) + 1;
    Line::from(vec![
        Span::styled(format!(" {plan}"), HEADING),
        Span::raw(target),
        Span::raw(" ".repeat(gap)),
        Span::styled(phase, HEADING),
    ])
}

fn plan(state: &State, width: usize) -> Line<'static> {
    let words = fit(&format!(" {}", state.head.words), width);
    Line::from(Span::styled(words, QUIET))
}

// Warm-up and steady phase are one way to go; what comes after them takes as long as it takes.
fn progress(state: &State, width: usize) -> Line<'static> {
    let last = &state.last;
    let since = state.since.min(last.remaining);
    let gone = last.span.end.saturating_add(since);
    let left = last.remaining.saturating_sub(since);
    let whole = gone.saturating_add(left);
    let times = format!(
        " {} of {}, {} left",
        clock(gone),
        clock(whole),
        clock(up(left))
    );
    let room = width.saturating_sub(times.chars().count() + 2);
    let share = gone.as_secs_f64() / whole.as_secs_f64().max(1e-9);
    Line::from(vec![
        Span::raw(" "),
        Span::styled(bar(share, room), state.palette.offered()),
        Span::raw(times),
    ])
}

// Rounded up, so that it says 0 when nothing is left and not before.
fn up(time: Duration) -> Duration {
    Duration::from_secs(
        time.as_secs()
            .saturating_add(u64::from(time.subsec_nanos() > 0)),
    )
}
