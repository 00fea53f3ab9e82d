#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;
use proptest::prelude::*;

#[test]
fn a_precision_reads_as_people_write_it() {
    for text in ["p99±5%", "p99+-5%", " p(99) ± 5 % "] {
        let until = Until::parse(text).unwrap();
        assert_eq!((until.quantile, until.relative), (0.99, 0.05), "{text}");
        assert_eq!(until.text(), "p99±5%");
    }
}

#[test]
fn what_is_no_precision_is_refused() {
    for text in [
        "",
        "p99",
        "99±5%",
        "p99±5",
        "p0±5%",
        "p100±5%",
        "p99±0%",
        "p99±100%",
        "p-1±5%",
        "p9e1±5%",
    ] {
        let error = Until::parse(text).unwrap_err();
        assert!(error.contains("write p99±5%"), "{text}: {error}");
    }
}

#[test]
fn a_warm_up_is_a_length_or_found_out() {
    assert!(Warmup::parse("auto").unwrap().is_auto());
    let fixed = Warmup::parse("250ms").unwrap();
    assert_eq!(fixed, Warmup::Fixed(Duration::from_millis(250)));
    assert_eq!(fixed.most(), Duration::from_millis(250));
    let error = Warmup::parse("atuo").unwrap_err().to_string();
    assert!(
        error.starts_with("--warmup: ") && error.ends_with("or auto"),
        "{error}"
    );
}

proptest! {
    #[test]
    fn a_precision_reads_back(quantile in 1..100_000_u32, relative in 1..100_000_u32) {
        let share = |n: u32| f64::from(n) / 100_000.0;
        prop_assume!(quantile < 100_000 && relative < 100_000);
        let until = Until { quantile: share(quantile), relative: share(relative), budget: USUAL_BUDGET };
        prop_assert_eq!(Until::parse(&until.text()), Ok(until));
    }
}
