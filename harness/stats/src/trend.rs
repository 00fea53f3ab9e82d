//! A history as trends: for each metric the points that can be held against each other, and where their level changed.

use crate::change_points::{ChangePoint, change_points};
use crate::signed_rank::median;
use record::comparison::Metric;
use record::comparison::history::{HistoryPoint, series};

/// One metric over a history.
#[derive(Debug, Clone, PartialEq)]
pub struct Trend {
    /// Which.
    pub metric: Metric,
    /// Index into the history, and value in the metric's unit.
    pub points: Vec<(usize, f64)>,
    /// Changes of level; `at` counts in [`Self::points`].
    pub changes: Vec<ChangePoint>,
}

/// A stretch of points between two changes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// Its first point, counted in [`Trend::points`].
    pub from: usize,
    /// The point after its last.
    pub to: usize,
    /// Median of its values.
    pub value: f64,
}

impl Trend {
    /// The levels in order of time; none without points.
    pub fn levels(&self) -> Vec<Level> {
        let starts = self.changes.iter().map(|change| change.at);
        let ends = starts.clone().chain([self.points.len()]);
        let edges = std::iter::once(0).chain(starts).zip(ends);
        edges
            .filter(|(from, to)| from < to)
            .map(|(from, to)| {
                let values = self.points[from..to].iter();
                let values: Vec<f64> = values.map(|(_, value)| *value).collect();
                Level {
                    from,
                    to,
                    value: median(&values),
                }
            })
            .collect()
    }

    /// After ÷ before − 1 of a change with its sign turned where more is better: positive is worse. `None` where the level before is 0.
    pub fn worsening(&self, change: &ChangePoint) -> Option<f64> {
        Some(change.relative()? * self.metric.better().sign())
    }
}

/// The trends of those metrics that any point of the machine and plan of the last point has, in the order of reports. `seed` decides the
/// shuffles that a change is held against.
pub fn trends(history: &[HistoryPoint], seed: u64) -> Vec<Trend> {
    let all = Metric::ALL
        .into_iter()
        .map(|metric| (metric, series(history, metric)))
        .filter(|(_, points)| !points.is_empty());
    let all: Vec<(Metric, Vec<(usize, f64)>)> = all.collect();
    let values: Vec<Vec<f64>> = all
        .iter()
        .map(|(_, points)| points.iter().map(|(_, value)| *value).collect())
        .collect();
    let changes = change_points(&values, seed);
    let trends = all
        .into_iter()
        .enumerate()
        .map(|(at, (metric, points))| Trend {
            metric,
            points,
            changes: changes
                .iter()
                .filter(|change| change.series == at)
                .copied()
                .collect(),
        });
    trends.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Draw;

    fn nights(count: usize, machine: &str, value: impl Fn(usize) -> f64) -> Vec<HistoryPoint> {
        let point = |at: usize| HistoryPoint {
            commit: format!("c{at}"),
            measured_unix_s: 1_700_000_000 + at as u64 * 86_400,
            machine: machine.to_owned(),
            plan: "p".to_owned(),
            values: [(Metric::Throughput, value(at)), (Metric::RssPeak, 1e6)].into(),
        };
        (0..count).map(point).collect()
    }

    #[test]
    fn a_step_is_found_where_it_is_and_told_as_worse() {
        let noise: Vec<f64> = {
            let mut draw = Draw::new(3);
            (0..40).map(|_| draw.normal()).collect()
        };
        let level = |at: usize| if at < 25 { 1000.0 } else { 930.0 };
        let history = nights(40, "m", |at| level(at) + 10.0 * noise[at]);
        let found = trends(&history, 1);
        let [throughput, memory] = found.as_slice() else {
            panic!("two metrics: {found:?}");
        };
        assert_eq!(throughput.metric, Metric::Throughput);
        assert_eq!(throughput.changes.len(), 1, "{:?}", throughput.changes);
        let change = throughput.changes[0];
        assert!(change.at.abs_diff(25) <= 1, "{change:?}");
        let levels = throughput.levels();
        assert_eq!(levels.len(), 2);
        assert_eq!((levels[0].from, levels[1].to), (0, 40));
        assert!((levels[1].value - 930.0).abs() < 10.0, "{levels:?}");
        let worse = throughput.worsening(&change).expect("positive");
        assert!((worse - 0.07).abs() < 0.02, "{worse}");
        assert!(memory.changes.is_empty());
    }

    #[test]
    fn points_of_another_machine_are_no_part_of_a_trend() {
        let mut history = nights(5, "old", |_| 1.0);
        history.extend(nights(3, "new", |_| 2.0));
        let found = trends(&history, 1);
        let indices: Vec<usize> = found[0].points.iter().map(|(at, _)| *at).collect();
        assert_eq!(indices, [5, 6, 7]);
        assert!(trends(&[], 1).is_empty());
    }
}
