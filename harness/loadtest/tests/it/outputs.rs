//! The forms of a finished run's result, from its folder: what `loadtest report` prints and writes.

use crate::tool::{Ran, Scratch, loadtest, promtool};
use record::hlog;
use record::run::RunRecord;
use record::specimen;
use std::path::Path;
use std::time::Duration;

fn usual() -> RunRecord {
    let times: Vec<u64> = (1..=2000).map(|n| 400_000 + n * 1_500).collect();
    specimen::record(&times)
}

/// A run folder with a record and a log of one line.
fn run_folder(scratch: &Scratch, record: &RunRecord) -> String {
    let folder = scratch.path("run");
    std::fs::create_dir_all(&folder).unwrap();
    scratch.write("run/record.json", &record::wire::to_json(record));
    let head = hlog::header(&record.run_id, record.started_unix);
    let second = Duration::from_secs(1);
    let line = hlog::line(
        "transfer/transfer:response_time:steady:ok",
        second,
        second,
        &record.steps[0].ok.response,
    );
    scratch.write("run/times.hlog", &(head + &line));
    folder.to_str().unwrap().to_owned()
}

fn report(folder: &str, more: &[&str]) -> Ran {
    let ran = loadtest(&[&["report", folder], more].concat());
    assert_eq!(ran.code, Some(0), "{more:?}: {}", ran.stderr);
    ran
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_form_is_printed() {
    let scratch = Scratch::new("forms");
    let folder = run_folder(&scratch, &usual());
    for (form, start, part) in [
        ("text", "PASS ", "p99 < 20ms"),
        (
            "json",
            "{\"schema\":\"loadtest.summary/v1\"",
            "\"verdict\":\"pass\"",
        ),
        ("markdown", "## PASS: specimen\n", "| response time |"),
        ("junit", "<?xml version=\"1.0\"", "name=\"p99 &lt; 20ms\""),
        ("csv", "run_id,phase,", ",response_time_p99_ns,"),
        (
            "jsonl",
            "{\"schema\":\"loadtest.window/v1\"",
            "\"backlog\":0",
        ),
        (
            "openmetrics",
            "# TYPE loadtest_",
            "loadtest_response_time_seconds_bucket{",
        ),
    ] {
        let printed = report(&folder, &["-o", form]).stdout;
        assert!(printed.starts_with(start), "{form}: {printed}");
        assert!(printed.contains(part), "{form} lacks {part}: {printed}");
        assert!(printed.ends_with('\n'), "{form}");
    }
}

#[test]
fn files_are_written_by_their_names_and_are_what_is_printed() {
    let scratch = Scratch::new("reports");
    let folder = run_folder(&scratch, &usual());
    let forms = [
        ("x.txt", "text"),
        ("x.json", "json"),
        ("x.md", "markdown"),
        ("x.xml", "junit"),
        ("x.csv", "csv"),
        ("x.jsonl", "jsonl"),
        ("x.ndjson", "jsonl"),
        ("x.om", "openmetrics"),
        ("x.openmetrics", "openmetrics"),
    ];
    let copies = [("x.html", "report.html"), ("x.hlog", "times.hlog")];
    let names = forms.map(|(name, _)| name).into_iter();
    let paths: Vec<String> = names
        .chain(copies.map(|(name, _)| name))
        .map(|name| scratch.path(name).to_str().unwrap().to_owned())
        .collect();
    let flags: Vec<&str> = paths
        .iter()
        .flat_map(|path| ["--report", path.as_str()])
        .collect();
    let printed = report(&folder, &[&flags[..], &["-o", "junit"]].concat());
    assert!(printed.stdout.contains("<testsuites"), "{}", printed.stdout);
    for (name, form) in forms {
        let expected = report(&folder, &["-o", form]).stdout;
        assert_eq!(read(&scratch.path(name)), expected, "{name}");
    }
    for (name, original) in copies {
        let original = read(&Path::new(&folder).join(original));
        assert_eq!(read(&scratch.path(name)), original, "{name}");
    }
    let left = std::fs::read_dir(scratch.path(".")).unwrap();
    assert_eq!(left.count(), paths.len() + 1, "nothing temporary stays");
}

#[test]
fn the_run_folder_has_tables_and_summaries_without_being_asked() {
    let scratch = Scratch::new("folder");
    let record = usual();
    let folder = run_folder(&scratch, &record);
    report(&folder, &[]);
    let file = |name: &str| read(&Path::new(&folder).join(name));
    assert_eq!(
        file("windows.csv").lines().count(),
        record.windows.len() + 1
    );
    assert_eq!(file("steps.csv").lines().count(), record.steps.len() + 1);
    assert!(file("junit.xml").contains("failures=\"0\""));
    assert!(file("summary.md").starts_with("## PASS"));
    assert!(file("summary.txt").starts_with("PASS"));
    assert!(file("report.html").contains("href=\"windows.csv\""));
}

#[test]
fn percentiles_are_shown_and_written() {
    let scratch = Scratch::new("percentiles");
    let folder = run_folder(&scratch, &usual());
    let path = scratch.path("x.json");
    let more = [
        "--percentiles",
        "75,99.99",
        "--report",
        path.to_str().unwrap(),
    ];
    let printed = report(&folder, &more).stdout;
    let heading = printed.lines().find(|line| line.contains("count")).unwrap();
    let columns: Vec<&str> = heading.split_whitespace().collect();
    assert_eq!(columns, ["p75", "p99.99", "max", "count"]);
    let summary: serde_json::Value = serde_json::from_str(&read(&path)).unwrap();
    for key in ["p50", "p75", "p99_9", "p99_99"] {
        assert!(summary["response_time_ns"][key].is_u64(), "{key}");
    }
}

#[test]
fn a_broken_threshold_is_red_in_junit_and_the_report_still_exits_with_0() {
    let scratch = Scratch::new("red");
    let mut record = usual();
    record.plan.thresholds[0].limit = 1e6;
    let folder = run_folder(&scratch, &record);
    let printed = report(&folder, &["-o", "junit"]).stdout;
    assert!(printed.contains("<failure type=\"threshold\""), "{printed}");
}

#[test]
fn what_cannot_be_written_is_said_first() {
    let scratch = Scratch::new("refused");
    let folder = run_folder(&scratch, &usual());
    let nowhere = scratch.path("nowhere/x.csv");
    let kept = scratch.write("kept.csv", "mine");
    for (command, arguments, parts) in [
        ("report", ["--report", "x.pdf"], ["x.pdf", ".csv .jsonl"]),
        ("run", ["--report", "x"], ["\"x\"", ".csv .jsonl"]),
        (
            "report",
            ["--percentiles", "50,101"],
            ["\"101\"", "50,90,99,99.9"],
        ),
        (
            "report",
            ["--report", nowhere.to_str().unwrap()],
            ["nowhere/x.csv", "hint: "],
        ),
    ] {
        let target: &[&str] = if command == "report" { &[&folder] } else { &[] };
        let flags = ["--report", kept.to_str().unwrap()];
        let ran = loadtest(&[&[command], target, &flags, &arguments].concat());
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        for part in parts {
            assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
        }
    }
    assert_eq!(read(&kept), "mine");
    assert!(!Path::new(&folder).join("summary.txt").exists());
}

#[test]
fn a_log_that_is_not_there_is_an_error_after_the_rest_was_written() {
    let scratch = Scratch::new("no-log");
    let folder = run_folder(&scratch, &usual());
    std::fs::remove_file(Path::new(&folder).join("times.hlog")).unwrap();
    let path = scratch.path("x.hlog");
    let ran = loadtest(&["report", &folder, "--report", path.to_str().unwrap()]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stderr.contains("times.hlog cannot be read"),
        "{}",
        ran.stderr
    );
    assert!(Path::new(&folder).join("report.html").exists() && !path.exists());
}

#[test]
fn prometheus_reads_the_openmetrics_form() {
    let scratch = Scratch::new("openmetrics");
    let folder = run_folder(&scratch, &usual());
    let text = scratch.path("x.om");
    report(&folder, &["--report", text.to_str().unwrap()]);
    let blocks = scratch.path("blocks");
    std::fs::create_dir_all(&blocks).unwrap();
    let (text, blocks) = (text.to_str().unwrap(), blocks.to_str().unwrap());
    let arguments = ["tsdb", "create-blocks-from", "openmetrics", text, blocks];
    if let Some((succeeded, told)) = promtool(&arguments, b"") {
        assert!(succeeded, "{told}");
    }
}
