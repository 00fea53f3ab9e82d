//! A chart as data, and the one place that puts it on paper.
//!
//! plotters' SVG back end knows whole coordinates only, so we draw eight times as large and let `viewBox` scale it back.
//! It cannot measure text, so nothing here depends on the width of a text but the room for the legend, which is estimated
//! generously.

pub(super) mod forest;
pub(super) mod heat;
mod paper;

use super::axis::Axis;
use paper::{Anchor, Paper};

/// What colour something has. Series colours are Okabe and Ito's, safe for colour-blind readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    /// Labels.
    Text,
    /// Ticks and secondary lines.
    Muted,
    /// Grid lines.
    Grid,
    /// Phases that are not counted.
    Shade,
    /// Blue.
    First,
    /// Vermilion.
    Second,
    /// Green.
    Third,
    /// Purple.
    Fourth,
}

impl Ink {
    /// Every ink.
    pub(super) const ALL: [Self; 8] = [
        Self::Text,
        Self::Muted,
        Self::Grid,
        Self::Shade,
        Self::First,
        Self::Second,
        Self::Third,
        Self::Fourth,
    ];

    /// Red, green, blue, and the name of the class.
    fn facts(self) -> ([u8; 3], &'static str) {
        match self {
            Self::Text => ([0x1F, 0x29, 0x33], "text"),
            Self::Muted => ([0x67, 0x71, 0x7D], "muted"),
            Self::Grid => ([0xDD, 0xE2, 0xE8], "grid"),
            Self::Shade => ([0x8A, 0x94, 0xA0], "shade"),
            Self::First => ([0x00, 0x72, 0xB2], "1"),
            Self::Second => ([0xD5, 0x5E, 0x00], "2"),
            Self::Third => ([0x00, 0x9E, 0x73], "3"),
            Self::Fourth => ([0xCC, 0x79, 0xA7], "4"),
        }
    }
}

/// How a series is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Shape {
    /// A line of this many pixels.
    Line(f64),
    /// A thin line over a filled area.
    Area,
    /// What a closed outline holds, faintly, without a line.
    Region,
}

impl Shape {
    fn weight(self) -> f64 {
        match self {
            Self::Line(weight) => weight,
            Self::Area => 1.5,
            Self::Region => 0.0,
        }
    }
}

/// One curve: unbroken stretches of points in drawing coordinates.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Series {
    /// Its name in the legend; one without a name is not in it.
    pub(super) name: &'static str,
    /// Its colour.
    pub(super) ink: Ink,
    /// Its shape.
    pub(super) shape: Shape,
    /// Its points; a gap in the data is a gap in the line.
    pub(super) stretches: Vec<Vec<(f64, f64)>>,
}

impl Series {
    fn is_empty(&self) -> bool {
        self.stretches.iter().all(Vec::is_empty)
    }
}

/// A part of the x axis with a tint and a word.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shade {
    /// Where it begins.
    pub(super) from: f64,
    /// Where it ends.
    pub(super) to: f64,
    /// What it is.
    pub(super) label: &'static str,
}

/// A whole chart.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Drawing {
    /// What it shows, one sentence for readers who cannot see it.
    pub(super) description: String,
    /// Height in pixels, of [`WIDTH`] pixels' width.
    pub(super) height: i32,
    /// Horizontal axis.
    pub(super) x: Axis,
    /// Vertical axis.
    pub(super) y: Axis,
    /// Tinted parts.
    pub(super) shades: Vec<Shade>,
    /// The curves, the last one on top.
    pub(super) series: Vec<Series>,
}

/// Width of every chart in pixels; pages scale it.
pub(super) const WIDTH: i32 = 960;

/// Room around the plot: top for title and legend, bottom and left for tick labels.
const TOP: i32 = 38;
const BOTTOM: i32 = 44;
const LEFT: i32 = 64;
const RIGHT: i32 = 20;

/// Points up to which each one gets a dot, so that single windows can be seen.
const DOTS: usize = 60;

/// Points from which lines are drawn finer, so that a noisy hour does not become a block of colour.
const DENSE: usize = 240;

/// The chart as an SVG element without width and height, to be put into a page.
pub(super) fn svg(drawing: &Drawing) -> String {
    let plot = Plot {
        drawing,
        right: WIDTH - RIGHT,
        bottom: drawing.height - BOTTOM,
    };
    Paper::draw((WIDTH, drawing.height), &drawing.description, |paper| {
        plot.on(paper);
    })
}

struct Plot<'a> {
    drawing: &'a Drawing,
    right: i32,
    bottom: i32,
}

