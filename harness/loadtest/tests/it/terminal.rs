//! The live view on a pseudo terminal: it takes the whole screen and gives it back, and keeps away where it must.

use crate::tool::{Scratch, assert_ended, json, skipped, turn};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const TAKEN: &str = "\x1b[?1049h";
const GIVEN_BACK: &str = "\x1b[?1049l";
const CURSOR_SHOWN: &str = "\x1b[?25h";
/// How a colour begins.
const COLOUR: &str = "\x1b[38;5;";

/// What the run wrote to its terminal, and how it ended.
struct Ran {
    code: Option<i32>,
    text: String,
}

/// A run on an 80x24 terminal made by `script` of util-linux; `None` where that is not installed.
fn start(extra: &str, environment: &[(&str, &str)], dir: &Path) -> Option<Child> {
    let tool = env!("CARGO_BIN_EXE_loadtest");
    let dir = dir.display();
    let line = format!(
        "stty rows 24 cols 80; exec '{tool}' run -w 0s --rate 1k --metrics-listen off --out '{dir}' {extra}"
    );
    let spawned = Command::new("script")
        .args(["--quiet", "--return", "--command", &line, "/dev/null"])
        .env("TERM", "xterm-256color")
        .env("SHELL", "/bin/sh")
        .env_remove("NO_COLOR")
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    if spawned.is_err() {
        skipped("script");
    }
    spawned.ok()
}

fn wait(mut child: Child, mut text: String) -> Ran {
    let mut rest = Vec::new();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_to_end(&mut rest).unwrap();
    text.push_str(&String::from_utf8_lossy(&rest));
    Ran {
        code: child.wait().unwrap().code(),
        text,
    }
}

/// Reads until the terminal has shown `mark`.
fn until(child: &mut Child, mark: &str) -> String {
    let stdout = child.stdout.as_mut().unwrap();
    let mut seen = Vec::new();
    let mut some = [0; 4096];
    while !String::from_utf8_lossy(&seen).contains(mark) {
        let n = stdout.read(&mut some).unwrap();
        let text = String::from_utf8_lossy(&seen);
        assert!(n > 0, "the run ended before it showed {mark:?}: {text}");
        seen.extend_from_slice(&some[..n]);
    }
    String::from_utf8_lossy(&seen).into_owned()
}

/// What was printed before the view, in it, and after it; the screen must have been taken and given back once.
fn parts(text: &str) -> (&str, &str, &str) {
    let (before, rest) = text.split_once(TAKEN).expect(text);
    let (view, after) = rest.split_once(GIVEN_BACK).expect(text);
    assert!(!after.contains(TAKEN), "taken twice: {text}");
    (before, view, after)
}

#[test]
fn load_the_view_takes_the_screen_and_gives_it_back_before_the_summary() {
    let _turn = turn();
    let scratch = Scratch::new("view");
    let Some(child) = start("-d 3s", &[], &scratch.path("run")) else {
        return;
    };
    let ran = wait(child, String::new());
    assert_ended(ran.code, 0, &ran.text);
    let (before, view, after) = parts(&ran.text);
    assert!(before.contains("plan: open"), "{before:?}");
    for shown in ["last window", "transfer/transfer", "Ctrl-C", "p99", COLOUR] {
        assert!(view.contains(shown), "{shown} is not in {view:?}");
    }
    assert!(after.contains(CURSOR_SHOWN), "{after:?}");
    for said in ["service time", "report.html"] {
        assert!(after.contains(said), "{said} is not in {after:?}");
        assert!(!view.contains(said), "{said} is in {view:?}");
    }
    assert!(!after.contains("stopping"), "{after:?}");
}

#[test]
fn load_q_and_ctrl_c_stop_the_run_and_keep_what_was_measured() {
    let _turn = turn();
    // Raw mode hands Ctrl-C over as the character that it types.
    for key in ["q", "\x03"] {
        let scratch = Scratch::new("view-key");
        let dir = scratch.path("run");
        let Some(mut child) = start("-d 60s", &[], &dir) else {
            return;
        };
        let seen = until(&mut child, "Ctrl-C");
        let mut keyboard = child.stdin.take().unwrap();
        keyboard.write_all(key.as_bytes()).unwrap();
        keyboard.flush().unwrap();
        let ran = wait(child, seen);
        assert_eq!(ran.code, Some(130), "{key:?}: {}", ran.text);
        let (_, _, after) = parts(&ran.text);
        assert!(after.contains("stopping: "), "{key:?}: {after:?}");
        assert!(after.contains("service time"), "{key:?}: {after:?}");
        let record = json(&dir.join("record.json"));
        assert_eq!(record["ending"]["how"], "interrupted", "{key:?}");
    }
}

#[test]
fn load_no_color_leaves_a_view_without_colours() {
    let _turn = turn();
    let scratch = Scratch::new("view-plain");
    for (run, extra, environment) in [
        ("flag", "-d 2s --no-color", &[][..]),
        ("environment", "-d 2s", &[("NO_COLOR", "1")]),
    ] {
        let Some(child) = start(extra, environment, &scratch.path(run)) else {
            return;
        };
        let ran = wait(child, String::new());
        let (_, view, _) = parts(&ran.text);
        assert!(view.contains("last window"), "{run}: {view:?}");
        assert!(!ran.text.contains(COLOUR), "{run}: {:?}", ran.text);
    }
}

#[test]
fn load_the_screen_is_left_alone_when_asked_or_when_it_can_do_nothing() {
    let _turn = turn();
    let scratch = Scratch::new("no-view");
    for (run, extra, environment, shows) in [
        ("bar", "-d 1s --no-tui", &[][..], "req/s"),
        ("json", "-d 1s --json", &[], "\"verdict\""),
        ("quiet", "-d 1s --quiet", &[], "service time"),
        ("dumb", "-d 1s", &[("TERM", "dumb")], "req/s"),
        ("piped", "-d 1s | cat", &[], "service time"),
    ] {
        let Some(child) = start(extra, environment, &scratch.path(run)) else {
            return;
        };
        let ran = wait(child, String::new());
        assert!(!ran.text.contains(TAKEN), "{run}: {:?}", ran.text);
        assert!(ran.text.contains(shows), "{run}: {:?}", ran.text);
        let dumb = run == "dumb" || run == "quiet";
        assert!(!dumb || !ran.text.contains('\x1b'), "{run}: {:?}", ran.text);
    }
}
