use super::*;
use proptest::prelude::*;

fn headings(text: &str) -> Vec<String> {
    let list: Percentiles = text.parse().expect(text);
    list.iter().map(ToString::to_string).collect()
}

#[test]
fn a_list_is_sorted_and_has_each_once() {
    assert_eq!(
        headings("99.9, 50,p90,50.0,99.99"),
        ["p50", "p90", "p99.9", "p99.99"]
    );
}

#[test]
fn shares_are_what_everybody_means() {
    let shares: Vec<f64> = Percentiles::default()
        .iter()
        .map(Percentile::share)
        .collect();
    assert_eq!(shares, [0.5, 0.9, 0.95, 0.99, 0.999]);
    let list: Percentiles = "99.99,99.999".parse().expect("valid");
    let shares: Vec<f64> = list.iter().map(Percentile::share).collect();
    assert_eq!(shares, [0.9999, 0.99999]);
}

#[test]
fn keys_are_names_in_every_language() {
    let list: Percentiles = "50,99.9".parse().expect("valid");
    let keys: Vec<String> = list.iter().map(Percentile::key).collect();
    assert_eq!(keys, ["p50", "p99_9"]);
}

#[test]
fn what_is_no_percentile_is_refused_with_its_value() {
    for bad in [
        "",
        "0",
        "100",
        "101",
        "-5",
        "1e1",
        "nan",
        "inf",
        "fifty",
        "50,",
        ".",
        "99.99999999999",
    ] {
        let error = bad.parse::<Percentiles>().expect_err(bad).to_string();
        assert!(error.contains("is not a decimal number"), "{bad}: {error}");
    }
    let many: Vec<String> = (1..=17).map(|n| n.to_string()).collect();
    assert_eq!(
        many.join(",").parse::<Percentiles>(),
        Err(PercentilesError::TooMany(17))
    );
}

proptest! {
    #[test]
    fn no_text_panics_and_what_is_read_is_in_range(text in "[0-9p., e-]{0,40}") {
        if let Ok(list) = text.parse::<Percentiles>() {
            let shares: Vec<f64> = list.iter().map(Percentile::share).collect();
            prop_assert!(!shares.is_empty() && shares.len() <= MOST);
            prop_assert!(shares.iter().all(|share| *share > 0.0 && *share < 1.0));
            prop_assert!(shares.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }
}
