//! Every experiment runs, small, and says what it must.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

fn small(lab: Lab, count: u64) -> Report {
    let settings = Settings {
        seed: 7,
        count: Some(count),
    };
    lab.run(&settings, "system").unwrap()
}

fn figure(report: &Report, what: &str, name: &str) -> Figure {
    let row = report.rows().iter().find(|row| row.what == what);
    let row = row.unwrap_or_else(|| panic!("no row {what} in\n{report}"));
    *row.figures
        .iter()
        .find(|figure| figure.name == name)
        .unwrap()
}

#[test]
fn labs_are_found_by_their_names() {
    for lab in Lab::ALL {
        assert_eq!(lab.name().parse(), Ok(lab));
    }
    assert_eq!(
        "journal".parse::<Lab>(),
        Err(()),
        "it has options of its own"
    );
}

#[test]
fn every_way_to_keep_balances_is_there_and_loses_nothing() {
    let report = small(Lab::Balances, 3_000);
    assert_eq!(report.rows().len(), 1 + 4 * 3);
    for row in report.rows() {
        let short = row
            .figures
            .iter()
            .find(|figure| figure.name == "units short");
        assert!(short.is_some_and(|short| short.ours == 0.0), "{row:?}");
    }
    assert_eq!(
        figure(&report, "cas, 4 threads", "ops/ms").article,
        Some(24.6)
    );
}

#[test]
fn the_article_s_three_ways_to_write_stand_beside_ours() {
    let report = small(Lab::Codec, 20);
    let articles = [
        ("write JSON text", 1842.0),
        ("write protobuf, new vector", 691.0),
        ("write protobuf, reused slice of exact size", 327.0),
    ];
    for (what, ms) in articles {
        let article = figure(&report, what, "ms").article.unwrap();
        assert!(
            (article - ms * 20.0 / 1e6).abs() < 1e-9,
            "{what}: {article}"
        );
    }
    assert_eq!(report.rows().len(), 8);
    let text = report.to_string();
    assert!(
        text.contains("bytes as records = 1024") && text.contains("seed = 7"),
        "{text}"
    );
}

#[test]
fn orderings_are_compared_for_one_and_two_threads() {
    let report = small(Lab::Ordering, 500);
    assert_eq!(report.rows().len(), 8);
    let batched = figure(
        &report,
        "relaxed, 64 at a time, 2 threads",
        "% against acqrel",
    );
    assert_eq!(batched.article, Some(-12.0));
}

#[test]
fn orders_come_from_the_pool_once_it_has_one() {
    let report = small(Lab::Pool, 50);
    let ratio = "ratio of both";
    let count = |name| figure(&report, ratio, name).ours as u64;
    assert_eq!(count("misses") + count("hits"), 50);
    assert!(count("hits") >= 49);
}

#[test]
fn mints_are_measured_with_both_kinds_of_arrivals() {
    let report = small(Lab::Minting, 40);
    assert_eq!(report.rows().len(), 2 * 5);
    for row in report.rows() {
        assert!(row.figures[0].ours > 0.0, "{row:?}");
    }
}

#[test]
fn reset_leaves_nothing_behind() {
    let mut order = super::pool::Pooled::take();
    order
        .assets
        .extend((0..500).map(|asset| (asset, crate::amount::Amount::MAX)));
    order.fees.extend([crate::amount::Amount::MAX; 100]);
    drop(order);
    let again = super::pool::Pooled::take();
    assert!(again.assets.is_empty() && again.fees.is_empty());
    assert!(
        again.assets.capacity() < 100 && again.fees.capacity() <= 8,
        "room is given back"
    );
}

#[test]
fn a_report_is_json_too() {
    let mut report = Report::new("x", "y");
    report.set("seed", 1);
    report.row(
        "one",
        vec![Figure::beside("ms", 1.5, 2.0), Figure::new("bytes", 3.0)],
    );
    report.note("n");
    assert_eq!(
        report.json(),
        r#"{"lab":"x","claim":"y","settings":[{"name":"seed","value":"1"}],"rows":[{"what":"one","figures":[{"name":"ms","ours":1.5,"article":2.0},{"name":"bytes","ours":3.0,"article":null}]}],"notes":["n"]}"#
    );
}
