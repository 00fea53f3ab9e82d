//! Looking for the limits of a target: `capacity` and `sweep`, against a server whose limit is known.
//!
//! On a machine that is busy with something else steps are rightly not trusted; what is claimed then is checked instead of the figures.

use crate::tool::{Scratch, command, held, json, loadtest, turn};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Serves one request at a time, each in 5 ms: 200 a second at most.
fn one_at_a_time() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = Arc::new(Mutex::new(()));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let server = server.clone();
            std::thread::spawn(move || serve(stream, &server));
        }
    });
    address
}

fn serve(mut stream: TcpStream, server: &Mutex<()>) {
    let (mut seen, mut byte) = (Vec::new(), [0_u8; 1]);
    while stream.read_exact(&mut byte).is_ok() {
        seen.push(byte[0]);
        if !seen.ends_with(b"\r\n\r\n") {
            continue;
        }
        seen.clear();
        {
            let _turn = server.lock();
            std::thread::sleep(Duration::from_millis(5));
        }
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
        if stream.write_all(answer).is_err() {
            return;
        }
    }
}

#[test]
fn load_capacity_brackets_a_known_limit_and_keeps_every_step() {
    let _turn = turn();
    let scratch = Scratch::new("capacity");
    let (dir, url) = (scratch.path("out"), format!("http://{}/", one_at_a_time()));
    let ran = loadtest(&[
        "capacity",
        "--target",
        &url,
        "--slo",
        "p90<60ms,error_ratio<0.01",
        "--start",
        "80/s",
        "--step",
        "1s",
        "-w",
        "500ms",
        "--budget",
        "2m",
        "--out",
        dir.to_str().unwrap(),
    ]);
    let found = json(&dir.join("capacity.json"));
    let said = format!("{}\n{}\n{found}", ran.stdout, ran.stderr);
    assert_eq!(found["schema"], "loadtest.capacity/v1", "{said}");
    held("capacity", &found);
    let steps = found["steps"].as_array().unwrap();
    for step in steps {
        let folder = dir.join(step["folder"].as_str().unwrap());
        assert!(folder.join("record.json").is_file(), "{said}");
    }
    assert!(dir.join("capacity.md").is_file());
    let untrusted = steps
        .iter()
        .rev()
        .take_while(|step| step["quality"] == "invalid");
    // Then what passed before is confirmed, if anything did.
    let answer = found["answer"].as_str().unwrap();
    let bounded = ["could be trusted", "generator is the limit"];
    if untrusted.count() == 3 || bounded.iter().any(|why| answer.contains(why)) {
        assert!(matches!(ran.code, Some(0 | 4)), "{said}");
        return;
    }
    assert_eq!(ran.code, Some(0), "{said}");
    let low = found["knee_low_per_second"].as_f64().unwrap();
    // Sleeping 5 ms takes a little longer, never less.
    assert!((80.0..=210.0).contains(&low), "{said}");
    if let Some(high) = found["knee_high_per_second"].as_f64() {
        assert!(high > low, "{said}");
    }
    assert!(ran.stdout.starts_with("Capacity is "), "{said}");
    assert!(ran.stderr.contains("step  1  climb"), "{said}");
}

#[test]
fn load_a_sweep_measures_each_level_and_says_what_the_law_says() {
    let _turn = turn();
    let scratch = Scratch::new("sweep");
    let (dir, url) = (scratch.path("out"), format!("http://{}/", one_at_a_time()));
    let ran = loadtest(&[
        "sweep",
        "--target",
        &url,
        "--levels",
        "1,2,4,8,12,16",
        "--step",
        "2s",
        "-w",
        "300ms",
        "-o",
        "json",
        "--out",
        dir.to_str().unwrap(),
    ]);
    let said = format!("{}\n{}", ran.stdout, ran.stderr);
    let printed: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(printed, json(&dir.join("sweep.json")));
    assert_eq!(printed["schema"], "loadtest.sweep/v1");
    held("sweep", &printed);
    let levels = printed["levels"].as_array().unwrap();
    assert_eq!(levels.len(), 6, "{said}");
    assert!(dir.join("sweep.md").is_file() && dir.join("sweep.html").is_file());
    if levels.iter().any(|level| level["valid"] == false) {
        assert_eq!(ran.code, Some(4), "{said}");
        return;
    }
    assert_eq!(ran.code, Some(0), "{said}");
    for level in levels {
        let x = level["throughput_per_second"]["point"].as_f64().unwrap();
        assert!((100.0..=205.0).contains(&x), "{said}");
    }
    // Nothing is done side by side, so contention is all there is.
    let s = printed["usl"]["s"]["point"].as_f64().unwrap();
    assert!(s > 0.7, "{said}");
}

#[test]
fn load_ctrl_c_ends_a_search_and_keeps_what_was_found() {
    let _turn = turn();
    let scratch = Scratch::new("capacity-interrupted");
    let (dir, url) = (scratch.path("out"), format!("http://{}/", one_at_a_time()));
    let mut child = command(&[
        "capacity",
        "--target",
        &url,
        "--slo",
        "p90<60ms",
        "--start",
        "50/s",
        "--step",
        "1s",
        "-w",
        "200ms",
        "--out",
        dir.to_str().unwrap(),
    ])
    .stderr(Stdio::piped())
    .stdout(Stdio::piped())
    .spawn()
    .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    assert!(line.starts_with("step  1"), "{line}");
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let _ = std::io::read_to_string(lines);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let found = json(&dir.join("capacity.json"));
    assert!(!found["steps"].as_array().unwrap().is_empty());
    assert!(
        found["answer"].as_str().unwrap().contains("interrupted"),
        "{found}"
    );
}

#[test]
fn what_was_typed_wrong_is_said_before_any_load() {
    let scratch = Scratch::new("limits-usage");
    let out = scratch.path("out");
    let out = out.to_str().unwrap();
    let cases: [(&[&str], &str); 5] = [
        (&["capacity", "--slo", "p99 < 20"], "no unit"),
        (
            &["capacity", "--slo", "p99<20ms", "--plan", "canonicle"],
            "canonicle",
        ),
        (
            &["capacity", "--slo", "response_time{step=nothing}: p99<20ms"],
            "nothing",
        ),
        (&["sweep", "--levels", "1,2,4"], "too few"),
        (&["sweep", "--levels", "4,8,16,32,64,128"], "a guess"),
    ];
    for (arguments, part) in cases {
        let ran = loadtest(&[arguments, &["--out", out]].concat());
        assert_eq!(ran.code, Some(2), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(part), "{arguments:?}: {}", ran.stderr);
        assert!(!std::path::Path::new(out).exists(), "{arguments:?}");
    }
    assert_eq!(loadtest(&["capacity"]).code, Some(2));
}
