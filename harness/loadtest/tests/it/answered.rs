//! Every query of every board, asked as Grafana would ask it, finds something: live after a real run, and again in the history that the run
//! left. A board whose query finds nothing looks like a system in which nothing happens.

use crate::monitoring::{Foreground, encoded, eventually, is_installed};
use crate::tool::{Ran, Scratch, command, get, json, turn};
use record::files;
use serde_json::Value;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// Scrapes are a second apart, so Grafana's window of rates is four seconds.
const RATE_INTERVAL: &str = "4s";
/// More samples than this a scrape are too many for one process.
const MOST_SAMPLES: usize = 5_000;
/// Annotations of what did not happen: no process was started again, and the run may be good.
const MAY_BE_EMPTY: [&str; 2] = ["Restarts", "Reasons for distrust"];

/// A range of time in seconds since 1970, and the two runs that `compare` shows.
struct Asked<'a> {
    prometheus: &'a str,
    from: f64,
    to: f64,
    run: &'a str,
}

fn now() -> f64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    now.as_secs_f64()
}

impl Asked<'_> {
    fn interpolated(&self, query: &str) -> String {
        let range = format!("{}s", (self.to - self.from).ceil());
        [
            ("$__rate_interval", RATE_INTERVAL),
            ("$__range", &range),
            ("$job", ".+"),
            ("$instance", ".+"),
            ("$run_id", ".*"),
            ("$run_a", self.run),
            ("$run_b", self.run),
        ]
        .iter()
        .fold(query.to_owned(), |text, (name, value)| {
            text.replace(name, value)
        })
    }

    /// The series that a query finds, those that are nowhere a number left out.
    fn found(&self, query: &str, instant: bool) -> Result<usize, String> {
        let query = encoded(&self.interpolated(query));
        let (path, when) = if instant {
            ("query", format!("time={}", self.to))
        } else {
            let Self { from, to, .. } = self;
            ("query_range", format!("start={from}&end={to}&step=1"))
        };
        let url = format!("{}/api/v1/{path}?query={query}&{when}", self.prometheus);
        let answer: Value = serde_json::from_slice(&get(&url).1).unwrap();
        if answer["status"] != "success" || answer["warnings"].is_array() {
            return Err(format!("{} {}", answer["error"], answer["warnings"]));
        }
        let finite = |point: &Value| {
            let value = point[1].as_str().unwrap().parse::<f64>();
            value.is_ok_and(f64::is_finite)
        };
        let series = answer["data"]["result"].as_array().unwrap();
        let numbers = series.iter().filter(|one| match one["values"].as_array() {
            Some(points) => points.iter().any(finite),
            None => finite(&one["value"]),
        });
        Ok(numbers.count())
    }

    fn complaints(&self, board: &Value) -> Vec<String> {
        let all = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let mut found = Vec::new();
        let mut ask = |place: String, query: &Value, instant: bool| {
            let query = query.as_str().unwrap();
            match self.found(query, instant) {
                Ok(0) => found.push(format!("{place} finds nothing: {query}")),
                Ok(_) => {}
                Err(why) => found.push(format!("{place}: {why}: {query}")),
            }
        };
        // A panel that says what it means when it is empty may be.
        let panels = all(&board["panels"]);
        let full = |panel: &&Value| panel["fieldConfig"]["defaults"]["noValue"].is_null();
        for panel in panels.iter().filter(full) {
            for target in all(&panel["targets"]) {
                let place = format!("{} {}", board["uid"], panel["title"]);
                ask(place, &target["expr"], target["instant"] == true);
            }
        }
        for one in all(&board["annotations"]["list"]) {
            // Asked without its comparison: with it, it finds only what went wrong.
            let query = one["expr"].as_str().unwrap();
            let query = query.split(" == ").next().unwrap();
            if !MAY_BE_EMPTY.iter().any(|name| one["name"] == *name) {
                ask(
                    format!("{} {}", board["uid"], one["name"]),
                    &query.into(),
                    false,
                );
            }
        }
        for variable in all(&board["templating"]["list"]) {
            if variable["type"] == "query" {
                found.extend(self.empty(&variable));
            }
        }
        found
    }

    /// `label_values(selector, label)` as Grafana asks it.
    fn empty(&self, variable: &Value) -> Option<String> {
        let query = self.interpolated(variable["query"]["query"].as_str().unwrap());
        let inner = query.strip_prefix("label_values(")?.strip_suffix(')')?;
        let (selector, label) = inner.rsplit_once(", ")?;
        let selector = encoded(selector);
        let url = format!(
            "{}/api/v1/label/{label}/values?match[]={selector}",
            self.prometheus
        );
        let answer: Value = serde_json::from_slice(&get(&url).1).unwrap();
        let none = answer["data"].as_array().is_none_or(Vec::is_empty);
        none.then(|| format!("variable {} offers nothing", variable["name"]))
    }
}

