//! A gate from outside: its files, its verdict again by `compare`, and every way in which a build lets it down.

mod bad;
mod ci;

use crate::tool::{Scratch, command, json, loadtest, turn};
use record::comparison::history::json::history;
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;

/// Windows as short as they may be, and rules about the machine that a busy one keeps.
const QUICK: &str = "schema = 1\nlooks = [5]\nspend = [0.0]\nrate_fraction = 0.05\n[slot]\nclosed = \"300ms\"\nopen = \"300ms\"\nwarmup = \"300ms\"\n[metric.response_time_p99]\ngated = false\n";

fn serve() -> String {
    format!(
        "exec {} serve-engine --listen 127.0.0.1:{{port}} --admin 127.0.0.1:{{admin_port}}",
        env!("CARGO_BIN_EXE_loadtest")
    )
}

fn refused(arguments: &[&str], code: i32, part: &str) {
    let ran = loadtest(&[&["gate", "-q"][..], arguments].concat());
    assert_eq!(ran.code, Some(code), "{arguments:?}: {}", ran.stderr);
    let errors = ran
        .stderr
        .lines()
        .filter(|line| line.starts_with("error: "));
    assert_eq!(errors.count(), 1, "{}", ran.stderr);
    assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
}

#[test]
fn what_cannot_be_a_gate_is_one_line() {
    let scratch = Scratch::new("gate-bad");
    let out = scratch.path("out");
    let out = out.to_str().unwrap();
    let good = serve();
    refused(
        &["--baseline-cmd", "./old", "--candidate-cmd", &good],
        2,
        "has no {port}",
    );
    refused(&["--candidate-cmd", &good], 2, "without a baseline");
    refused(&["--baseline-cmd", &good], 2, "without a candidate");
    refused(
        &["--baseline-rev", "no-such-revision-ever"],
        2,
        "no-such-revision-ever",
    );
    let plan = scratch.write("gate.toml", "schema = 1\nalhpa = 0.01\n");
    refused(
        &["--plan", plan.to_str().unwrap(), "--out", out],
        2,
        "gate.toml:2",
    );
}

#[test]
fn load_a_baseline_that_does_not_start_ends_with_5() {
    let _turn = turn();
    let scratch = Scratch::new("gate-down");
    let out = scratch.path("out");
    refused(
        &[
            "--baseline-cmd",
            "exit 7 # {port}",
            "--candidate-cmd",
            &serve(),
            "--out",
            out.to_str().unwrap(),
        ],
        5,
        "exit",
    );
}

fn gate(scratch: &Scratch, out: &Path, candidate: &str) -> std::process::Command {
    let plan = scratch.write("gate.toml", QUICK);
    command(&[
        "gate",
        "--plan",
        plan.to_str().unwrap(),
        "--baseline-cmd",
        &serve(),
        "--candidate-cmd",
        candidate,
        "--workload",
        "transfers",
        "--out",
        out.to_str().unwrap(),
    ])
}

#[test]
fn load_a_gate_leaves_its_files_and_compare_gives_the_same_verdict() {
    let _turn = turn();
    let scratch = Scratch::new("gate");
    let out = scratch.path("out");
    let file = scratch.path("history.ndjson");
    let mut started = gate(&scratch, &out, &serve());
    started.args([
        "--on-inconclusive",
        "fail",
        "--commit",
        "abc123",
        "--history",
    ]);
    let ran = started.arg(&file).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    let code = ran.status.code().unwrap();
    // A busy machine makes it invalid; nothing makes equal builds a fail.
    assert!([0, 4, 6].contains(&code), "{code}: {said}");
    let points = history(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(points.len(), usize::from(code != 4), "{points:?}");
    assert!(points.iter().all(|point| point.commit == "abc123"));
    for name in [
        "report.html",
        "gate.md",
        "summary.md",
        "junit.xml",
        "metrics.txt",
        "badge.json",
        "gate.txt",
        "gate.toml",
        "hist/baseline.hlog",
        "hist/candidate.hlog",
    ] {
        assert!(out.join(name).is_file(), "{name}: {said}");
    }
    let text = std::fs::read_to_string(out.join("rounds.ndjson")).unwrap();
    assert!(text.lines().count() > 1, "{text}");
    let before = json(&out.join("gate.json"));
    let folder = out.to_str().unwrap();
    let again = loadtest(&["compare", folder]);
    assert_eq!(again.code, Some(code), "{}", again.stderr);
    let mut after = json(&out.join("gate.json"));
    after["notes"] = before["notes"].clone();
    assert_eq!(after, before);
}

#[test]
fn load_ctrl_c_keeps_the_rounds() {
    let _turn = turn();
    let scratch = Scratch::new("gate-interrupted");
    let out = scratch.path("out");
    let mut started = gate(&scratch, &out, &serve());
    let child = started.stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    let mut child = child.unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("round") {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0, "no round was over");
    }
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let rest = std::io::read_to_string(lines).unwrap();
    let code = child.wait().unwrap().code();
    assert_eq!(code, Some(130), "{rest}");
    let text = std::fs::read_to_string(out.join("rounds.ndjson")).unwrap();
    assert!(text.lines().count() >= 2, "{text}");
    assert!(out.join("report.html").is_file());
}
