use super::*;

#[test]
fn durations_need_a_unit() {
    assert_eq!(parse_duration("250ms"), Ok(Duration::from_millis(250)));
    assert_eq!(parse_duration("1.5s"), Ok(Duration::from_millis(1500)));
    assert_eq!(parse_duration("2m"), Ok(Duration::from_mins(2)));
    assert_eq!(
        parse_duration("10"),
        Err(QuantityError::NoUnit("10".into()))
    );
    for bad in [
        "", "s", "-1s", "1 parsec", "1e400s", "..s", "9999999h", "nan s",
    ] {
        assert!(parse_duration(bad).is_err(), "{bad}");
    }
}

#[test]
fn rates_take_a_suffix() {
    let rate = |text| parse_rate(text).map(Rate::get);
    assert_eq!(rate("500"), Ok(500.0));
    assert_eq!(rate("2.5k/s"), Ok(2500.0));
    for bad in ["0", "-5", "fast", "", "k", "1e9", "inf", "nan", "10m0"] {
        assert!(parse_rate(bad).is_err(), "{bad}");
    }
}

#[test]
fn counts_are_whole() {
    assert_eq!(parse_count("10k"), Ok(10_000));
    assert_eq!(parse_count("1m"), Ok(1_000_000));
    assert!(parse_count("1.5").is_err());
    assert!(parse_count("").is_err());
}

#[test]
fn nanoseconds_are_printed_with_three_digits() {
    let shown: Vec<_> = [999, 1_234, 56_789, 12_345_678, 999_400_000, 1_500_000_000]
        .into_iter()
        .map(format_nanoseconds)
        .collect();
    assert_eq!(
        shown,
        [
            "999 ns", "1.23 µs", "56.8 µs", "12.3 ms", "999 ms", "1.50 s"
        ]
    );
}
