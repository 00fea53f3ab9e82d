//! Runs that end early: by Ctrl-C, by the death of the target. What was measured is kept.

use crate::tool::{Engine, Scratch, command, json, loadtest, turn};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

// Waits for the first line about the steady phase.
fn until_steady(child: &mut Child) -> BufReader<std::process::ChildStderr> {
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("steady") {
        line.clear();
        assert!(
            lines.read_line(&mut line).unwrap() > 0,
            "the run ended before its steady phase"
        );
    }
    lines
}

fn start(extra: &[&str], dir: &Path) -> Child {
    let common = [
        "run",
        "-w",
        "1s",
        "-d",
        "60s",
        "--metrics-listen",
        "off",
        "--out",
        dir.to_str().unwrap(),
    ];
    command(&[&common[..], extra].concat())
        .stderr(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn load_ctrl_c_leaves_a_readable_record() {
    leaves_a_readable_record(Signal::INT);
}

#[test]
fn load_a_polite_kill_leaves_one_too() {
    leaves_a_readable_record(Signal::TERM);
}

fn leaves_a_readable_record(signal: Signal) {
    let _turn = turn();
    let scratch = Scratch::new("interrupted");
    let dir = scratch.path("run");
    let mut child = start(&[], &dir);
    let rest = until_steady(&mut child);
    kill_process(Pid::from_child(&child), signal).unwrap();
    let _ = std::io::read_to_string(rest);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let record = json(&dir.join("record.json"));
    assert_eq!(record["ending"]["how"], "interrupted");
    let number = |value: &serde_json::Value| value.as_u64().unwrap();
    let (start, end) = (&record["steady"]["start_ns"], &record["steady"]["end_ns"]);
    assert!(number(end) > number(start));
    // Costs are of the seconds that were, not of those that were planned.
    let processors = number(&record["provenance"]["cores"]);
    for side in ["generator_cpu_ns", "target_cpu_ns"] {
        let used = number(&record["costs"][side]);
        assert!(
            used <= (number(end) - number(start)) * processors,
            "{side}: {}",
            record["costs"]
        );
    }
    assert!(
        record["steps"][0]["ok_response_time"]["count"]
            .as_u64()
            .unwrap()
            > 0
    );
    // What was measured is right, too: the audit was made.
    assert!(
        record["audit"]["checks"]
            .as_array()
            .unwrap()
            .iter()
            .all(|check| check["held"] == true),
        "{}",
        record["audit"]
    );
    assert!(dir.join("report.html").is_file());
    assert_eq!(loadtest(&["report", dir.to_str().unwrap()]).code, Some(0));
}

#[test]
fn load_a_second_ctrl_c_at_once_loses_nothing() {
    let _turn = turn();
    let scratch = Scratch::new("twice");
    let dir = scratch.path("run");
    let mut child = start(&[], &dir);
    let rest = until_steady(&mut child);
    for _ in 0..2 {
        kill_process(Pid::from_child(&child), Signal::INT).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let _ = std::io::read_to_string(rest);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(
        json(&dir.join("record.json"))["ending"]["how"],
        "interrupted"
    );
}

#[test]
fn load_a_generator_that_is_killed_leaves_the_windows_until_then() {
    let _turn = turn();
    let scratch = Scratch::new("killed");
    let dir = scratch.path("run");
    let mut child = start(&[], &dir);
    // The line about a steady window is told after its row is in the file.
    let rest = until_steady(&mut child);
    child.kill().unwrap();
    child.wait().unwrap();
    drop(rest);
    assert!(!dir.join("record.json").exists());
    let windows = std::fs::read_to_string(dir.join("windows.csv")).unwrap();
    assert!(windows.starts_with("run_id,phase,"), "{windows}");
    assert!(
        windows.lines().any(|line| line.contains(",steady,")),
        "{windows}"
    );
    assert!(windows.ends_with("\r\n"), "no row is cut: {windows}");
}

#[test]
fn load_a_target_that_dies_exits_with_five_and_keeps_what_was_measured() {
    let _turn = turn();
    let scratch = Scratch::new("died");
    let dir = scratch.path("run");
    let mut engine = Engine::start();
    let url = format!("http://{}/healthz", engine.listen);
    let mut child = start(&["--target", &url, "--rate", "100"], &dir);
    let rest = until_steady(&mut child);
    engine.kill();
    let said = std::io::read_to_string(rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(5), "{said}");
    assert!(
        said.contains("error: ") && said.contains("no connection") && said.contains("hint: "),
        "{said}"
    );
    let record = json(&dir.join("record.json"));
    assert_eq!(record["ending"]["how"], "target_died");
    assert!(
        record["steps"][0]["ok_response_time"]["count"]
            .as_u64()
            .unwrap()
            > 0
    );
}

#[test]
fn load_the_reference_engine_dying_exits_with_five_at_once() {
    let _turn = turn();
    let scratch = Scratch::new("engine-died");
    let dir = scratch.path("run");
    let mut child = start(&[], &dir);
    let rest = until_steady(&mut child);
    kill_process(child_of(&child), Signal::KILL).unwrap();
    let said = std::io::read_to_string(rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(5), "{said}");
    assert!(said.contains("reference engine ended"), "{said}");
    let record = json(&dir.join("record.json"));
    assert_eq!(record["ending"]["how"], "target_died");
    assert!(
        record["steps"][0]["ok_response_time"]["count"]
            .as_u64()
            .unwrap()
            > 0
    );
}

// The only process whose parent is `parent`: the engine it started.
fn child_of(parent: &Child) -> Pid {
    let threads = format!("/proc/{0}/task", parent.id());
    let children: String = std::fs::read_dir(threads)
        .unwrap()
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("children")).ok())
        .collect();
    let pid: i32 = children.split_whitespace().next().unwrap().parse().unwrap();
    Pid::from_raw(pid).unwrap()
}
