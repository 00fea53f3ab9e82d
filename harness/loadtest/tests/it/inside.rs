//! What goes wrong inside of a target is named by its place in the code: leaks, and waits for locks.

use crate::tool::{Scratch, json, loadtest, turn};

#[test]
fn load_leaks_and_lock_waits_are_found_and_named() {
    let _turn = turn();
    let scratch = Scratch::new("inside");
    let dir = scratch.path("run");
    let ran = loadtest(&[
        "run",
        "--inject",
        "timer-leak=20/s",
        "--inject",
        "task-leak",
        "--inject",
        "lock=100ms",
        "--allow-inject",
        "--rate",
        "300",
        "-w",
        "1s",
        "-d",
        "14s",
        "--metrics-listen",
        "off",
        "-o",
        "json",
        "--out",
        dir.to_str().unwrap(),
    ]);
    // Slow it is by the faults, and a busy machine may make it invalid: what it names, it names all the same.
    assert!(
        matches!(ran.code, Some(0 | 3 | 4)),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    let summary: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let reasons = summary["reasons"].as_array().unwrap();
    let named = |code: &str, place: &str| {
        let mut reasons = reasons.iter().filter_map(serde_json::Value::as_str);
        reasons.any(|reason| reason.starts_with(code) && reason.contains(place))
    };
    for kind in ["timers", "tasks"] {
        let place = format!("{kind} made at engine/src/inject/leak.rs:");
        assert!(named("leak: ", &place), "{place} is not in {reasons:#?}");
    }
    assert!(named("lock_wait: ", "inject::take_lock"), "{reasons:#?}");
    let record = json(&dir.join("record.json"));
    let longest = &record["insides"]["lock_waits"][0];
    assert_eq!(longest["site"], "engine::inject::take_lock", "{record}");
    let page = std::fs::read_to_string(dir.join("report.html")).unwrap();
    for place in ["engine/src/inject/leak.rs:", "inject::take_lock"] {
        assert!(page.contains(place), "{place} is not on the page");
    }
}
