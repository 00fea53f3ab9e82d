//! A rule of the plan stops the run: what was measured is kept, and the run has failed.

use crate::tool::{Engine, Scratch, assert_ended, json, loadtest, turn};

const PLAN: &str = r#"
schema = 1
name = "stops early"
target = { url = "URL" }
phases = { warmup = "0s", duration = "60s" }

[schedule]
rate = 100

[[threshold]]
rule = "error_ratio < 1% over 1s"
abort = true
abort_after = "1s"

[[threshold]]
rule = "p99.9 < 1s"

[[scenario]]
name = "lost"

[[scenario.step]]
name = "nowhere"
request = { path = "/nowhere" }
"#;

#[test]
fn load_a_rule_that_is_broken_stops_the_run_and_keeps_what_was_measured() {
    let _turn = turn();
    let engine = Engine::start();
    let scratch = Scratch::new("aborted");
    let plan = scratch.path("plan.toml");
    let url = format!("http://{}", engine.listen);
    std::fs::write(&plan, PLAN.replace("URL", &url)).unwrap();
    let dir = scratch.path("run");
    let ran = loadtest(&[
        "run",
        "--plan",
        plan.to_str().unwrap(),
        "--metrics-listen",
        "off",
        "-q",
        "--out",
        dir.to_str().unwrap(),
    ]);
    assert_ended(ran.code, 3, &ran.stdout);
    assert!(
        ran.stdout.contains("stopped the run after"),
        "{}",
        ran.stdout
    );
    let record = json(&dir.join("record.json"));
    let aborted = record["aborted"].as_str().unwrap();
    assert!(aborted.contains("error_ratio < 1% over 1s"), "{aborted}");
    // Far before the planned end, and with the steady phase cut there.
    let end = record["steady"]["end_ns"].as_u64().unwrap();
    assert!(end < 30_000_000_000, "{end}");
    assert!(
        record["arrivals"]["failed"].as_u64().unwrap() > 100,
        "{}",
        record["arrivals"]
    );
    let stretches = record["stretches"][0]["stretches"].as_array().unwrap();
    assert!(stretches.len() >= 2, "{stretches:?}");
    for file in ["report.html", "windows.csv", "summary.txt", "junit.xml"] {
        assert!(dir.join(file).exists(), "{file}");
    }
}
