use super::*;
use proptest::prelude::*;

fn of(values: &[u64]) -> Histogram {
    let mut histogram = Histogram::new();
    for &value in values {
        histogram.record(value);
    }
    histogram
}

#[test]
fn an_empty_histogram_has_no_quantiles() {
    let empty = Histogram::new();
    assert_eq!(empty.summary(), None);
    assert_eq!(empty.quantile(0.99), None);
    assert_eq!(empty.mean_ns(), None);
}

#[test]
fn merging_is_not_averaging() {
    // Seven workers all at 1 ms and one all at 100 ms: the p99 of all is 100 ms, the average of their p99s would be 13.4 ms.
    let fast = of(&[1_000_000; 1000]);
    let slow = of(&[100_000_000; 1000]);
    let mut all = Histogram::new();
    for _ in 0..7 {
        all.add(&fast);
    }
    all.add(&slow);
    assert_eq!(all.quantile(0.99), Some(100_000_000));
    assert_eq!(all.count(), 8000);
}

#[test]
fn values_above_an_hour_are_counted_as_clamped() {
    let histogram = of(&[Histogram::HIGHEST_NS + 1, 5]);
    assert_eq!(histogram.clamped(), 1);
    assert_eq!(histogram.max_ns(), Some(Histogram::HIGHEST_NS));
}

#[test]
fn a_cleared_histogram_is_a_new_one() {
    let mut histogram = of(&[1, 2, 3]);
    histogram.clear();
    assert_eq!(histogram, Histogram::new());
}

proptest! {
    #[test]
    fn eight_merged_equal_one(values in prop::collection::vec(0..10_000_000_000_u64, 1..400)) {
        let mut shards = vec![Histogram::new(); 8];
        for (n, &value) in values.iter().enumerate() {
            shards[n % 8].record(value);
        }
        let mut merged = Histogram::new();
        for shard in &shards {
            merged.add(shard);
        }
        prop_assert_eq!(merged, of(&values));
    }

    #[test]
    fn quantiles_are_within_a_thousandth(mut values in prop::collection::vec(1..Histogram::HIGHEST_NS, 1..300), q in 0.0..=1.0_f64) {
        let histogram = of(&values);
        values.sort_unstable();
        let rank = ((q * values.len() as f64).ceil() as usize).clamp(1, values.len());
        let truth = values[rank - 1] as f64;
        let seen = histogram.quantile(q).expect("not empty") as f64;
        prop_assert!((seen - truth).abs() <= truth / 1000.0 + 1.0, "{seen} for {truth}");
    }

    #[test]
    fn encoding_keeps_everything(values in prop::collection::vec(1..10_000_000_000_u64, 0..200)) {
        let histogram = of(&values);
        let back = Histogram::decode(&histogram.encode(), histogram.exact()).expect("own text decodes");
        prop_assert_eq!(back, histogram);
    }

    #[test]
    fn any_text_is_refused_or_read(text in "[A-Za-z0-9+/=]{0,80}") {
        let exact = Histogram::new().exact();
        let _ = Histogram::decode(&text, exact);
    }

    #[test]
    fn buckets_hold_every_value(values in prop::collection::vec(1..20_000_000_000_u64, 0..200)) {
        let histogram = of(&values);
        for grid in [Grid::Fine, Grid::Coarse] {
            prop_assert_eq!(histogram.buckets(grid).iter().sum::<u64>(), values.len() as u64);
        }
    }
}

proptest! {
    #[test]
    fn counting_up_to_a_value_errs_by_a_thousandth_of_it_at_most(values in prop::collection::vec(1..10_000_000_000_u64, 0..200), limit in 1..10_000_000_000_u64) {
        let histogram = of(&values);
        let counted = histogram.count_at_or_below(limit);
        let exact = |limit: u64| values.iter().filter(|&&value| value <= limit).count() as u64;
        let width = limit / 1000 + 1;
        prop_assert!(exact(limit.saturating_sub(width)) <= counted && counted <= exact(limit + width));
        prop_assert_eq!(histogram.count_at_or_below(u64::MAX), histogram.count());
    }
}
