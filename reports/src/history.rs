//! A history as text and as JSON: where each figure stands, and where its level changed.

mod json;

pub use json::HISTORY_VERSION;

use crate::gate::shown;
use record::comparison::history::HistoryPoint;
use stats::change_points::ChangePoint;
use stats::trend::Trend;
use std::fmt::Write as _;

/// Days of four centuries, of which the Gregorian calendar repeats.
const DAYS_OF_ERA: u64 = 146_097;

/// A history and what it shows.
#[derive(Debug, Clone, Copy)]
pub struct History<'a> {
    /// Every point, in the order of the file.
    pub points: &'a [HistoryPoint],
    /// The trends of those points that can be held against the last one.
    pub trends: &'a [Trend],
}

impl<'a> History<'a> {
    /// Points of the machine and plan of the last one.
    pub fn used(&self) -> usize {
        let Some(last) = self.points.last() else {
            return 0;
        };
        let same = |point: &&HistoryPoint| point.machine == last.machine && point.plan == last.plan;
        self.points.iter().filter(same).count()
    }

    /// The point at which a change of that trend begins.
    pub fn point(&self, trend: &Trend, change: &ChangePoint) -> Option<&'a HistoryPoint> {
        let (at, _) = trend.points.get(change.at)?;
        self.points.get(*at)
    }

    /// What stands in the terminal.
    pub fn text(&self) -> String {
        let mut text = format!("{}\n\n", self.about());
        let width = self.trends.iter().map(|trend| trend.metric.title().len());
        let width = width.max().unwrap_or(0);
        for trend in self.trends {
            let name = trend.metric.title();
            let last = trend.points.last().map(|(_, value)| *value);
            let last = last.map_or_else(String::new, |value| shown(trend.metric, value));
            let _ = writeln!(
                text,
                "{name:width$}  {last:>12}  {}",
                strip(trend).unwrap_or_default()
            );
            for change in &trend.changes {
                let _ = writeln!(text, "{:width$}  {}", "", self.told(trend, change));
            }
        }
        if self.trends.iter().all(|trend| trend.changes.is_empty()) {
            text += "\nno change of level\n";
        }
        text
    }

    /// How many points, and how many are of another machine or plan.
    pub fn about(&self) -> String {
        let (all, used) = (self.points.len(), self.used());
        let others = match all - used {
            0 => String::new(),
            others => format!("; {others} of another machine or plan left out"),
        };
        format!("{used} points{others}")
    }

    /// A change in words.
    pub fn told(&self, trend: &Trend, change: &ChangePoint) -> String {
        let (commit, day) = self
            .point(trend, change)
            .map_or(("", String::new()), |point| {
                (point.commit.as_str(), day(point.measured_unix_s))
            });
        let by = trend.worsening(change).map_or_else(String::new, |worse| {
            let word = if worse > 0.0 { "worse" } else { "better" };
            format!(", {:.1} % {word}", worse.abs() * 100.0)
        });
        format!(
            "{} → {}{by}, from {} on ({day}), p {:.3}",
            shown(trend.metric, change.before),
            shown(trend.metric, change.after),
            printable(commit),
            change.p
        )
    }
}

// The last points as a line of blocks, from the lowest to the highest; `None` where all are alike.
fn strip(trend: &Trend) -> Option<String> {
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    const MOST: usize = 40;
    let from = trend.points.len().saturating_sub(MOST);
    let values: Vec<f64> = trend.points[from..]
        .iter()
        .map(|(_, value)| *value)
        .collect();
    let (low, high) = values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(*value), high.max(*value))
        });
    let block = |value: &f64| {
        let share = (value - low) / (high - low);
        BLOCKS[((share * 7.0).round() as usize).min(7)]
    };
    (high > low).then(|| values.iter().map(block).collect())
}

fn printable(text: &str) -> String {
    text.chars().filter(|one| !one.is_control()).collect()
}

/// `2026-11-29` of seconds since the Unix epoch (Howard Hinnant's algorithm).
pub(crate) fn day(unix_s: u64) -> String {
    let days = unix_s / 86_400 + 719_468;
    let (era, of_era) = (days / DAYS_OF_ERA, days % DAYS_OF_ERA);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / (DAYS_OF_ERA - 1)) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_civil() {
        assert_eq!(day(0), "1970-01-01");
        assert_eq!(day(951_782_400), "2000-02-29");
        assert_eq!(day(1_795_518_001), "2026-11-24");
    }
}
