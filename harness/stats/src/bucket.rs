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
