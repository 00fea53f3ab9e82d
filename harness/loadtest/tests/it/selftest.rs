//! `loadtest selftest`: the instrument against what is known, as a user sees it.

use crate::tool::{Scratch, command, held, json, loadtest, turn};
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

#[test]
fn load_every_truth_is_told_and_none_is_wrong() {
    let _turn = turn();
    let scratch = Scratch::new("selftest");
    let dir = scratch.path("out");
    let ran = loadtest(&[
        "selftest",
        "--json",
        "--quiet",
        "--out",
        dir.to_str().unwrap(),
    ]);
    let told: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(json(&dir.join("selftest.json")), told);
    assert_eq!(told["schema"], "loadtest.selftest/v1");
    held("selftest", &told);
    let truths = told["truths"].as_array().unwrap();
    for experiment in [
        "constant",
        "slow-body",
        "stall",
        "queue",
        "overload",
        "stopped",
        "merge",
    ] {
        let of = |truth: &&serde_json::Value| truth["experiment"] == experiment;
        assert!(truths.iter().any(|truth| of(&truth)), "{experiment}");
    }
    for truth in truths {
        assert_ne!(truth["verdict"], "wrong", "{truth}");
        // A machine excuses only what it is seen to have spoilt, and no count.
        let excused = !truth["disturbances"].as_array().unwrap().is_empty();
        assert!(truth["verdict"] == "holds" || excused, "{truth}");
        assert!(
            truth["verdict"] == "holds" || truth["unit"] != "word",
            "{truth}"
        );
    }
    let expected = match told["verdict"].as_str() {
        Some("holds") => 0,
        Some("disturbed") => 4,
        other => panic!("{other:?}"),
    };
    assert_eq!(ran.code, Some(expected), "{}", ran.stderr);
    assert_eq!(ran.stderr, "", "--quiet says nothing on the way");
    // Every run is one like any other, to be looked at.
    let stopped = loadtest(&["report", dir.join("stopped").to_str().unwrap()]);
    for part in ["INVALID", "generator_late"] {
        assert!(stopped.stdout.contains(part), "{}", stopped.stdout);
    }
}

#[test]
fn the_help_says_what_the_verdicts_and_codes_mean() {
    let ran = loadtest(&["selftest", "--help"]);
    assert_eq!(ran.code, Some(0));
    for part in [
        "Exit codes: 0 every truth holds",
        "disturbed",
        "M/D/1",
        "30",
        "--json",
    ] {
        assert!(
            ran.stdout.contains(part),
            "{part} is missing: {}",
            ran.stdout
        );
    }
    let all = loadtest(&["--help"]).stdout;
    assert!(
        all.contains("selftest") && !all.contains("yardstick"),
        "{all}"
    );
}

#[test]
fn a_folder_that_cannot_be_written_is_said_before_anything_is_measured() {
    let ran = loadtest(&["selftest", "--out", "/proc/none"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("--out DIR"), "{}", ran.stderr);
}

#[test]
fn the_target_of_known_behaviour_ends_with_its_parent_and_refuses_what_it_does_not_know() {
    let wrong = loadtest(&["yardstick", "slow:5"]);
    assert_eq!(wrong.code, Some(2), "{}", wrong.stderr);
    assert!(wrong.stderr.contains("nanoseconds"), "{}", wrong.stderr);
    let mut child = command(&["yardstick", "constant:0"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("yardstick listens 127.0.0.1:") {
        line.clear();
        assert!(said.read_line(&mut line).unwrap() > 0, "it ended");
    }
    drop(child.stdin.take());
    line.clear();
    said.read_to_string(&mut line).unwrap();
    assert!(line.contains("yardstick did 0 "), "{line}");
    assert!(child.wait().unwrap().success());
}
