//! Any HTTP service, with no scenario code; the reference engine stands in for one.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use crate::tool::{Engine, Scratch, assert_ended, get, json, loadtest, turn};

fn run(engine: &Engine, extra: &[&str]) -> (Option<i32>, serde_json::Value) {
    let scratch = Scratch::new("service");
    let url = format!("http://{}/v1/info", engine.listen);
    let dir = scratch.path("run");
    let common = [
        "run",
        "--target",
        &url,
        "-w",
        "500ms",
        "-d",
        "2s",
        "-o",
        "json",
        "-q",
        "--metrics-listen",
        "off",
        "--out",
        dir.to_str().unwrap(),
    ];
    let ran = loadtest(&[&common[..], extra].concat());
    let summary = serde_json::from_str(&ran.stdout)
        .unwrap_or_else(|e| panic!("{e}: {} {}", ran.stdout, ran.stderr));
    assert!(json(&dir.join("record.json"))["target"]["reference"] == false);
    (ran.code, summary)
}

#[test]
fn load_a_service_takes_closed_and_open_load() {
    let _turn = turn();
    let engine = Engine::start();
    let (code, closed) = run(&engine, &["-c", "5"]);
    assert_ended(code, 0, &closed.to_string());
    assert_eq!(closed["model"], "closed");
    assert!(closed["requests"].as_u64().unwrap() > 0);
    // Without an admin address there are no counters; the CPU time is read from outside, because it is on this machine.
    assert!(closed["allocations_per_request"].is_null(), "{closed}");
    assert!(closed["target_cpu_seconds"].as_f64().is_some(), "{closed}");

    let (code, open) = run(&engine, &["--rate", "200"]);
    assert_ended(code, 0, &open.to_string());
    assert_eq!(open["model"], "open");
    assert!(
        (open["offered_rate"].as_f64().unwrap() - 200.0).abs() < 60.0,
        "{open}"
    );

    // With one, the same profiles and counters as for the reference engine.
    let admin = format!("http://{}", engine.admin);
    let (_, with_admin) = run(&engine, &["--rate", "200", "--admin", &admin]);
    assert!(
        with_admin["allocations_per_request"].as_f64().unwrap() > 0.0,
        "{with_admin}"
    );
}

#[test]
fn load_a_broken_threshold_exits_with_three_and_too_little_data_with_four() {
    let _turn = turn();
    let engine = Engine::start();
    let (code, fail) = run(&engine, &["--rate", "200", "--threshold", "p50 < 1us"]);
    assert_ended(code, 3, &fail.to_string());
    assert_eq!(fail["thresholds"][0]["held"], false, "{fail}");
    let (code, invalid) = run(&engine, &["--rate", "20", "--threshold", "p99.9 < 60s"]);
    assert_eq!(
        (code, &invalid["verdict"]),
        (Some(4), &"invalid".into()),
        "{invalid}"
    );
}

#[test]
fn load_a_target_that_answers_only_errors_does_not_pass() {
    let _turn = turn();
    let mut engine = Engine::start();
    let scratch = Scratch::new("errors");
    let url = format!("http://{}/nowhere", engine.listen);
    let dir = scratch.path("run");
    let ran = loadtest(&[
        "run",
        "--target",
        &url,
        "-c",
        "2",
        "-w",
        "200ms",
        "-d",
        "1s",
        "-q",
        "--metrics-listen",
        "off",
        "--out",
        dir.to_str().unwrap(),
    ]);
    assert_ended(ran.code, 3, &ran.stdout);
    assert!(
        ran.stdout.contains("all_failed") || ran.stdout.contains("requests failed"),
        "{}",
        ran.stdout
    );
    engine.kill();
}

#[test]
fn the_engine_by_hand_answers_on_both_listeners() {
    let engine = Engine::start();
    for address in [engine.listen, engine.admin] {
        assert_eq!(get(&format!("http://{address}/healthz")).0, 200);
    }
    let (status, metrics) = get(&format!("http://{}/metrics", engine.admin));
    assert_eq!(status, 200);
    assert!(
        String::from_utf8(metrics)
            .unwrap()
            .contains("token_transfer_total")
    );
    let (status, profile) = get(&format!("http://{}/debug/pprof/allocs", engine.admin));
    assert_eq!((status, &profile[..2]), (200, &[0x1f, 0x8b][..]));
}

/// A service that answers every request on one connection after the other, and the `traceparent` of each.
fn traced() -> (String, Receiver<Option<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (told, seen) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut answers = stream.try_clone().unwrap();
            let mut parent = None;
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                if let Some(value) = line.strip_prefix("traceparent: ") {
                    parent = Some(value.to_owned());
                }
                if line.is_empty() {
                    let _ = told.send(parent.take());
                    let _ = answers.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
                }
            }
        }
    });
    (url, seen)
}

#[test]
fn a_trace_begins_with_every_arrival_where_that_is_asked_for() {
    for is_asked in [false, true] {
        let scratch = Scratch::new("traced");
        let (url, seen) = traced();
        let dir = scratch.path("run");
        let mut arguments = vec!["run", "--target", &url, "-c", "1", "-n", "20", "-w", "0s"];
        arguments.extend(["-q", "--metrics-listen", "off", "--out"]);
        arguments.push(dir.to_str().unwrap());
        if is_asked {
            arguments.push("--traceparent");
        }
        let ran = loadtest(&arguments);
        assert!(matches!(ran.code, Some(0 | 4)), "{}", ran.stderr);
        let parents: Vec<_> = seen.try_iter().collect();
        assert!(parents.len() >= 20, "{parents:?}");
        if !is_asked {
            assert!(parents.iter().all(Option::is_none), "{parents:?}");
            continue;
        }
        let parents: Vec<_> = parents.into_iter().map(Option::unwrap).collect();
        for parent in &parents {
            let parts: Vec<_> = parent.split('-').collect();
            let lengths: Vec<_> = parts.iter().map(|part| part.len()).collect();
            assert_eq!(lengths, [2, 32, 16, 2], "{parent}");
            assert_eq!((parts[0], parts[3]), ("00", "01"), "{parent}");
        }
        let different: BTreeSet<_> = parents.iter().collect();
        assert_eq!(different.len(), parents.len(), "{parents:?}");
    }
}