fn board(stack: &Path, name: &str) -> Value {
    json(&stack.join(format!("grafana/dashboards/loadtest/{name}.json")))
}

fn assert_answered(asked: &Asked<'_>, stack: &Path, boards: &[&str]) {
    let boards = boards.iter().map(|name| board(stack, name));
    let complaints: Vec<_> = boards.flat_map(|board| asked.complaints(&board)).collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn load_every_query_of_every_board_finds_something_live_and_in_the_history() {
    if !is_installed("prometheus") || !is_installed("promtool") {
        return;
    }
    let _turn = turn();
    let scratch = Scratch::new("answered");
    let dir = scratch.path("");
    let tree = scratch.path("stack");
    let mut stack = Foreground::start(&["dashboards", "up", "--dir", "stack"], &dir);
    let live = stack.word_after("Prometheus, runs of today");
    eventually("Prometheus is ready", || {
        let ready = std::panic::catch_unwind(|| get(&format!("{live}/-/ready")).0);
        (ready.ok()? == 200).then_some(())
    });
    let from = now();
    let ran: Ran = command(&[
        "run", "--rate", "300", "-d", "8s", "-w", "1s", "-q", "--out", "run",
    ])
    .args([
        "--sd-dir",
        "stack/prometheus/targets",
        "--metrics-listen",
        "127.0.0.1:0",
    ])
    .current_dir(&dir)
    .output()
    .unwrap()
    .into();
    assert!(matches!(ran.code, Some(0 | 1 | 4)), "{}", ran.stderr);
    for file in [files::METRICS, files::TARGET_METRICS] {
        let text = std::fs::read_to_string(dir.join("run").join(file)).unwrap();
        let samples = text.lines().filter(|line| !line.starts_with('#')).count();
        assert!((100..MOST_SAMPLES).contains(&samples), "{file}: {samples}");
    }
    let record = json(&dir.join("run/record.json"));
    let mut asked = Asked {
        prometheus: &live,
        from,
        to: now(),
        run: record["run_id"].as_str().unwrap(),
    };
    assert_answered(&asked, &tree, &["run", "engine", "stalls"]);
    assert_eq!(stack.interrupt(), Some(0));

    let filled = command(&[
        "dashboards",
        "backfill",
        "run",
        "--align",
        "--into",
        "stack/history",
    ])
    .current_dir(&dir)
    .status()
    .unwrap();
    assert!(filled.success());
    let mut stack = Foreground::start(&["dashboards", "up", "--dir", "stack"], &dir);
    let history = stack.word_after("Prometheus, past runs");
    asked.prometheus = &history;
    eventually("the past run is served", || {
        let asked = std::panic::catch_unwind(|| asked.found("loadtest_phase", false));
        (asked.ok()?.ok()? > 0).then_some(())
    });
    assert_answered(&asked, &tree, &["run", "engine", "stalls"]);
    // 2020-01-01 00:01:50 to 00:02:50 UTC, as the board has it.
    (asked.from, asked.to) = (1_577_836_910.0, 1_577_836_970.0);
    assert_answered(&asked, &tree, &["compare"]);
    assert_eq!(stack.interrupt(), Some(0));
}
