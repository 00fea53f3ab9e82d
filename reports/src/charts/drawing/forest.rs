//! The forest plot of a gate: an interval and one dot per round for each metric, the margin as a shaded zone, worse to the right.

use super::super::axis::Axis;
use super::paper::{Anchor, Paper};
use super::{Ink, WIDTH};

/// A row of the plot, in coordinates of its axis.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::charts) struct Row {
    /// What stands at the left.
    pub(in crate::charts) name: String,
    /// What stands at the right.
    pub(in crate::charts) label: String,
    /// Where it lies.
    pub(in crate::charts) estimate: f64,
    /// Both ends of its interval; what is beyond the axis is open.
    pub(in crate::charts) interval: (f64, f64),
    /// Half the width of the shaded zone.
    pub(in crate::charts) margin: f64,
    /// One dot each.
    pub(in crate::charts) dots: Vec<f64>,
    /// The colour of interval and dots.
    pub(in crate::charts) ink: Ink,
}

const LEFT: f64 = 190.0;
const RIGHT: f64 = 150.0;
const TOP: f64 = 36.0;
const BOTTOM: f64 = 44.0;
const ROW: f64 = 46.0;

/// The plot as an SVG element.
pub(in crate::charts) fn svg(description: &str, rows: &[Row], axis: &Axis) -> String {
    let height = TOP + BOTTOM + ROW * rows.len() as f64;
    Paper::draw((WIDTH, height as i32), description, |paper| {
        let plot = Plot {
            axis,
            bottom: height - BOTTOM,
        };
        plot.axis(paper);
        for (at, row) in rows.iter().enumerate() {
            plot.row(paper, row, TOP + ROW * (at as f64 + 0.5));
        }
    })
}

struct Plot<'a> {
    axis: &'a Axis,
    bottom: f64,
}

impl Plot<'_> {
    /// The column of a value; what lies outside is moved to the edge.
    fn column(&self, value: f64) -> f64 {
        let share = (value - self.axis.low) / (self.axis.high - self.axis.low);
        LEFT + share.clamp(0.0, 1.0) * (f64::from(WIDTH) - LEFT - RIGHT)
    }

    fn axis(&self, paper: &Paper<'_>) {
        for (at, label) in &self.axis.ticks {
            let x = self.column(*at);
            let ink = if at.abs() < 1e-9 {
                Ink::Muted
            } else {
                Ink::Grid
            };
            paper.line(&[(x, TOP), (x, self.bottom)], 1.0, ink);
            paper.text(
                label,
                (x, self.bottom + 14.0),
                12.0,
                Anchor::Middle,
                Ink::Text,
            );
        }
        let (left, right) = (self.column(self.axis.low), self.column(self.axis.high));
        paper.text("← better", (left, 16.0), 12.0, Anchor::Start, Ink::Muted);
        paper.text("worse →", (right, 16.0), 12.0, Anchor::End, Ink::Muted);
        let middle = (f64::midpoint(left, right), self.bottom + 33.0);
        paper.text(self.axis.title, middle, 12.0, Anchor::Middle, Ink::Muted);
    }

    fn row(&self, paper: &Paper<'_>, row: &Row, y: f64) {
        let zone = (self.column(-row.margin), self.column(row.margin));
        paper.rectangle((zone.0, y - 17.0), (zone.1, y + 17.0), Ink::Shade, 0.2);
        paper.text(&row.name, (LEFT - 14.0, y), 12.5, Anchor::End, Ink::Text);
        let right = f64::from(WIDTH) - RIGHT + 14.0;
        paper.text(&row.label, (right, y), 12.5, Anchor::Start, Ink::Text);
        let dots: Vec<(f64, f64)> = row
            .dots
            .iter()
            .map(|dot| (self.column(*dot), y + 9.0))
            .collect();
        paper.dots(&dots, 2.6, row.ink);
        let (low, high) = row.interval;
        let (from, to) = (self.column(low), self.column(high));
        paper.line(&[(from, y - 6.0), (to, y - 6.0)], 3.0, row.ink);
        // A closed end has a serif, an open one runs to the edge without.
        for (end, x) in [(low, from), (high, to)] {
            if end.is_finite() {
                paper.line(&[(x, y - 10.0), (x, y - 2.0)], 2.0, row.ink);
            }
        }
        paper.dots(&[(self.column(row.estimate), y - 6.0)], 5.0, row.ink);
    }
}
