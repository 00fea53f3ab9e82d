//! Model, spacing and number of transactions by flags: what is refused, and that a run ends with the last of so many.

use crate::tool::{Engine, Scratch, json, loadtest, turn};

fn refused(arguments: &[&str], parts: &[&str]) {
    let ran = loadtest(&[&["run", "--dry-run"], arguments].concat());
    assert_eq!(ran.code, Some(2), "{arguments:?}: {}", ran.stdout);
    for part in parts {
        assert!(ran.stderr.contains(part), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn what_contradicts_itself_is_said_with_value_place_and_hint() {
    let needs_users = ["--model: closed needs users", "give --users N"];
    refused(&["--model", "closed"], &needs_users);
    refused(
        &["--model", "half"],
        &["\"half\" is not a model", "open, partly-open, closed"],
    );
    refused(
        &["--model", "closed", "-r", "5"],
        &["--model: closed does not go with --rate"],
    );
    refused(
        &["--arrivals", "weekly"],
        &["\"weekly\" is no spacing", "poisson or constant"],
    );
    refused(
        &["-u", "5", "--arrivals", "constant"],
        &["--arrivals: constant is about arrivals", "--rate"],
    );
    refused(&["-n", "0"], &["--iterations: 0 is not between 1 and"]);
    refused(&["-n", "many"], &["many"]);
    refused(
        &["-n", "9", "--stage", "5s:100"],
        &["--iterations: does not go with"],
    );
    refused(
        &["-n", "5", "-r", "1k", "--arrivals", "constant"],
        &["--iterations: 5 arrivals take 5ms", "100ms at least"],
    );
}

#[test]
fn the_plan_that_results_says_what_was_asked_for() {
    let flags = ["-n", "1k", "-r", "500", "--arrivals", "constant"];
    let ran = loadtest(&[&["run", "--dry-run", "--model", "open"], &flags[..]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    for part in [
        "constant, 500 arrivals/s for 2 s",
        "= 1 000 arrivals",
        "iterations = 1000",
        "arrivals = \"constant\"",
        "model = \"open\"",
    ] {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
}

#[test]
fn load_a_run_ends_with_the_last_of_so_many_in_both_models() {
    let _turn = turn();
    let engine = Engine::start();
    let url = format!("http://{}/v1/info", engine.listen);
    for (name, load) in [
        ("users", &["-u", "3", "-d", "5m"][..]),
        ("arrivals", &["-r", "2k", "-c", "64"]),
    ] {
        let scratch = Scratch::new(name);
        let dir = scratch.path("run");
        let common = ["run", "--target", &url, "-n", "700", "-w", "200ms", "-q"];
        let folder = ["--out", dir.to_str().unwrap(), "--metrics-listen", "off"];
        let ran = loadtest(&[&common, load, &folder].concat());
        // What the machine did in so short a time is not judged here.
        assert!(matches!(ran.code, Some(0 | 4)), "{name}: {}", ran.stderr);
        let record = json(&dir.join("record.json"));
        let arrivals = &record["arrivals"];
        assert_eq!(arrivals["scheduled"], 700, "{name}: {arrivals}");
        // The steady phase is as long as it was, and not as it might have been.
        let edge = |key: &str| record["steady"][key].as_u64().unwrap();
        let length = edge("end_ns") - edge("start_ns");
        assert!(length < 60_000_000_000, "{name}: {length}");
        assert_eq!(
            record["ending"]["how"], "completed",
            "{name}: {}",
            record["ending"]
        );
    }
}
