//! The main job at small size: one command, and every file opens in its usual tool.

use crate::browser;
use crate::tool::{Ran, Scratch, assert_ended, get, json, loadtest, promtool, skipped, turn};
use flate2::read::GzDecoder;
use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};
use record::profile::Profile;
use std::io::Read as _;
use std::path::Path;

pub fn profile(path: &Path) -> Profile {
    let mut raw = Vec::new();
    GzDecoder::new(std::fs::File::open(path).unwrap())
        .read_to_end(&mut raw)
        .unwrap();
    Profile::decode(&raw).unwrap()
}

fn names(profile: &Profile, column: &str) -> String {
    let folded = profile.folded(profile.value_index(column).unwrap());
    folded.into_keys().collect::<Vec<_>>().join("\n")
}

// The Python implementation, where `harness/test.sh` could install it.
fn another_implementation_reads(log: &Path) {
    const SCRIPT: &str = "
import sys
from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader
reference = HdrHistogram(1, 3600000000000, 3)
reader, total, tags = HistogramLogReader(sys.argv[1], reference), 0, set()
while (histogram := reader.get_next_interval_histogram()) is not None:
    total += histogram.get_total_count()
    tags.add(histogram.get_tag())
print(total, 'transfer/transfer:response_time:steady:ok' in tags)
";
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/test-tools/bin/python");
    if !python.exists() {
        return skipped("the Python package hdrhistogram");
    }
    let read = std::process::Command::new(python)
        .args(["-c", SCRIPT])
        .arg(log)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&read.stdout).into_owned();
    let (total, tagged) = said
        .trim()
        .split_once(' ')
        .unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&read.stderr)));
    assert!(
        total.parse::<u64>().unwrap() > 1000 && tagged == "True",
        "{said}"
    );
}

#[test]
fn load_the_canonical_plan_leaves_every_file_and_each_opens() {
    let _turn = turn();
    let scratch = Scratch::new("canonical");
    let folder = scratch.path("run");
    let dir = folder.to_str().unwrap();
    let ran = loadtest(&["run", "-w", "1s", "-d", "5s", "-o", "json", "--out", dir]);
    assert_ended(ran.code, 0, &ran.stdout);

    the_contract_is_kept(&ran, &folder);
    every_file_is_there(&folder);
    profiles_name_what_the_engine_does(&folder);
    the_log_reads(&folder.join("times.hlog"));
    expositions_are_what_prometheus_accepts(&folder);
    browser::report_is_alive(&folder.join("report.html"));

    // Judged and rendered again from the record alone, everything is the same.
    let before = std::fs::read(folder.join("report.html")).unwrap();
    let again = loadtest(&["report", dir, "-o", "json"]);
    let both = (again.code, again.stdout.as_str());
    // It was asked for a report, and not whether the run passed.
    assert_eq!(both, (Some(0), ran.stdout.as_str()), "{}", again.stderr);
    let same = std::fs::read(folder.join("report.html")).unwrap() == before;
    assert!(same, "the same record makes the same page");

    compared_with_itself(dir, &scratch.path("comparison"));
}

// One JSON object on one line, valid against the schema in the repository, as the record is against its own.
fn the_contract_is_kept(ran: &Ran, folder: &Path) {
    let stdout = &ran.stdout;
    assert_eq!(stdout.lines().count(), 1, "{stdout}");
    let summary: serde_json::Value = serde_json::from_str(stdout).unwrap();
    let validate = |schema: &str, value: &serde_json::Value| {
        let schema = serde_json::from_str(schema).unwrap();
        if let Err(error) = jsonschema::validate(&schema, value) {
            panic!("{error}");
        }
    };
    validate(
        include_str!("../../../../reports/schema/summary.schema.json"),
        &summary,
    );
    // Its exit code was accepted before: invalid or slow it can be by the machine only.
    let verdict = match ran.code {
        Some(4) => "invalid",
        Some(3) => "fail",
        _ => "pass",
    };
    assert_eq!(summary["verdict"], verdict, "{summary}");
    assert_eq!(summary["run_dir"], folder.to_str().unwrap());
    assert!(summary["allocations_per_request"].as_f64().unwrap() > 1.0);
    assert!(summary["target_cpu_seconds"].as_f64().unwrap() > 0.0);
    let record = json(&folder.join("record.json"));
    validate(
        include_str!("../../../../reports/schema/record.schema.json"),
        &record,
    );
    validate(
        include_str!("../../../../reports/schema/tail.schema.json"),
        &json(&folder.join("tail.json")),
    );
    assert!(record["audit"]["checks"].as_array().unwrap().len() >= 4);
}

