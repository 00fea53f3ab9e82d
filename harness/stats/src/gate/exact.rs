//! Metrics without noise, such as allocations per request, need no test: from three rounds on, a difference is a difference. That a metric
//! has no noise is earned from data, not declared (statistics.md, section 4.8).

use record::comparison::{Better, GatedMetric};

/// Rounds from which on a metric can be exact.
pub const FEWEST: usize = 3;
/// Rounds of one arm that differ by no more than this agree.
const AGREE: f64 = 0.001;

/// What rounds without noise say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exact {
    /// Every candidate round is worse than every baseline round by more than margin and floor.
    Worse,
    /// The worst candidate round is within margin or floor of the best baseline round.
    NoWorse,
    /// Between the two: some pairs of rounds are beyond and some are not.
    Between,
}

/// What the pairs (baseline, candidate) say; `None` if there are too few or an arm's rounds do not agree: then the test decides.
pub fn exact(gated: &GatedMetric, pairs: &[(f64, f64)]) -> Option<Exact> {
    if pairs.len() < FEWEST {
        return None;
    }
    let (baseline, candidate) = (range(pairs, |one| one.0), range(pairs, |one| one.1));
    if !agrees(baseline) || !agrees(candidate) {
        return None;
    }
    let (nearest, farthest) = match gated.metric.better() {
        Better::Lower => ((baseline.1, candidate.0), (baseline.0, candidate.1)),
        Better::Higher => ((baseline.0, candidate.1), (baseline.1, candidate.0)),
    };
    let is_beyond = |pair| is_beyond(gated, pair);
    Some(match (is_beyond(nearest), is_beyond(farthest)) {
        (true, _) => Exact::Worse,
        (false, false) => Exact::NoWorse,
        (false, true) => Exact::Between,
    })
}

// Worse by more than the margin and more than the floor. From nothing to something is beyond any margin.
fn is_beyond(gated: &GatedMetric, (baseline, candidate): (f64, f64)) -> bool {
    let worse = gated.metric.better().sign() * (candidate - baseline);
    worse > gated.margin * baseline.abs() && worse > gated.floor.unwrap_or(0.0)
}

fn range(pairs: &[(f64, f64)], of: fn(&(f64, f64)) -> f64) -> (f64, f64) {
    let start = (f64::INFINITY, f64::NEG_INFINITY);
    let values = pairs.iter().map(of);
    values.fold(start, |(low, high), value| {
        (low.min(value), high.max(value))
    })
}

fn agrees((low, high): (f64, f64)) -> bool {
    high - low <= AGREE * low.abs()
}

#[cfg(test)]
mod tests {
    use super::*;
    use record::comparison::Metric;

    fn check(pairs: &[(f64, f64)]) -> Option<Exact> {
        exact(&GatedMetric::usual(Metric::AllocsPerRequest), pairs)
    }

    #[test]
    fn one_allocation_more_is_found_from_three_rounds_on() {
        assert_eq!(check(&[(42.0, 43.0), (42.0, 43.0)]), None);
        assert_eq!(check(&[(42.0, 43.0); 3]), Some(Exact::Worse));
        assert_eq!(check(&[(0.0, 1.0); 3]), Some(Exact::Worse));
    }

    #[test]
    fn no_more_than_margin_or_floor_is_no_worse() {
        assert_eq!(check(&[(42.0, 42.01); 3]), Some(Exact::NoWorse));
        assert_eq!(check(&[(0.001, 0.009); 3]), Some(Exact::NoWorse));
        assert_eq!(check(&[(42.0, 30.0); 3]), Some(Exact::NoWorse));
    }

    #[test]
    fn rounds_that_disagree_leave_it_to_the_test() {
        assert_eq!(check(&[(42.0, 43.0), (42.1, 43.0), (42.0, 43.0)]), None);
        assert_eq!(check(&[(42.0, 43.0), (42.0, 45.0), (42.0, 43.0)]), None);
    }

    #[test]
    fn where_higher_is_better_less_is_worse() {
        let gated = GatedMetric::usual(Metric::Throughput);
        assert_eq!(exact(&gated, &[(100.0, 90.0); 3]), Some(Exact::Worse));
        assert_eq!(exact(&gated, &[(100.0, 110.0); 3]), Some(Exact::NoWorse));
    }

    #[test]
    fn rounds_at_the_edge_are_between() {
        let pairs = [(100.0, 101.05), (100.1, 101.05), (100.1, 101.05)];
        assert_eq!(check(&pairs), Some(Exact::Between));
    }
}
