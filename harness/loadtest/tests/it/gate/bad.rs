//! Builds that let a gate down, each with its message and its exit code, and nothing lost of the rounds measured.

use super::{QUICK, gate, refused, serve};
use crate::tool::{Scratch, command, json, loadtest, skipped, too_noisy, turn};
use std::path::Path;
use std::process::Command;

fn says(ran: &std::process::Output) -> String {
    String::from_utf8_lossy(&ran.stderr).into_owned()
}

/// Lines of rounds, the calibration not counted.
fn rounds(out: &Path) -> usize {
    let text = std::fs::read_to_string(out.join("rounds.ndjson")).unwrap();
    text.lines().count() - 1
}

/// Serves as often as `times`, and then ends at once.
fn serves(scratch: &Scratch, times: u32) -> String {
    let counter = scratch.path("started");
    format!(
        "n=$(cat {0} 2>/dev/null || echo 0); echo $((n + 1)) >{0}; [ $n -lt {times} ] || exit 7; {1}",
        counter.display(),
        serve()
    )
}

#[test]
fn load_a_candidate_that_does_not_start_is_told_before_anything_is_measured() {
    let _turn = turn();
    let scratch = Scratch::new("gate-start");
    let out = scratch.path("out");
    let (out, good) = (out.to_str().unwrap(), serve());
    let elsewhere = format!(
        "exec {} serve-engine --listen 127.0.0.1:0 --admin 127.0.0.1:0 # {{port}}",
        env!("CARGO_BIN_EXE_loadtest")
    );
    for (candidate, part) in [
        ("exit 7 # {port}", "the candidate: target"),
        ("exec sleep 60 # {port}", "was not ready within"),
        (elsewhere.as_str(), "it must listen on 127.0.0.1"),
    ] {
        let arguments = [
            "--baseline-cmd",
            &good,
            "--candidate-cmd",
            candidate,
            "--start-within",
            "500ms",
            "--out",
            out,
        ];
        refused(&arguments, 5, part);
    }
    assert!(!Path::new(out).join("windows").exists());
}

#[test]
fn load_a_candidate_that_dies_later_fails_and_the_rounds_before_are_kept() {
    let _turn = turn();
    let scratch = Scratch::new("gate-later");
    let out = scratch.path("out");
    // Once to see that it starts, then two rounds.
    let ran = gate(&scratch, &out, &serves(&scratch, 3)).output().unwrap();
    let said = says(&ran);
    assert_eq!(ran.status.code(), Some(3), "{said}");
    assert_eq!(rounds(&out), 4, "{said}");
    let result = json(&out.join("gate.json"));
    assert_eq!(result["verdict"], "fail");
    let reason = result["reasons"][0].as_str().unwrap();
    assert!(
        reason.contains("round 3: ") && reason.contains("round 4: "),
        "{reason}"
    );
}

/// A server that answers every request with that status.
fn answering(status: u16) -> String {
    format!(
        "exec python3 -c \"
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
        self.send_response({status})
        self.send_header('content-length', '0')
        self.end_headers()
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
\" {{port}}"
    )
}

#[test]
fn load_a_candidate_that_answers_with_errors_fails() {
    let _turn = turn();
    if !Command::new("python3")
        .arg("-V")
        .output()
        .is_ok_and(|ran| ran.status.success())
    {
        return skipped("python3");
    }
    let scratch = Scratch::new("gate-500");
    let out = scratch.path("out");
    let plan = scratch.write("gate.toml", QUICK);
    let ran = command(&[
        "gate",
        "--plan",
        plan.to_str().unwrap(),
        "--baseline-cmd",
        &answering(200),
        "--candidate-cmd",
        &answering(500),
        "--users",
        "2",
        "--out",
        out.to_str().unwrap(),
    ])
    .output()
    .unwrap();
    let said = says(&ran);
    // Rounds of a noisy minute are dropped before they say anything, and a gate of such rounds alone is invalid.
    if ran.status.code() == Some(4) && said.contains("noisy machine") {
        return too_noisy();
    }
    assert_eq!(ran.status.code(), Some(3), "{said}");
    assert!(rounds(&out) >= 2, "{said}");
    let reason = json(&out.join("gate.json"))["reasons"][0].to_string();
    assert!(reason.contains("round") && reason.contains('%'), "{reason}");
}

#[test]
fn a_baseline_that_does_not_build_is_told_with_its_last_line() {
    let scratch = Scratch::new("gate-build");
    let here = scratch.path("");
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=n", "-c", "user.email=e@example.com"];
        let ran = Command::new("git")
            .args(identity)
            .args(arguments)
            .current_dir(&here)
            .output();
        ran.is_ok_and(|ran| ran.status.success())
    };
    if !git(&["init", "-q"]) {
        return skipped("git");
    }
    assert!(git(&["commit", "-q", "--allow-empty", "-m", "first"]));
    let mut tried = command(&[
        "gate",
        "-q",
        "--baseline-rev",
        "HEAD",
        "--build-cmd",
        "echo 'error: it does not compile' >&2; false",
    ]);
    let ran = tried.current_dir(&here).output().unwrap();
    let said = says(&ran);
    assert_eq!(ran.status.code(), Some(2), "{said}");
    assert!(
        said.contains("cannot be built") && said.contains("it does not compile"),
        "{said}"
    );
    assert!(said.contains("hint: try `"), "{said}");
}

#[test]
fn load_margins_that_the_machine_cannot_hold_are_told() {
    let _turn = turn();
    let scratch = Scratch::new("gate-margins");
    let out = scratch.path("out");
    let mut started = gate(&scratch, &out, &serve());
    let tight = format!(
        "{QUICK}[metric.throughput]\nmargin = \"0.1%\"\n[metric.response_time_p50]\nmargin = \"0.1%\"\n"
    );
    scratch.write("gate.toml", &tight);
    let ran = started.output().unwrap();
    let said = says(&ran);
    let code = ran.status.code().unwrap();
    assert!([0, 4].contains(&code), "{code}: {said}");
    let result = json(&out.join("gate.json"));
    if result["verdict"] == "inconclusive" {
        let notes = result["notes"].to_string();
        assert!(notes.contains("out of reach"), "{notes}");
        assert!(notes.contains("--aa proposes"), "{notes}");
    }
}

#[test]
fn rounds_that_are_not_a_gates_are_one_line() {
    let scratch = Scratch::new("gate-rounds");
    let folder = scratch.path("").to_str().unwrap().to_owned();
    let compared = |part: &str| {
        let ran = loadtest(&["compare", &folder]);
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    };
    compared("no rounds.ndjson");
    scratch.write("rounds.ndjson", "{\"schema\": 99}\n");
    compared("gate.toml");
    scratch.write("gate.toml", "schema = 1\n");
    compared("99");
    scratch.write("rounds.ndjson", "no json\n");
    compared("rounds.ndjson");
    scratch.write("gate.toml", "schema = 99\n");
    compared("schema 99 is newer");
}
