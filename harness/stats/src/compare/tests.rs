use super::*;
use proptest::prelude::*;
use record::specimen;

fn find<'a>(comparison: &'a Comparison, name: &str) -> &'a Row {
    comparison
        .rows
        .iter()
        .find(|row| row.name == name)
        .expect(name)
}

#[test]
fn the_same_run_twice_has_ratios_of_one_and_no_differences() {
    let run = specimen::record(&[1_000_000, 2_000_000]);
    let comparison = compare(&run, &run);
    assert!(
        comparison.differences.is_empty(),
        "{:?}",
        comparison.differences
    );
    for row in &comparison.rows {
        assert_eq!(row.better, None, "{}", row.name);
        assert!(
            row.ratio.is_none_or(|ratio| (ratio - 1.0).abs() < 1e-12),
            "{}",
            row.name
        );
    }
}

#[test]
fn slower_is_worse_and_more_is_better() {
    let (fast, slow) = (
        specimen::record(&[1_000_000; 10]),
        specimen::record(&[2_000_000; 5]),
    );
    let comparison = compare(&fast, &slow);
    let p99 = find(&comparison, "response time p99");
    assert_eq!((p99.ratio, p99.better), (Some(2.0), Some(false)));
    assert_eq!(find(&comparison, "TPS").better, Some(false));
    assert_eq!(find(&compare(&slow, &fast), "TPS").better, Some(true));
}

#[test]
fn what_makes_a_comparison_doubtful_is_named() {
    let a = specimen::record(&[1_000_000]);
    let mut b = a.clone();
    b.plan.digest = "other".into();
    b.provenance.build = "debug".into();
    let differences = compare(&a, &b).differences.join("; ");
    assert!(
        differences.contains("plan: specimen (abc) and specimen (other)"),
        "{differences}"
    );
    assert!(
        differences.contains("build: release and debug"),
        "{differences}"
    );
}

#[test]
fn another_address_is_no_difference_and_another_path_is() {
    let a = specimen::record(&[1_000_000]);
    let mut b = a.clone();
    b.target.url = "http://127.0.0.1:9999/".into();
    assert_eq!(compare(&a, &b).differences, [""; 0]);
    b.target.url = "http://127.0.0.1:8080/a?b=c".into();
    assert_eq!(compare(&a, &b).differences, ["path: / and /a?b=c"]);
}

#[test]
fn what_one_side_lacks_has_no_ratio() {
    let a = specimen::record(&[1_000_000]);
    let mut b = a.clone();
    b.costs.allocations = None;
    let comparison = compare(&a, &b);
    let row = find(&comparison, "allocations per request");
    assert_eq!(
        (row.baseline, row.candidate, row.ratio, row.better),
        (Some(10.0), None, None, None)
    );
}

proptest! {
    // Turned round, every ratio is the reciprocal and what was better is worse.
    #[test]
    fn the_order_of_the_runs_turns_the_answer_round(
        a in proptest::collection::vec(1..10_000_000_000_u64, 1..20),
        b in proptest::collection::vec(1..10_000_000_000_u64, 1..20),
    ) {
        let (a, b) = (specimen::record(&a), specimen::record(&b));
        let (forth, back) = (compare(&a, &b), compare(&b, &a));
        for (one, other) in forth.rows.iter().zip(&back.rows) {
            prop_assert_eq!(one.better.map(|better| !better), other.better);
            if let (Some(one), Some(other)) = (one.ratio, other.ratio) {
                prop_assert!((one * other - 1.0).abs() < 1e-9);
            }
        }
    }
}

#[test]
fn percentiles_have_an_interval_within_their_run_where_there_are_samples_for_one() {
    let many: Vec<u64> = (1..=20_000).map(|i| i * 1_000).collect();
    let (run, short) = (specimen::record(&many), specimen::record(&[1_000_000; 10]));
    let comparison = compare(&run, &short);
    let p99 = find(&comparison, "response time p99");
    let seen = p99.within_run[0].expect("enough samples");
    assert!(
        seen.holds(19_800_000.0) && seen.high - seen.low < 1_000_000.0,
        "{seen:?}"
    );
    assert_eq!(p99.within_run[1], None);
    assert_eq!(find(&comparison, "QPS").within_run, [None, None]);
}
