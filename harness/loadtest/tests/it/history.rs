//! Histories: appended by runs and gates, shown with the changes of their level.

use crate::tool::{Engine, Scratch, json, loadtest, turn};
use record::comparison::Metric;
use record::comparison::history::HistoryPoint;
use record::comparison::history::json::{history, history_line};

/// Thirty nights, of which the last ten are slower.
fn nights() -> String {
    let night = |at: u32| {
        let noise = f64::from(at * 7 % 5) - 2.0;
        let level = if at < 20 { 5_000.0 } else { 4_500.0 };
        history_line(&HistoryPoint {
            commit: format!("c{at:02}"),
            measured_unix_s: 1_795_518_000 + u64::from(at) * 86_400,
            machine: "a processor".to_owned(),
            plan: "p".to_owned(),
            values: [
                (Metric::Throughput, level + 10.0 * noise),
                (Metric::AllocsPerRequest, 42.0),
            ]
            .into(),
        })
    };
    (0..30).map(night).collect::<Vec<_>>().concat()
}

#[test]
fn a_change_of_level_is_shown_where_it_is() {
    let scratch = Scratch::new("history");
    let file = scratch.write("history.ndjson", &nights());
    let out = scratch.path("out");
    let (file, folder) = (file.to_str().unwrap(), out.to_str().unwrap());
    let text = loadtest(&["history", file, "--out", folder]);
    assert_eq!(text.code, Some(0), "{}", text.stderr);
    assert!(text.stdout.starts_with("30 points\n"), "{}", text.stdout);
    assert!(
        text.stdout
            .contains("10.0 % worse, from c20 on (2026-12-14)"),
        "{}",
        text.stdout
    );
    let shown = loadtest(&["history", file, "-o", "json"]);
    let shown: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!(shown["schema"], "loadtest.history/v1");
    assert_eq!(shown["series"][0]["metric"], "throughput");
    assert_eq!(shown["series"][0]["changes"][0]["commit"], "c20");
    assert_eq!(shown["series"][1]["changes"], serde_json::json!([]));
    assert_eq!(json(&out.join("history.json")), shown);
    let page = std::fs::read_to_string(out.join("history.html")).unwrap();
    assert!(page.contains("<svg") && page.contains("default-src 'none'"));
    assert!(out.join("throughput.svg").is_file());
}

#[test]
fn what_is_no_history_is_one_line() {
    let scratch = Scratch::new("history-bad");
    let refused = |text: Option<&str>, part: &str| {
        let file = scratch.path("history.ndjson");
        if let Some(text) = text {
            scratch.write("history.ndjson", text);
        }
        let ran = loadtest(&["history", file.to_str().unwrap()]);
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        assert!(
            ran.stderr.starts_with("error: ") && ran.stderr.contains(part),
            "{part}: {}",
            ran.stderr
        );
    };
    refused(None, "history.ndjson");
    refused(Some(""), "has no points");
    refused(Some("{\"schema\": 99}\n"), "99");
    let cut = nights();
    refused(Some(&cut[..cut.len() / 2 - 10]), "line ");
    let whole = scratch.write("other.ndjson", "not a history\n");
    let whole = whole.to_str().unwrap();
    let ran = loadtest(&["run", "--dry-run", "--commit", "x"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    let ran = loadtest(&["run", "--history", whole, "--commit", "x"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("other.ndjson"), "{}", ran.stderr);
}

#[test]
fn load_a_run_that_counts_is_a_point_of_its_history() {
    let _turn = turn();
    let engine = Engine::start();
    let scratch = Scratch::new("history-run");
    let (file, out) = (scratch.path("history.ndjson"), scratch.path("run"));
    let target = format!("http://{}/v1/info", engine.listen);
    let ran = loadtest(&[
        "run",
        "--target",
        &target,
        "-c",
        "2",
        "-w",
        "200ms",
        "-d",
        "1s",
        "-q",
        "--metrics-listen",
        "off",
        "--out",
        out.to_str().unwrap(),
        "--history",
        file.to_str().unwrap(),
        "--commit",
        "abc123",
    ]);
    let points = history(&std::fs::read_to_string(&file).unwrap()).unwrap();
    // An invalid run, on a busy machine, is none.
    if ran.code == Some(4) {
        return assert!(points.is_empty());
    }
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let [point] = points.as_slice() else {
        panic!("{points:?}");
    };
    assert_eq!(point.commit, "abc123");
    assert!(point.values[&Metric::Throughput] > 0.0);
    assert!(point.values.contains_key(&Metric::ResponseTimeP99));
}
