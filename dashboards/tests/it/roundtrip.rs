//! Every board through the types of Grafana's SDK and back. Runs where `target/test-tools` has the SDK, as `harness/test.sh` installs it.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::boards;

/// What the types lost, or `None` where the SDK is not installed.
#[expect(clippy::print_stderr, reason = "a skipped test must be visible")]
fn lost(board: &Value) -> Option<Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut child = Command::new(root.join("../target/test-tools/bin/python"))
        .arg(root.join("tests/roundtrip.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()
        .or_else(|| {
            eprintln!("SKIPPED: no target/test-tools (harness/test.sh makes it)");
            None
        })?;
    let mut input = child.stdin.take().expect("piped");
    let _ = input.write_all(board.to_string().as_bytes());
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if said.contains("ModuleNotFoundError") {
        eprintln!(
            "SKIPPED: target/test-tools has no grafana-foundation-sdk (harness/test.sh installs it)"
        );
        return None;
    }
    assert!(output.status.success(), "{said}");
    let lines = String::from_utf8(output.stdout).expect("text");
    Some(lines.lines().map(str::to_owned).collect())
}

#[test]
fn grafanas_own_types_lose_nothing_of_a_board() {
    for (path, board) in boards() {
        let Some(lost) = lost(&board) else { return };
        assert!(lost.is_empty(), "{path}: {}", lost.join("\n"));
    }
}

#[test]
fn a_misspelt_key_is_lost() {
    let (_, mut board) = boards().swap_remove(0);
    let panels = board["panels"].as_array_mut().expect("panels");
    let panel = panels
        .iter_mut()
        .find(|panel| panel["type"] == "stat")
        .expect("a number");
    panel["fieldConfig"]["defaults"]["unitt"] = json!("s");
    let Some(lost) = lost(&board) else { return };
    assert_eq!(lost.len(), 1, "{lost:?}");
    assert!(lost[0].contains("unitt"), "{lost:?}");
}
