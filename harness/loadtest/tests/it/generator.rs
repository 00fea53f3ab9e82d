//! A generator that is held back by its own machine says so instead of blaming the target.

use crate::tool::{Engine, Scratch, json, turn};
use std::process::Command;

#[test]
fn load_open_files_that_run_out_make_a_run_invalid() {
    let _turn = turn();
    let engine = Engine::start();
    let scratch = Scratch::new("files");
    let dir = scratch.path("run");
    let line = format!(
        "ulimit -n 60; exec '{}' run --target http://{}/v1/info -c 80 -w 0s -d 1s -q --metrics-listen off --out '{}'",
        env!("CARGO_BIN_EXE_loadtest"),
        engine.listen,
        dir.display()
    );
    let ran = Command::new("/bin/sh")
        .args(["-c", &line])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert_eq!(
        ran.status.code(),
        Some(4),
        "{said}{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    assert!(said.contains("EMFILE"), "{said}");
    let met = &json(&dir.join("record.json"))["health"]["local_limits"];
    assert!(met[0].as_str().unwrap().starts_with("EMFILE"), "{met}");
}
