//! `dashboards up`, `dashboards backfill` and `view`: real Prometheus and Alertmanager, started and stopped by the test.

use crate::tool::{Ran, Scratch, command, get, json, loadtest, skipped, turn};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A wide guard against hangs; nothing is judged by it.
const PATIENCE: Duration = Duration::from_mins(2);

pub fn is_installed(program: &str) -> bool {
    let there = Command::new(program).arg("--version").output().is_ok();
    if !there {
        skipped(program);
    }
    there
}

/// A command in the foreground that ends when this is dropped.
pub struct Foreground {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl Foreground {
    pub fn start(arguments: &[&str], dir: &Path) -> Self {
        let mut child = command(arguments)
            .current_dir(dir)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    /// The first line that begins with `start`, and its last word.
    pub fn word_after(&mut self, start: &str) -> String {
        loop {
            let mut line = String::new();
            assert!(
                self.lines.read_line(&mut line).unwrap() > 0,
                "no line \"{start}\""
            );
            if line.starts_with(start) {
                return line.split_whitespace().last().unwrap().to_owned();
            }
        }
    }

    pub fn interrupt(&mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        let told = Command::new("kill").args(["-INT", &pid]).status().unwrap();
        assert!(told.success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Foreground {
    fn drop(&mut self) {
        if self.child.try_wait().unwrap().is_none() {
            self.interrupt();
        }
    }
}

pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let since = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(since.elapsed() < PATIENCE, "never: {what}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// The values of an instant query, with their labels.
pub fn query(prometheus: &str, expr: &str, at: Option<f64>) -> Vec<(serde_json::Value, f64)> {
    let mut url = format!("{prometheus}/api/v1/query?query={}", encoded(expr));
    if let Some(at) = at {
        url = format!("{url}&time={at}");
    }
    let (status, body) = get(&url);
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
    let answer: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let series = answer["data"]["result"].as_array().unwrap().clone();
    let value = |one: &serde_json::Value| one["value"][1].as_str().unwrap().parse().unwrap();
    series
        .iter()
        .map(|one| (one["metric"].clone(), value(one)))
        .collect()
}

pub fn encoded(text: &str) -> String {
    let bytes: Vec<_> = text.bytes().map(|b| format!("%{b:02X}")).collect();
    bytes.concat()
}

fn steady_run(dir: &Path, arguments: &[&str]) -> Ran {
    let mut all = vec![
        "run", "--rate", "300", "-d", "6s", "-w", "1s", "-q", "--out", "run",
    ];
    all.extend_from_slice(arguments);
    command(&all).current_dir(dir).output().unwrap().into()
}

#[test]
fn load_a_run_is_seen_live_and_found_again_with_the_same_percentile() {
    if !is_installed("prometheus") || !is_installed("promtool") {
        return;
    }
    let _turn = turn();
    let scratch = Scratch::new("monitoring");
    let dir = scratch.path("");
    let mut stack = Foreground::start(&["dashboards", "up", "--dir", "stack"], &dir);
    let live = stack.word_after("Prometheus, runs of today");
    eventually("Prometheus is ready", || {
        let ready = std::panic::catch_unwind(|| get(&format!("{live}/-/ready")).0);
        (ready.ok()? == 200).then_some(())
    });
    let ran = steady_run(
        &dir,
        &[
            "--sd-dir",
            "stack/prometheus/targets",
            "--metrics-listen",
            "127.0.0.1:0",
        ],
    );
    // Passed, or slow or invalid because the machine was busy.
    assert!(matches!(ran.code, Some(0 | 3 | 4)), "{}", ran.stderr);
    let record = json(&dir.join("run/record.json"));
    let run_id = record["run_id"].as_str().unwrap();
    let p99 = format!(
        "histogram_quantile(0.99, sum by (le) (loadtest_response_time_seconds_bucket{{job=\"loadtest\",run_id=\"{run_id}\"}}))"
    );
    let done = format!("max_over_time(loadtest_phase{{phase=\"done\",run_id=\"{run_id}\"}}[5m])");
    assert_eq!(
        query(&live, &done, None)[0].1.to_bits(),
        1.0_f64.to_bits(),
        "the last state was scraped"
    );
    // Series of a finished run are stale now, so the last value is asked for.
    let last = p99
        .replace("})", "}[5m]))")
        .replace("(loadtest_response", "(last_over_time(loadtest_response");
    let seen = query(&live, &last, None);
    let target = format!(
        "count(last_over_time(http_requests_total{{job=\"target\",run_id=\"{run_id}\"}}[5m]))"
    );
    assert_eq!(
        query(&live, &target, None).len(),
        1,
        "the target is scraped, too"
    );
    assert_eq!(stack.interrupt(), Some(0));
    assert!(
        !dir.join("stack/prometheus/targets").exists(),
        "nobody scrapes any more"
    );

    let filled: Ran = command(&[
        "dashboards",
        "backfill",
        "run",
        "--align",
        "--into",
        "stack/history",
    ])
    .current_dir(&dir)
    .output()
    .unwrap()
    .into();
    assert_eq!(filled.code, Some(0), "{}", filled.stderr);
    let mut stack = Foreground::start(&["dashboards", "up", "--dir", "stack"], &dir);
    let history = stack.word_after("Prometheus, past runs");
    let found = eventually("the past run is served", || {
        let asked = std::panic::catch_unwind(|| query(&history, &last, None)).ok()?;
        (!asked.is_empty()).then_some(asked)
    });
    assert_eq!(
        seen[0].1.to_bits(),
        found[0].1.to_bits(),
        "live {seen:?}, found again {found:?}"
    );
    // 2020-01-01 00:02:04 UTC: four seconds into the steady phase of every aligned run.
    let aligned = format!("loadtest_phase{{job=\"aligned\",run_id=\"{run_id}\",phase=\"steady\"}}");
    let steady = query(&history, &aligned, Some(1_577_836_924.0));
    assert_eq!(steady.len(), 1, "{steady:?}");
    assert_eq!(stack.interrupt(), Some(0));
}

#[test]
fn load_an_alert_goes_from_the_rule_to_the_webhook() {
    if !is_installed("prometheus") || !is_installed("prometheus-alertmanager") {
        return;
    }
    let _turn = turn();
    let scratch = Scratch::new("alert");
    let dir = scratch.path("");
    let mut stack = Foreground::start(&["dashboards", "up", "--dir", "stack"], &dir);
    stack.word_after("runs announce themselves");
    // Dropped arrivals raise an alert at once: one user, a rate it cannot serve, and no room to wait.
    let plan = scratch.write(
        "drops.toml",
        "schema = 1\nname = \"drops\"\nmodel = \"open\"\nphases = { warmup = \"1s\", duration = \"8s\" }\n\
         [schedule]\narrivals = \"poisson\"\nrate = \"20000/s\"\nmax_in_flight = 1\non_full = \"drop\"\n\
         [[scenario]]\nname = \"transfer\"\nweight = 1\n",
    );
    let arguments = [
        "run",
        "-q",
        "--out",
        "run",
        "--plan",
        plan.to_str().unwrap(),
        "--sd-dir",
        "stack/prometheus/targets",
        "--metrics-listen",
        "127.0.0.1:0",
    ];
    let ran = Ran::from(command(&arguments).current_dir(&dir).output().unwrap());
    assert_ne!(ran.code, Some(2), "{}", ran.stderr);
    let told = eventually("the alert is told", || {
        let text = std::fs::read_to_string(dir.join("stack/alerts.ndjson")).ok()?;
        text.contains("LoadtestDropsArrivals").then_some(text)
    });
    let first: serde_json::Value = serde_json::from_str(told.lines().next().unwrap()).unwrap();
    assert_eq!(first["status"], "firing");
    assert_eq!(stack.interrupt(), Some(0));
}

#[test]
fn finished_runs_are_served_and_nothing_else() {
    let scratch = Scratch::new("view");
    let run = scratch.path("runs/20260101T000000Z-0000");
    std::fs::create_dir_all(&run).unwrap();
    std::fs::write(run.join("record.json"), "{}").unwrap();
    std::fs::write(run.join("report.html"), "<p>report").unwrap();
    scratch.write("secret", "s");
    let mut view = Foreground::start(
        &["view", "runs", "--listen", "127.0.0.1:0"],
        &scratch.path(""),
    );
    let site = view.word_after("http://");
    let page = String::from_utf8(get(&site).1).unwrap();
    assert!(
        page.contains("/artifacts/20260101T000000Z-0000/report.html"),
        "{page}"
    );
    let at = |path: &str| get(&format!("{site}/artifacts/{path}")).0;
    assert_eq!(at("20260101T000000Z-0000/report.html"), 200);
    assert_eq!(at("20260101T000000Z-0000/..%2F..%2Fsecret"), 404);
    assert_eq!(at("..%2F/secret"), 404);
    assert_eq!(view.interrupt(), Some(0));
    assert_eq!(loadtest(&["view", "/no/such/folder"]).code, Some(2));
}