fn every_file_is_there(folder: &Path) {
    for name in [
        "summary.txt",
        "report.html",
        "times.hlog",
        "cpu.pb.gz",
        "alloc.pb.gz",
        "cpu.svg",
        "alloc.svg",
        "tail.json",
        "profiles/cpu.pb.gz",
        "profiles/alloc.pb.gz",
        "metrics.prom",
        "target-metrics.prom",
    ] {
        let size = std::fs::metadata(folder.join(name)).map(|m| m.len());
        assert!(
            size.as_ref().is_ok_and(|&size| size > 0),
            "{name}: {size:?}"
        );
    }
}

// Functions, not addresses.
fn profiles_name_what_the_engine_does(folder: &Path) {
    let cpu = names(&profile(&folder.join("cpu.pb.gz")), "cpu");
    for part in ["engine::http", "hyper::", "tokio::"] {
        assert!(cpu.contains(part), "{part} is in no stack");
    }
    let alloc = names(&profile(&folder.join("alloc.pb.gz")), "alloc_space");
    assert!(alloc.contains("engine::json"), "JSON allocates");
}

fn the_log_reads(path: &Path) {
    let log = std::fs::read(path).unwrap();
    let tags: Vec<String> = IntervalLogIterator::new(&log)
        .map(Result::unwrap)
        .filter_map(|entry| match entry {
            LogEntry::Interval(interval) => Some(interval.tag().unwrap().as_str().to_owned()),
            _ => None,
        })
        .collect();
    let wanted = "transfer/transfer:response_time:steady:ok";
    assert!(tags.iter().any(|tag| tag == wanted), "{tags:?}");
    another_implementation_reads(path);
}

fn expositions_are_what_prometheus_accepts(folder: &Path) {
    for name in ["metrics.prom", "target-metrics.prom"] {
        let text = std::fs::read(folder.join(name)).unwrap();
        if let Some((fine, said)) = promtool(&["check", "metrics"], &text) {
            assert!(fine && said.trim().is_empty(), "{name}: {said}");
        }
    }
}

fn compared_with_itself(dir: &str, page: &Path) {
    let record = Path::new(dir).join("record.json");
    let compared = loadtest(&[
        "compare",
        dir,
        record.to_str().unwrap(),
        "--out",
        page.to_str().unwrap(),
    ]);
    // Invalid where the run was, because the machine was busy.
    assert!(matches!(compared.code, Some(0 | 4)), "{}", compared.stderr);
    assert!(compared.stdout.contains("1.000"), "{}", compared.stdout);
    for name in [
        "compare.html",
        "cpu-grew.svg",
        "cpu-shrank.svg",
        "alloc-grew.svg",
        "alloc-shrank.svg",
    ] {
        assert!(page.join(name).is_file(), "{name}");
    }
    browser::comparison_is_alive(&page.join("compare.html"));
}

#[test]
fn load_the_generators_own_metrics_are_served_while_the_run_is_on() {
    let _turn = turn();
    let scratch = Scratch::new("metrics");
    // A port that was free a moment ago.
    let address = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let listen = address.to_string();
    let dir = scratch.path("run");
    let mut child = crate::tool::command(&[
        "run",
        "-w",
        "1s",
        "-d",
        "4s",
        "-q",
        "--metrics-listen",
        &listen,
        "--out",
        dir.to_str().unwrap(),
    ])
    .stdout(std::process::Stdio::null())
    .spawn()
    .unwrap();
    let url = format!("http://{listen}/metrics");
    let started = std::time::Instant::now();
    let mut seen = String::new();
    // A very wide guard: the run is over after a few seconds.
    while started.elapsed().as_secs() < 60 && !seen.contains("loadtest_phase{phase=\"steady\"} 1") {
        if std::net::TcpStream::connect(address).is_ok() {
            seen = String::from_utf8(get(&url).1).unwrap();
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    // Passed, or slow or invalid because the machine was busy.
    let code = child.wait().unwrap().code();
    assert!(matches!(code, Some(0 | 3 | 4)), "{code:?}");
    assert!(
        seen.contains("loadtest_phase{phase=\"steady\"} 1"),
        "the steady phase was never seen"
    );
    for family in [
        "loadtest_requests_total",
        "loadtest_response_time_seconds_bucket",
        "loadtest_arrivals_due_total",
        "process_cpu_seconds_total",
    ] {
        assert!(seen.contains(family), "{family}");
    }
}
