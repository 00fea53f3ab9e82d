//! The percentiles of every window so far, in a fixed amount of memory.
//!
//! Percentiles cannot be averaged, so neighbours that must share a place are joined by their highest: a chart may show a spike wider
//! than it was, and never hides one.

/// Places kept: more than any terminal has columns, and a run of hours joins no more windows a place than it must.
const MOST: usize = 1024;

/// Percentiles of one window, or the highest of several neighbours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    /// End of the last window, seconds since T0.
    pub(crate) at: f64,
    /// Median of response times, nanoseconds.
    pub(crate) p50: u64,
    /// 99th percentile of response times, nanoseconds.
    pub(crate) p99: u64,
}

impl Point {
    fn join(&mut self, later: Self) {
        self.at = later.at;
        self.p50 = self.p50.max(later.p50);
        self.p99 = self.p99.max(later.p99);
    }
}

/// All windows of a run, oldest first.
#[derive(Debug, Clone)]
pub(crate) struct History {
    points: Vec<Point>,
    /// Windows in every point but the last.
    each: usize,
    /// Windows in the last point.
    filled: usize,
}

/// A history with few enough points.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Thinned {
    pub(crate) points: Vec<Point>,
    /// Windows joined in each point; the last may have fewer.
    pub(crate) each: usize,
}

impl Default for History {
    fn default() -> Self {
        Self {
            points: Vec::new(),
            each: 1,
            filled: 1,
        }
    }
}

impl History {
    /// Adds a window.
    pub(crate) fn push(&mut self, point: Point) {
        if self.filled < self.each
            && let Some(last) = self.points.last_mut()
        {
            last.join(point);
            self.filled += 1;
            return;
        }
        if self.points.len() == MOST {
            self.points = joined(&self.points, 2);
            self.each *= 2;
        }
        self.points.push(point);
        self.filled = 1;
    }

    /// At most `most` points, all with the same number of windows but the last.
    pub(crate) fn thinned(&self, most: usize) -> Thinned {
        let group = self.points.len().div_ceil(most.max(1)).max(1);
        Thinned {
            points: joined(&self.points, group),
            each: self.each * group,
        }
    }
}

fn joined(points: &[Point], group: usize) -> Vec<Point> {
    let join = |group: &[Point]| {
        let (first, rest) = group.split_first()?;
        let mut point = *first;
        for &later in rest {
            point.join(later);
        }
        Some(point)
    };
    points.chunks(group).filter_map(join).collect()
}

#[cfg(test)]
mod tests;
