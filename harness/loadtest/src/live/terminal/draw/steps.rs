//! The steps so far.

use super::headed;
use super::words::{count, fit, time};
use crate::live::palette::{HEADING, QUIET};
use crate::live::terminal::state::{Quantiles, State, StepRow};
use ratatui::Frame;
use ratatui::layout::{Alignment, Constraint, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Row, Table};
use record::phase::Phase;

/// Width of a column of figures.
const FIGURE: u16 = 12;
/// Columns of figures.
const FIGURES: u16 = 4;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, state: &State) {
    let inner = headed(frame, area, heading(state));
    let room = usize::from(inner.height.saturating_sub(1));
    let name = usize::from(inner.width.saturating_sub((FIGURE + 1) * FIGURES));
    let names = state.head.steps.iter();
    let all: Vec<_> = names.zip(&state.last.steps).collect();
    // The last row says how many others there are.
    let shown = if all.len() > room {
        room.saturating_sub(1)
    } else {
        all.len()
    };
    let mut rows: Vec<_> = all[..shown]
        .iter()
        .map(|(step, figures)| row(step, **figures, name, state))
        .collect();
    if all.len() > room {
        rows.push(Row::new([format!(" … and {} more", all.len() - shown)]));
    }
    let widths = [Constraint::Min(0)]
        .into_iter()
        .chain([Constraint::Length(FIGURE); FIGURES as usize]);
    let titles = [" ", "good", "failed", "p50", "p99"].map(right);
    let table = Table::new(rows, widths)
        .column_spacing(1)
        .header(Row::new(titles).style(QUIET));
    frame.render_widget(table, inner);
}

fn heading(state: &State) -> Vec<Span<'static>> {
    let phase = match state.last.counted {
        Phase::Warmup => "of the warm-up so far",
        _ => "of the steady phase so far",
    };
    vec![
        Span::styled(" steps ", HEADING),
        Span::styled(format!("{phase}, response times of good answers "), QUIET),
    ]
}

fn row(step: &str, figures: StepRow, width: usize, state: &State) -> Row<'static> {
    let palette = state.palette;
    let failed = if figures.failed > 0 {
        palette.bad()
    } else {
        Style::new()
    };
    let quantile = |of: fn(Quantiles) -> u64| right(time(figures.good.map(of)));
    Row::new([
        Line::from(fit(&format!(" {step}"), width)),
        right(count(figures.good.map_or(0, |good| good.count))),
        right(count(figures.failed)).style(failed),
        quantile(|of| of.p50).style(palette.median()),
        quantile(|of| of.p99).style(palette.tail()),
    ])
}

fn right(text: impl Into<String>) -> Line<'static> {
    Line::from(text.into()).alignment(Alignment::Right)
}
