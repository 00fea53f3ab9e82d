//! Fewer points without losing an extreme: an hour of windows must not become a megabyte of SVG, nor hide its worst second.

/// Most points of a line; about one per pixel of the plot.
pub(super) const MOST: usize = 800;

/// `points` (in order of x) thinned to at most [`MOST`]: of each stretch its lowest and its highest point, never a mean.
pub(super) fn thin(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    if points.len() <= MOST {
        return points.to_vec();
    }
    let stretch = points.len().div_ceil(MOST / 2);
    points.chunks(stretch).flat_map(extremes).collect()
}

fn extremes(stretch: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let by_y = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
    let mut both: Vec<(f64, f64)> = stretch
        .iter()
        .min_by(by_y)
        .into_iter()
        .chain(stretch.iter().max_by(by_y))
        .copied()
        .collect();
    both.sort_by(|a, b| a.0.total_cmp(&b.0));
    both.dedup();
    both
}
