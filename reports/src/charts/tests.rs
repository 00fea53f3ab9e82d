use super::*;
use record::histogram::Histogram;
use record::phase::Phase;
use record::run::{Span, Window};
use record::specimen;
use std::time::Duration;

fn charts(record: &RunRecord) -> Vec<String> {
    let mut all = vec![response_time(record), rates(record), quantile_curve(record)];
    all.extend(failures(record));
    all
}

fn empty() -> RunRecord {
    let mut record = specimen::record(&[]);
    record.windows.clear();
    record.steady = Span::default();
    record
}

fn hour() -> RunRecord {
    let mut record = specimen::record(&[1_000_000]);
    let model = record.windows[0].clone();
    record.windows = (0..3600).map(|n| second(&model, n)).collect();
    record
}

fn second(model: &Window, n: u64) -> Window {
    let mut window = model.clone();
    window.span = Span {
        start: Duration::from_secs(n),
        end: Duration::from_secs(n + 1),
    };
    window.phase = if n < 10 { Phase::Warmup } else { Phase::Steady };
    if let Some(summary) = &mut window.response {
        summary.max = if n == 1234 {
            7_000_000_000
        } else {
            2_000_000 + n
        };
    }
    window
}

fn check(svg: &str) {
    for bad in ["NaN", "inf", "-2147483648", "2147483647"] {
        assert!(!svg.contains(bad), "{bad} in {svg}");
    }
    assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"));
    assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count());
}

#[test]
fn every_degenerate_record_gives_finite_charts() {
    let equal = specimen::record(&[5_000_000; 100]);
    let mut single = specimen::record(&[1, 3_600_000_000_000]);
    single.windows.truncate(1);
    let mut instant = specimen::record(&[1_000]);
    instant.windows.truncate(1);
    instant.windows[0].span.end = instant.windows[0].span.start;
    instant.steady = instant.windows[0].span;
    for record in [
        empty(),
        specimen::record(&[]),
        specimen::record(&[1]),
        equal,
        single,
        instant,
        hour(),
    ] {
        for svg in charts(&record) {
            check(&svg);
        }
    }
}

#[test]
fn an_empty_run_says_so() {
    for svg in [
        response_time(&empty()),
        rates(&empty()),
        quantile_curve(&empty()),
    ] {
        assert!(svg.contains("no data"), "{svg}");
    }
    assert_eq!(failures(&empty()), None);
}

#[test]
fn an_hour_stays_small_and_keeps_its_worst_second() {
    let svg = response_time(&hour());
    assert!(svg.len() < 200_000, "{}", svg.len());
    // The stall is the only point of its height: the axis reaches to 10 s and one vertex lies in the top decade.
    assert!(svg.contains("10 s"), "{svg}");
    let drawn = over_time::response_time(&hour());
    let max = drawn.series[0].stretches[0]
        .iter()
        .map(|point| point.1)
        .fold(0.0, f64::max);
    assert!((max - axis::log_ns(7_000_000_000)).abs() < 1e-9);
}

#[test]
fn the_same_record_gives_the_same_bytes_and_inks_have_classes() {
    let record = specimen::record(&[1_000_000, 2_000_000, 9_000_000]);
    assert_eq!(charts(&record), charts(&record));
    let svg = rates(&record);
    assert!(
        svg.contains("class=\"stroke-1\" stroke=\"#0072B2\""),
        "{svg}"
    );
    assert!(svg.contains("class=\"fill-text\""));
}

#[test]
fn a_gap_in_the_data_is_a_gap_in_the_line() {
    let mut record = hour();
    record.windows.truncate(20);
    record.windows[10].response = None;
    assert_eq!(
        over_time::response_time(&record).series[0].stretches.len(),
        2
    );
}

#[test]
fn axes_hold_their_data_and_have_few_ticks() {
    for (min, max) in [
        (1, 1),
        (950, 1050),
        (1_000_000, 1_000_000),
        (20_000, 40_000_000),
        (1, 3_600_000_000_000),
    ] {
        let axis = axis::durations(min, max, "t");
        assert!(
            axis.low <= axis::log_ns(min) && axis.high >= axis::log_ns(max) && axis.low < axis.high
        );
        assert!((2..=8).contains(&axis.ticks.len()), "{axis:?}");
    }
    for max in [0.0, 0.3, 1.0, 999.0, 123_456.0, f64::NAN] {
        let axis = axis::amounts(max, "n");
        assert!(max.is_nan() || axis.high >= max);
        assert!((2..=7).contains(&axis.ticks.len()), "{axis:?}");
    }
    for end in [0.0, 0.05, 1.0, 23.0, 119.0, 3600.0, 1e6] {
        let ticks = axis::seconds(0.0, end).ticks;
        assert!((1..=10).contains(&ticks.len()), "{ticks:?}");
    }
}

#[test]
fn labels_use_natural_units() {
    let labels = |axis: axis::Axis| {
        axis.ticks
            .into_iter()
            .map(|(_, label)| label)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        labels(axis::durations(300_000, 4_000_000, "t")),
        ["200 µs", "500 µs", "1 ms", "2 ms", "5 ms"]
    );
    assert_eq!(
        labels(axis::amounts(4_800.0, "n")),
        ["0", "2,000", "4,000", "6,000"]
    );
    assert_eq!(
        labels(axis::seconds(0.0, 600.0)),
        ["0 min", "2 min", "4 min", "6 min", "8 min", "10 min"]
    );
    assert_eq!(
        labels(axis::nines(20_000)),
        ["0 %", "50 %", "90 %", "99 %", "99.9 %", "99.99 %"]
    );
}

#[test]
fn nothing_recorded_has_no_curve() {
    assert!(Histogram::new().curve().is_empty());
}