impl Plot<'_> {
    fn on(&self, paper: &Paper<'_>) {
        self.shades(paper);
        self.grid(paper);
        for series in &self.drawing.series {
            self.series(paper, series);
        }
        self.legend(paper);
        if self.drawing.series.iter().all(Series::is_empty) {
            let middle = (
                f64::from(LEFT + self.right) / 2.0,
                f64::from(TOP + self.bottom) / 2.0,
            );
            paper.text("no data", middle, 14.0, Anchor::Middle, Ink::Muted);
        }
    }

    /// Pixels of a point; what lies outside is moved to the edge.
    fn place(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let share =
            |axis: &Axis, value: f64| ((value - axis.low) / (axis.high - axis.low)).clamp(0.0, 1.0);
        let (width, height) = (f64::from(self.right - LEFT), f64::from(self.bottom - TOP));
        (
            f64::from(LEFT) + share(&self.drawing.x, x) * width,
            f64::from(self.bottom) - share(&self.drawing.y, y) * height,
        )
    }

    fn shades(&self, paper: &Paper<'_>) {
        for shade in &self.drawing.shades {
            let (from, _) = self.place((shade.from, self.drawing.y.low));
            let (to, _) = self.place((shade.to, self.drawing.y.low));
            paper.rectangle(
                (from, f64::from(TOP)),
                (to, f64::from(self.bottom)),
                Ink::Shade,
                0.14,
            );
            if to - from > estimated_width(shade.label) {
                let at = (f64::midpoint(from, to), f64::from(TOP) - 7.0);
                paper.text(shade.label, at, 11.0, Anchor::Middle, Ink::Muted);
            }
        }
    }

    fn grid(&self, paper: &Paper<'_>) {
        let (x, y) = (&self.drawing.x, &self.drawing.y);
        for (at, label) in &y.ticks {
            let (_, row) = self.place((x.low, *at));
            paper.line(
                &[(f64::from(LEFT), row), (f64::from(self.right), row)],
                1.0,
                Ink::Grid,
            );
            paper.text(
                label,
                (f64::from(LEFT) - 8.0, row),
                12.0,
                Anchor::End,
                Ink::Text,
            );
        }
        let bottom = f64::from(self.bottom);
        paper.line(
            &[(f64::from(LEFT), bottom), (f64::from(self.right), bottom)],
            1.0,
            Ink::Muted,
        );
        for (at, label) in &x.ticks {
            let (column, _) = self.place((*at, y.low));
            paper.line(&[(column, bottom), (column, bottom + 4.0)], 1.0, Ink::Muted);
            paper.text(
                label,
                (column, bottom + 14.0),
                12.0,
                Anchor::Middle,
                Ink::Text,
            );
        }
        let middle = f64::from(LEFT + self.right) / 2.0;
        paper.text(
            x.title,
            (middle, bottom + 33.0),
            12.0,
            Anchor::Middle,
            Ink::Muted,
        );
        paper.text(y.title, (4.0, 14.0), 12.0, Anchor::Start, Ink::Muted);
    }

    fn series(&self, paper: &Paper<'_>, series: &Series) {
        let points: usize = series.stretches.iter().map(Vec::len).sum();
        let weight = series.shape.weight() * if points > DENSE { 0.6 } else { 1.0 };
        for stretch in &series.stretches {
            let placed: Vec<(f64, f64)> = stretch.iter().map(|point| self.place(*point)).collect();
            if series.shape == Shape::Region {
                paper.region(&placed, series.ink);
                continue;
            }
            if series.shape == Shape::Area {
                paper.area(&placed, f64::from(self.bottom), series.ink);
            }
            paper.line(&placed, weight, series.ink);
            if points <= DOTS || placed.len() == 1 {
                paper.dots(&placed, weight.max(1.5) + 0.5, series.ink);
            }
        }
    }

    /// At the top right, above the plot, so that it covers no curve.
    fn legend(&self, paper: &Paper<'_>) {
        let mut right = f64::from(self.right);
        let named = self.drawing.series.iter().rev();
        for series in named.filter(|series| !series.name.is_empty()) {
            let left = right - estimated_width(series.name);
            paper.text(series.name, (left, 14.0), 12.0, Anchor::Start, Ink::Text);
            paper.line(&[(left - 24.0, 14.0), (left - 6.0, 14.0)], 3.0, series.ink);
            right = left - 40.0;
        }
    }
}

/// Pixels that a text of 12 pixels surely fits into.
fn estimated_width(text: &str) -> f64 {
    text.chars().count() as f64 * 6.8
}
