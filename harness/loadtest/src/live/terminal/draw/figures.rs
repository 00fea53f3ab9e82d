//! Figures of the last window, and how much of what was offered was achieved.

use super::headed;
use super::words::{bar, count, fit, rate, time};
use crate::live::palette::{HEADING, QUIET};
use crate::live::terminal::state::{Figures, Quantiles, State};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use record::run::Model;

/// Least width of a name and its figure, and the most that is not torn apart.
const CELL: (u16, u16) = (26, 30);
/// Columns before and after a bar.
const BAR_NAME: usize = 11;
const BAR_VALUE: usize = 13;
/// How many there are.
const CELLS: u16 = 9;

/// Figures side by side on a screen of this width; three thirds, so that the rows belong together, unless there is no room.
fn columns(width: u16) -> u16 {
    (width / CELL.0).clamp(1, 3)
}

/// Rows that all figures take.
pub(super) fn rows(width: u16) -> u16 {
    CELLS.div_ceil(columns(width))
}

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, state: &State) {
    let inner = headed(frame, area, heading(state));
    let columns = columns(area.width);
    let width = area.width / columns;
    for (at, cell) in (0..).zip(cells(state)) {
        let (row, column) = (at / columns, at % columns);
        if row >= inner.height {
            return;
        }
        let place = Rect {
            x: inner.x + column * width,
            y: inner.y + row,
            width: width.min(CELL.1),
            height: 1,
        };
        frame.render_widget(cell.line(place.width), place);
    }
}

// Percentiles stand beside the number of values they come from.
fn heading(state: &State) -> Vec<Span<'static>> {
    let last = &state.last;
    let counted = |of: Option<Quantiles>| count(of.map_or(0, |of| of.count));
    let stands_on = format!(
        " percentiles of {} answers, {} first sends ",
        counted(last.response),
        counted(last.send_delay)
    );
    vec![
        Span::styled(" last window ", HEADING),
        Span::styled(stands_on, QUIET),
    ]
}

/// A name and its figure.
struct Cell {
    name: &'static str,
    value: String,
    style: Style,
}

impl Cell {
    fn new(name: &'static str, value: String) -> Self {
        Self {
            name,
            value,
            style: Style::new(),
        }
    }

    fn styled(mut self, style: Style) -> Self {
        self.style = style;
        self
    }

    // The name to the left, the figure to the right, and space between neighbours.
    fn line(self, width: u16) -> Line<'static> {
        let room = usize::from(width).saturating_sub(self.name.len() + 3);
        let value = fit(&self.value, room);
        Line::from(vec![
            Span::styled(format!(" {} ", self.name), QUIET),
            Span::styled(format!("{value:>room$} "), self.style),
        ])
    }
}

// Row by row: what went in and out, how long it took, what is wrong or waiting.
fn cells(state: &State) -> [Cell; CELLS as usize] {
    let (last, palette) = (&state.last, state.palette);
    let response = |of: fn(Quantiles) -> u64| time(last.response.map(of));
    let alarm = |n: u64| if n > 0 { palette.bad() } else { Style::new() };
    [
        Cell::new("offered", offered(state)).styled(palette.offered()),
        Cell::new("requests, QPS", rate(per_second(last, last.requests))),
        Cell::new("committed, TPS", rate(per_second(last, last.committed)))
            .styled(palette.achieved()),
        Cell::new("response p50", response(|of| of.p50)).styled(palette.median()),
        Cell::new("response p99", response(|of| of.p99)).styled(palette.tail()),
        Cell::new("send delay p99", time(last.send_delay.map(|of| of.p99))),
        Cell::new("failed", failed(last)).styled(alarm(last.failed)),
        Cell::new("in flight", count(last.in_flight)),
        Cell::new("waiting", waiting(last)).styled(alarm(last.dropped)),
    ]
}

fn per_second(figures: &Figures, events: u64) -> Option<f64> {
    let seconds = figures.span.length().as_secs_f64();
    (seconds > 0.0).then(|| events as f64 / seconds)
}

fn offered(state: &State) -> String {
    if state.head.model == Model::Closed {
        return "as answered".to_owned();
    }
    rate(per_second(&state.last, state.last.due))
}

fn failed(last: &Figures) -> String {
    if last.failed == 0 {
        return "0".to_owned();
    }
    let percent = last.failed as f64 / last.requests.max(1) as f64 * 100.0;
    format!("{} ({percent:.1} %)", count(last.failed))
}

fn waiting(last: &Figures) -> String {
    if last.dropped == 0 {
        return count(last.backlog);
    }
    format!("{}, {} lost", count(last.backlog), count(last.dropped))
}

/// Two bars on one scale, below each other. In the closed model nothing is offered beyond what is answered, and nothing compared.
pub(super) fn draw_bars(frame: &mut Frame<'_>, area: Rect, state: &State) {
    let last = &state.last;
    let due = if state.head.model == Model::Closed {
        0
    } else {
        last.due
    };
    let most = due.max(last.ended).max(1) as f64;
    let bars = [
        ("offered", due, offered(state), state.palette.offered()),
        (
            "achieved",
            last.ended,
            rate(per_second(last, last.ended)),
            state.palette.achieved(),
        ),
    ];
    for ((name, events, value, style), y) in bars.into_iter().zip(area.y..area.bottom()) {
        let room = usize::from(area.width).saturating_sub(BAR_NAME + BAR_VALUE);
        let line = Line::from(vec![
            Span::styled(format!(" {name:<10}"), QUIET),
            Span::styled(bar(events as f64 / most, room), style),
            Span::raw(format!("{value:>12}")),
        ]);
        frame.render_widget(
            line,
            Rect {
                y,
                height: 1,
                ..area
            },
        );
    }
}
