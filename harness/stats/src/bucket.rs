//! What a dashboard will show for a histogram, computed without a server.

use record::grid::Grid;

/// What PromQL's `histogram_quantile(q, …)` answers for `counts` per bucket of `grid` (not cumulative, the unbounded one last), in seconds:
/// linear interpolation inside the bucket, the first one starting at 0; beyond the last bound, that bound. `None` without counts.
pub fn bucket_quantile(grid: Grid, counts: &[u64], q: f64) -> Option<f64> {
    let bounds = grid.bounds_ns();
    let total: u64 = counts.iter().sum();
    if total == 0 {
        return None;
    }
    let rank = q * total as f64;
    let mut below = 0;
    for (at, &count) in counts.iter().enumerate() {
        if ((below + count) as f64) < rank || count == 0 {
            below += count;
            continue;
        }
        let Some(&upper) = bounds.get(at) else {
            break;
        };
        let lower = if at == 0 { 0 } else { bounds[at - 1] };
        let inside = (rank - below as f64) / count as f64;
        return Some((lower as f64 + (upper - lower) as f64 * inside.clamp(0.0, 1.0)) / 1e9);
    }
    bounds.last().map(|&bound| bound as f64 / 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use record::specimen;

    proptest! {
        // The dashboard's answer lies in the bucket that holds the true one.
        #[test]
        fn is_off_by_one_bucket_at_most(
            values in proptest::collection::vec(10_000..10_000_000_000_u64, 1..200),
            percent in 1..=100_u32,
        ) {
            let q = f64::from(percent) / 100.0;
            let times = specimen::histogram(&values);
            let seen = bucket_quantile(Grid::Fine, &times.buckets(Grid::Fine), q).expect("counts") * 1e9;
            let mut sorted = values.clone();
            sorted.sort_unstable();
            let exact = sorted[((q * values.len() as f64).ceil() as usize).clamp(1, values.len()) - 1] as f64;
            // Neighbouring bounds have the ratio 2^(1/4); HDR's own 0.1 % may move a value over a bound.
            let ratio = seen / exact;
            prop_assert!((0.83..=1.2).contains(&ratio), "{seen} for {exact}");
        }
    }

    #[test]
    fn interpolates_as_prometheus_does() {
        let mut counts = vec![0; 42];
        counts[1] = 100;
        let (lower, upper) = (10_000.0, Grid::Coarse.bounds_ns()[1] as f64);
        let seen = bucket_quantile(Grid::Coarse, &counts, 0.5).expect("counts");
        assert!((seen * 1e9 - (lower + (upper - lower) * 0.5)).abs() < 1e-6);
        counts[41] = 900;
        assert_eq!(bucket_quantile(Grid::Coarse, &counts, 0.99), Some(10.48576));
        assert_eq!(bucket_quantile(Grid::Coarse, &[0; 42], 0.5), None);
    }
}
