//! Response times of the run so far, window by window.

use super::headed;
use super::words::{clock, time};
use crate::live::palette::{HEADING, QUIET};
use crate::live::terminal::history::{Point, Thinned};
use crate::live::terminal::state::State;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::symbols::Marker;
use ratatui::text::Span;
use ratatui::widgets::{Axis, Chart, Dataset, GraphType};
use std::time::Duration;

/// Columns that the labels of the y axis take.
const LABELS: u16 = 9;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, state: &State) {
    let thinned = state
        .history
        .thinned(usize::from(area.width.saturating_sub(LABELS)));
    let inner = headed(frame, area, heading(state, thinned.each));
    if inner.is_empty() || thinned.points.is_empty() {
        return;
    }
    let p50 = line(&thinned, |point| point.p50);
    let p99 = line(&thinned, |point| point.p99);
    let decades = Decades::around(&thinned);
    let end = thinned.points.last().map_or(1.0, |point| point.at).max(1.0);
    let lines = vec![
        dataset(&p99, Marker::Braille).style(state.palette.tail()),
        dataset(&p50, Marker::Dot).style(state.palette.median()),
    ];
    let chart = Chart::new(lines)
        .legend_position(None)
        .x_axis(
            Axis::default()
                .bounds([0.0, end])
                .labels([0.0, end / 2.0, end].map(seconds))
                .style(QUIET),
        )
        .y_axis(
            Axis::default()
                .bounds(decades.bounds())
                .labels(decades.labels(inner.height))
                .style(QUIET),
        );
    frame.render_widget(chart, inner);
}

// The two lines differ by their marks too: not everybody sees colours.
fn heading(state: &State, each: usize) -> Vec<Span<'static>> {
    let palette = state.palette;
    let joined = match each {
        1 => "by the second ".to_owned(),
        _ => format!("highest of every {each} seconds "),
    };
    vec![
        Span::styled(" response time ", HEADING),
        Span::styled("⠒⠒ p99 ", palette.tail()),
        Span::styled("•• p50 ", palette.median()),
        Span::styled(joined, QUIET),
    ]
}

fn dataset(data: &[(f64, f64)], marker: Marker) -> Dataset<'_> {
    Dataset::default()
        .data(data)
        .marker(marker)
        .graph_type(GraphType::Line)
}

fn line(thinned: &Thinned, of: fn(&Point) -> u64) -> Vec<(f64, f64)> {
    let points = thinned.points.iter();
    points
        .map(|point| (point.at, (of(point).max(1) as f64).log10()))
        .collect()
}

fn seconds(at: f64) -> String {
    clock(Duration::try_from_secs_f64(at).unwrap_or_default())
}

/// Powers of ten of nanoseconds below and above all points: the y axis is logarithmic, as response times are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Decades {
    from: u32,
    to: u32,
}

impl Decades {
    fn around(thinned: &Thinned) -> Self {
        let points = || thinned.points.iter();
        let lowest = points().map(|point| point.p50).min().unwrap_or(1).max(1);
        let highest = points().map(|point| point.p99).max().unwrap_or(1).max(1);
        let from = lowest.ilog10();
        let above = highest.ilog10() + u32::from(!is_power_of_ten(highest));
        Self {
            from,
            to: above.max(from + 1),
        }
    }

    fn bounds(self) -> [f64; 2] {
        [f64::from(self.from), f64::from(self.to)]
    }

    // The axis spaces its labels evenly, so they must be evenly spaced decades: all of them, or the two ends.
    fn labels(self, height: u16) -> Vec<String> {
        let every = if self.to - self.from < u32::from(height).saturating_sub(2) {
            1
        } else {
            self.to - self.from
        };
        (self.from..=self.to)
            .step_by(every as usize)
            .map(|decade| format!("{:>7}", time(10u64.checked_pow(decade))))
            .collect()
    }
}

fn is_power_of_ten(n: u64) -> bool {
    10u64.checked_pow(n.ilog10()) == Some(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thinned(p50: u64, p99: u64) -> Thinned {
        let point = Point { at: 1.0, p50, p99 };
        Thinned {
            points: vec![point],
            each: 1,
        }
    }

    #[test]
    fn the_axis_reaches_from_the_decade_below_to_the_one_above() {
        let around = |p50, p99| {
            let decades = Decades::around(&thinned(p50, p99));
            (decades.from, decades.to)
        };
        assert_eq!(around(120_000, 3_000_000), (5, 7));
        assert_eq!(around(100_000, 1_000_000), (5, 6));
        assert_eq!(around(5, 5), (0, 1));
        assert_eq!(around(0, u64::MAX), (0, 20));
    }

    #[test]
    fn every_decade_has_its_label_or_only_the_ends_have_one() {
        let decades = Decades { from: 5, to: 8 };
        let trimmed = |height| -> Vec<_> {
            let labels = decades.labels(height).into_iter();
            labels.map(|label| label.trim().to_owned()).collect()
        };
        assert_eq!(trimmed(10), ["100 µs", "1.00 ms", "10.0 ms", "100 ms"]);
        assert_eq!(trimmed(4), ["100 µs", "100 ms"]);
    }
}
