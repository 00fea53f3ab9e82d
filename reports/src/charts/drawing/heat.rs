//! The heat map of a gate: what every round's response times were, one panel for each build, the same scale for both.

use super::super::axis::Axis;
use super::paper::{Anchor, Paper};
use super::{Ink, LEFT, RIGHT, WIDTH};

/// Height of a panel.
const PANEL: f64 = 190.0;
const TOP: f64 = 30.0;
const GAP: f64 = 34.0;
const BOTTOM: f64 = 44.0;
/// Opacities are drawn in so many steps, so that equal neighbours become one rectangle.
const STEPS: f64 = 20.0;

/// One build's panel.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::charts) struct Panel {
    /// What stands above it.
    pub(in crate::charts) name: &'static str,
    /// Its colour.
    pub(in crate::charts) ink: Ink,
    /// For each column its cells from the lowest on, 0..=1: how strong each is.
    pub(in crate::charts) columns: Vec<Vec<f64>>,
}

/// Both panels as an SVG element; `y` is cut into as many cells as a column has, `x` has a tick for each column.
pub(in crate::charts) fn svg(description: &str, panels: &[Panel], x: &Axis, y: &Axis) -> String {
    let height = TOP + BOTTOM + PANEL * panels.len() as f64 + GAP * (panels.len() as f64 - 1.0);
    Paper::draw((WIDTH, height as i32), description, |paper| {
        for (at, panel) in panels.iter().enumerate() {
            let top = TOP + (PANEL + GAP) * at as f64;
            rows(paper, y, top);
            cells(paper, panel, top);
            let name = (f64::from(WIDTH - RIGHT), top - 12.0);
            paper.text(panel.name, name, 12.0, Anchor::End, panel.ink);
        }
        paper.text(y.title, (4.0, 14.0), 12.0, Anchor::Start, Ink::Muted);
        let bottom = height - BOTTOM;
        for (at, label) in &x.ticks {
            let column = place(x, *at);
            paper.text(
                label,
                (column, bottom + 14.0),
                12.0,
                Anchor::Middle,
                Ink::Text,
            );
        }
        let middle = (f64::midpoint(f64::from(LEFT), right()), bottom + 33.0);
        paper.text(x.title, middle, 12.0, Anchor::Middle, Ink::Muted);
    })
}

fn right() -> f64 {
    f64::from(WIDTH - RIGHT)
}

fn place(x: &Axis, at: f64) -> f64 {
    let share = (at - x.low) / (x.high - x.low);
    f64::from(LEFT) + share * (right() - f64::from(LEFT))
}

fn rows(paper: &Paper<'_>, y: &Axis, top: f64) {
    for (at, label) in &y.ticks {
        let share = (at - y.low) / (y.high - y.low);
        let row = top + PANEL * (1.0 - share);
        paper.line(&[(f64::from(LEFT), row), (right(), row)], 1.0, Ink::Grid);
        let at = (f64::from(LEFT) - 8.0, row);
        paper.text(label, at, 12.0, Anchor::End, Ink::Text);
    }
}

fn cells(paper: &Paper<'_>, panel: &Panel, top: f64) {
    let width = (right() - f64::from(LEFT)) / panel.columns.len().max(1) as f64;
    for (at, column) in panel.columns.iter().enumerate() {
        let left = f64::from(LEFT) + width * at as f64;
        let height = PANEL / column.len().max(1) as f64;
        let step = |cell: f64| (cell.clamp(0.0, 1.0) * STEPS).ceil();
        let mut from = 0;
        while from < column.len() {
            let strength = step(column[from]);
            let same = column[from..].iter().take_while(|cell| {
                let other = step(**cell);
                (other - strength).abs() < 0.5
            });
            let to = from + same.count();
            if strength > 0.0 {
                let rows = (
                    top + PANEL - height * to as f64,
                    top + PANEL - height * from as f64,
                );
                paper.rectangle(
                    (left + 1.0, rows.0),
                    (left + width - 1.0, rows.1),
                    panel.ink,
                    strength / STEPS,
                );
            }
            from = to;
        }
    }
}
