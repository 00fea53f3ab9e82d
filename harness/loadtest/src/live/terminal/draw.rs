//! From the state to one screen: a pure function of both, for any size of the screen.
//!
//! From the top: what runs and how far it is, the last window's figures, the chart, offered against achieved, the steps, the keys. What
//! does not fit is left out, the least important first.

mod chart;
mod figures;
mod head;
mod steps;
mod words;

use super::state::State;
use crate::live::palette::{HEADING, QUIET};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders};

/// Fewest rows of a chart with its heading.
const LEAST_CHART: u16 = 6;
/// Rows that the chart has before the steps may have more than a few.
const GOOD_CHART: u16 = 9;
/// Steps shown, if there are so many, on a small screen too.
const FEW_STEPS: u16 = 5;

/// Draws everything.
pub(crate) fn draw(frame: &mut Frame<'_>, state: &State) {
    let areas = Areas::of(frame.area(), state.head.steps.len());
    head::draw(frame, areas.head, state);
    figures::draw(frame, areas.figures, state);
    chart::draw(frame, areas.chart, state);
    figures::draw_bars(frame, areas.bars, state);
    steps::draw(frame, areas.steps, state);
    foot(frame, areas.foot);
}

/// Where everything goes; what has no room has a height of zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Areas {
    head: Rect,
    figures: Rect,
    chart: Rect,
    bars: Rect,
    steps: Rect,
    foot: Rect,
}

impl Areas {
    fn of(screen: Rect, steps: usize) -> Self {
        let mut left = screen.height;
        let foot = take(&mut left, 1, 1);
        let head = take(&mut left, 3, 1);
        let figures = take(&mut left, 1 + figures::rows(screen.width), 2);
        let chart = take(&mut left, LEAST_CHART, LEAST_CHART);
        let bars = take(&mut left, 2, 2);
        // Heading and names come with the steps.
        let wanted = u16::try_from(steps).unwrap_or(u16::MAX).saturating_add(2);
        let few = take(&mut left, wanted.min(FEW_STEPS + 2), 3);
        let more_chart = take(&mut left, GOOD_CHART - LEAST_CHART, 1);
        let more = wanted.saturating_sub(few).min(left / 2);
        let more_steps = if few > 0 { take(&mut left, more, 0) } else { 0 };
        let heights = [
            head,
            figures,
            if chart > 0 {
                chart + more_chart + left
            } else {
                0
            },
            bars,
            few + more_steps,
        ];
        Self::stack(screen, heights, foot)
    }

    // From the top down; the foot keeps the last row.
    fn stack(screen: Rect, heights: [u16; 5], foot: u16) -> Self {
        let mut y = screen.y;
        let [head, figures, chart, bars, steps] = heights.map(|height| {
            let area = Rect {
                y,
                height,
                ..screen
            };
            y = y.saturating_add(height);
            area
        });
        Self {
            head,
            figures,
            chart,
            bars,
            steps,
            foot: Rect {
                y: screen.bottom().saturating_sub(foot),
                height: foot,
                ..screen
            },
        }
    }
}

// As much of `wanted` as there is, or nothing if that is less than `least`.
fn take(left: &mut u16, wanted: u16, least: u16) -> u16 {
    let got = wanted.min(*left);
    if got < least {
        return 0;
    }
    *left -= got;
    got
}

/// A rule with a heading, above what it heads; the area below it.
fn headed(frame: &mut Frame<'_>, area: Rect, heading: Vec<Span<'_>>) -> Rect {
    let block = Block::new()
        .borders(Borders::TOP)
        .border_style(QUIET)
        .title(Line::from(heading));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    inner
}

fn foot(frame: &mut Frame<'_>, area: Rect) {
    let key = |name: &'static str| Span::styled(name, HEADING);
    let rest = |text: &'static str| Span::styled(text, QUIET);
    let keys = Line::from(vec![
        rest(" "),
        key("q"),
        rest(" or "),
        key("Ctrl-C"),
        rest(": stop, and keep what was measured"),
    ]);
    frame.render_widget(keys, area);
}

#[cfg(test)]
mod tests;
