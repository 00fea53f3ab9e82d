//! Folded stacks → flamegraphs: one profile, or the difference of two.
//!
//! Drawn by inferno with its own script, so a file zooms and searches in any browser. Differences use values per 1,000
//! requests that we compute ourselves: inferno's own normalisation rescales by totals and so hides the real change.

mod lines;

use inferno::flamegraph::color::{BackgroundColor, BasicPalette, MultiPalette, StrokeColor};
use inferno::flamegraph::{Options as Drawing, Palette, TextTruncateDirection, from_lines};
use record::run::ProfileKind;
use std::collections::BTreeMap;
use thiserror::Error;

/// `root;…;leaf` → value, as `record::profile::Profile::folded` gives it.
pub type Stacks = BTreeMap<String, i64>;

/// A flamegraph that cannot be drawn.
#[derive(Debug, Error)]
pub enum FlamegraphError {
    /// No stack has a value above zero.
    #[error("profile has no samples to draw; was the target idle while it was taken?")]
    Empty,
    /// A side of a difference without requests: there is nothing to divide by.
    #[error("the {0} profile covers no requests, so cost per request is unknown")]
    NoRequests(&'static str),
    /// The drawing failed.
    #[error("flamegraph cannot be drawn: {0}")]
    Drawing(#[from] std::io::Error),
}

/// What stands around the flames, and how they are coloured.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Headline, with the unit.
    pub title: String,
    /// Second line: which run, which seconds.
    pub subtitle: String,
    /// What a value counts, in the unit that `scale` makes: `ms`, `bytes`.
    pub count_name: String,
    /// Factor from a stack's value to the number shown. Ignored by differences, which show values per 1,000 requests.
    pub scale: f64,
    /// Which profile it is: chooses the colours.
    pub kind: ProfileKind,
}

impl Options {
    /// The usual look of a profile of this kind: CPU nanoseconds shown as milliseconds, bytes as bytes.
    pub fn of(kind: ProfileKind, subtitle: &str) -> Self {
        let (title, count_name, scale) = match kind {
            ProfileKind::Cpu => ("CPU time by stack", "ms", 1e-6),
            ProfileKind::Alloc => ("Bytes allocated by stack", "bytes", 1.0),
        };
        Self {
            title: title.to_owned(),
            subtitle: subtitle.to_owned(),
            count_name: count_name.to_owned(),
            scale,
            kind,
        }
    }

    /// The usual look of a difference of two profiles of this kind; the direction completes the title.
    pub fn of_difference(kind: ProfileKind, subtitle: &str) -> Self {
        let (title, count_name) = match kind {
            ProfileKind::Cpu => ("CPU time per request", "ns per 1,000 requests"),
            ProfileKind::Alloc => ("Bytes allocated per request", "bytes per 1,000 requests"),
        };
        Self {
            title: title.to_owned(),
            subtitle: subtitle.to_owned(),
            count_name: count_name.to_owned(),
            scale: 1.0,
            kind,
        }
    }
}

/// One profile as an SVG file that zooms and searches by itself. The same stacks give the same bytes.
pub fn svg(stacks: &Stacks, options: &Options) -> Result<Vec<u8>, FlamegraphError> {
    draw(&lines::single(stacks), options)
}

/// One side of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Side<'a> {
    /// Its stacks.
    pub stacks: &'a Stacks,
    /// Good requests that finished while they were sampled: what cost is divided by.
    pub requests: u64,
}

/// Whose stacks give a difference its widths: stacks that only the other side has are invisible, so show both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Widths {
    /// Widths of the candidate: shows what grew or is new.
    Candidate,
    /// Widths of the baseline: shows what shrank or vanished.
    Baseline,
}

/// The change from `baseline` to `candidate`, each per 1,000 of its own requests. Red frames became dearer in the
/// candidate and blue ones cheaper, whatever the widths; colour marks the frame where a stack ends (self change).
pub fn difference(
    baseline: Side<'_>,
    candidate: Side<'_>,
    widths: Widths,
    options: &Options,
) -> Result<Vec<u8>, FlamegraphError> {
    let before = per_thousand(baseline, "baseline")?;
    let after = per_thousand(candidate, "candidate")?;
    let (lines, of) = match widths {
        Widths::Candidate => (
            lines::pair(&before, &after),
            "widths of the candidate: what grew",
        ),
        Widths::Baseline => (
            lines::pair(&after, &before),
            "widths of the baseline: what shrank",
        ),
    };
    let title = format!("{}, {of}", options.title);
    let mut drawing = drawing(options, &title);
    // inferno's delta is second − first column. With the baseline second, its sign must be turned back.
    drawing.negate_differentials = widths == Widths::Baseline;
    // Most frames of a difference are nearly white; without an outline they would run into each other.
    drawing.stroke_color = StrokeColor::Color((170, 178, 186).into());
    write(&lines, &mut drawing)
}

fn per_thousand(side: Side<'_>, name: &'static str) -> Result<Stacks, FlamegraphError> {
    let requests = i128::from(side.requests);
    if requests == 0 {
        return Err(FlamegraphError::NoRequests(name));
    }
    let scaled = |value: i64| (i128::from(value) * 1000 + requests / 2) / requests;
    let stacks = side.stacks.iter().filter(|(_, value)| **value > 0);
    Ok(stacks
        .map(|(stack, value)| {
            (
                stack.clone(),
                i64::try_from(scaled(*value)).unwrap_or(i64::MAX),
            )
        })
        .collect())
}

fn draw(lines: &[String], options: &Options) -> Result<Vec<u8>, FlamegraphError> {
    let mut drawing = drawing(options, &options.title);
    drawing.factor = options.scale;
    write(lines, &mut drawing)
}

fn drawing(options: &Options, title: &str) -> Drawing<'static> {
    let mut drawing = Drawing::default();
    drawing.title = lines::printable(title);
    drawing.subtitle = Some(lines::printable(&options.subtitle));
    drawing.count_name.clone_from(&options.count_name);
    drawing.deterministic = true;
    drawing.bgcolors = Some(BackgroundColor::Flat((255, 255, 255).into()));
    drawing.colors = match options.kind {
        ProfileKind::Cpu => Palette::Multi(MultiPalette::Rust),
        ProfileKind::Alloc => Palette::Basic(BasicPalette::Mem),
    };
    drawing.text_truncate_direction = TextTruncateDirection::Right;
    // Our lines are in order by frames (see `lines`). As whole lines they need not be, which inferno refuses unless it is
    // told that the order means time; then it reverses them, so `lines` hands them over last first.
    drawing.flame_chart = true;
    drawing
}

fn write(lines: &[String], drawing: &mut Drawing<'_>) -> Result<Vec<u8>, FlamegraphError> {
    if lines.is_empty() {
        return Err(FlamegraphError::Empty);
    }
    let mut svg = Vec::new();
    from_lines(drawing, lines.iter().map(String::as_str), &mut svg)?;
    Ok(svg)
}

#[cfg(test)]
mod tests;
