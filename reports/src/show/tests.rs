use super::*;
use record::specimen::histogram;

#[test]
fn numbers_read_well_at_every_size() {
    let shown: Vec<String> = [0.0, 0.125, 12.345, 1234.56, 12_345.6, -1500.0, f64::NAN]
        .map(number)
        .into();
    assert_eq!(
        shown,
        [
            "0", "0.125", "12.35", "1,234.6", "12,346", "-1,500", "unknown"
        ]
    );
    assert_eq!(
        [999, 1000, 1_234_567].map(count),
        ["999", "1,000", "1,234,567"]
    );
    assert_eq!(
        [0.0, 1e-7, 0.00012, 0.25].map(percent),
        ["0 %", "< 0.001 %", "0.012 %", "25.0 %"]
    );
    assert_eq!(
        [0.0, 512.0, 1536.0 * 1024.0].map(bytes),
        ["0 B", "512 B", "1.5 MiB"]
    );
    assert_eq!([1, 2].map(|n| plural(n, "check")), ["1 check", "2 checks"]);
}

#[test]
fn a_quantile_with_fewer_than_ten_samples_beyond_is_marked() {
    let thousand: Vec<u64> = (1..=1000).map(|n| n * 1_000).collect();
    let marks = |times: &[u64]| {
        quantiles(&histogram(times), 0)
            .expect("data")
            .map(|q| q.thin)
    };
    assert_eq!(marks(&thousand), [false, false, false, false, true, false]);
    assert_eq!(
        marks(&thousand[..999]),
        [false, false, false, true, true, false]
    );
}

#[test]
fn unfinished_arrivals_make_the_tail_a_lower_bound() {
    let hundred: Vec<u64> = (1..=100).map(|n| n * 1_000_000).collect();
    let shown = quantiles(&histogram(&hundred), 6)
        .expect("data")
        .map(Quantile::text);
    assert_eq!(&shown[1][..4], "90.0");
    assert!(
        shown[2].starts_with("≥ 95") && shown[5].starts_with("≥ 100"),
        "{shown:?}"
    );
}

#[test]
fn no_samples_no_quantiles() {
    assert_eq!(quantiles(&Histogram::new(), 0), None);
}

#[test]
fn dates_are_civil() {
    let at = |seconds| utc(Duration::from_secs(seconds));
    assert_eq!(at(0), "1970-01-01 00:00:00 UTC");
    assert_eq!(at(951_782_399), "2000-02-28 23:59:59 UTC");
    assert_eq!(at(951_782_400), "2000-02-29 00:00:00 UTC");
    assert_eq!(at(1_795_518_000), "2026-11-24 11:00:00 UTC");
}

#[test]
fn a_tiny_ratio_is_not_zero() {
    assert_eq!(
        [0.0, 0.0002, 1.0639].map(ratio),
        ["0.000", "< 0.001", "1.064"]
    );
}

#[test]
fn values_show_their_unit() {
    let shown = [
        ("ns", 1500.0),
        ("µs", 12.5),
        ("per second", 500.0),
        ("ratio", 0.5),
        ("bytes", 2048.0),
        ("count", 61.0),
    ];
    let shown = shown.map(|(unit, number)| value(number, unit));
    assert_eq!(
        shown,
        ["1.50 µs", "12.5 µs", "500/s", "50.0 %", "2 KiB", "61"]
    );
}
