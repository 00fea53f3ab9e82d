//! A service that the run itself starts and stops; the reference engine stands in for one.

use crate::tool::{Ran, Scratch, assert_ended, command, json, loadtest, turn};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// The engine as anybody's service, its process id written into a file first.
fn service(pid_file: &Path) -> String {
    format!(
        "echo $$ > '{}'; exec '{}' serve-engine --listen 127.0.0.1:{{port}} --admin 127.0.0.1:0",
        pid_file.display(),
        env!("CARGO_BIN_EXE_loadtest")
    )
}

fn arguments<'a>(command: &'a str, dir: &'a Path, extra: &[&'a str]) -> Vec<&'a str> {
    let usual = [
        "run",
        "--target-cmd",
        command,
        "--metrics-listen",
        "off",
        "-q",
        "-w",
        "200ms",
        "--out",
        dir.to_str().unwrap(),
    ];
    [&usual[..], extra].concat()
}

fn run(command: &str, dir: &Path, extra: &[&str]) -> Ran {
    loadtest(&arguments(command, dir, extra))
}

fn is_running(pid: &str) -> bool {
    // A process that has ended and was not waited for yet is not running.
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}

/// Generous: only a service that never ends fails by it.
fn await_end(pid: &str) {
    let started = Instant::now();
    while is_running(pid) {
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "{pid} still runs"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn load_a_service_is_started_measured_and_stopped() {
    let _turn = turn();
    let scratch = Scratch::new("started");
    let (dir, pid_file) = (scratch.path("run"), scratch.path("pid"));
    let extra = ["--target-ready", "/healthz", "-c", "3", "-d", "1s"];
    let plan = scratch.write(
        "plan.toml",
        "schema = 1\nname = \"info\"\nmodel = \"closed\"\n[[scenario]]\nname = \"look\"\n[[scenario.step]]\nname = \"info\"\nrequest = { path = \"/v1/info\" }\n",
    );
    let with_plan = [&extra[..], &["--plan", plan.to_str().unwrap()]].concat();
    let ran = run(&service(&pid_file), &dir, &with_plan);
    assert_ended(ran.code, 0, &format!("{}{}", ran.stdout, ran.stderr));
    let record = json(&dir.join("record.json"));
    assert_eq!(record["target"]["reference"], false);
    assert!(
        record["costs"]["target_cpu_ns"].as_u64().is_some(),
        "{}",
        record["costs"]
    );
    await_end(&std::fs::read_to_string(pid_file).unwrap());
}

#[test]
fn a_service_that_does_not_start_says_why() {
    let scratch = Scratch::new("unstarted");
    let ran = run(
        "echo no such database for {port} >&2; exit 3",
        &scratch.path("a"),
        &[],
    );
    assert_eq!(ran.code, Some(5), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("no such database for "),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("exit status: 3"), "{}", ran.stderr);
}

#[test]
fn a_service_that_is_never_ready_is_stopped_with_everything_it_started() {
    let scratch = Scratch::new("unready");
    let pid_file = scratch.path("pid");
    let sleeper = format!(
        "sleep 300 & echo $! > '{}'; echo still thinking; wait; : {{port}}",
        pid_file.display()
    );
    let ran = run(&sleeper, &scratch.path("a"), &["--start-within", "400ms"]);
    assert_eq!(ran.code, Some(5), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("not ready within 400ms"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("still thinking"), "{}", ran.stderr);
    await_end(&std::fs::read_to_string(pid_file).unwrap());
}

#[test]
fn load_a_service_that_dies_ends_the_run_with_its_last_words() {
    let _turn = turn();
    let scratch = Scratch::new("dying");
    let dying = format!(
        "'{}' serve-engine --listen 127.0.0.1:{{port}} --admin 127.0.0.1:0 & sleep 3; kill -9 $!; echo out of memory >&2; exit 9",
        env!("CARGO_BIN_EXE_loadtest")
    );
    let dir = scratch.path("run");
    let ran = run(&dying, &dir, &["-c", "2", "-d", "60s"]);
    assert_eq!(ran.code, Some(5), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("out of memory"), "{}", ran.stderr);
    assert!(dir.join("record.json").exists() && dir.join("report.html").exists());
}

#[test]
fn load_a_service_does_not_outlive_a_generator_that_is_killed() {
    let _turn = turn();
    let scratch = Scratch::new("orphan");
    let (dir, pid_file) = (scratch.path("run"), scratch.path("pid"));
    let service = service(&pid_file);
    let mut generator: Child = command(&arguments(&service, &dir, &["-c", "2", "-d", "60s"]))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let started = Instant::now();
    let pid = loop {
        match std::fs::read_to_string(&pid_file) {
            Ok(pid) if pid.ends_with('\n') => break pid,
            _ => assert!(started.elapsed() < Duration::from_secs(20), "never started"),
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(is_running(&pid));
    generator.kill().unwrap();
    generator.wait().unwrap();
    await_end(&pid);
}

#[test]
fn a_command_without_a_port_is_refused_before_it_is_run() {
    let scratch = Scratch::new("portless");
    let file = scratch.path("touched");
    let ran = run(
        &format!("touch '{}'", file.display()),
        &scratch.path("a"),
        &[],
    );
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("--target-cmd") && ran.stderr.contains("{port}"),
        "{}",
        ran.stderr
    );
    assert!(!file.exists());
}
