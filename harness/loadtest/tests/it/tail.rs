//! Which code the slow requests ran: an injected slow path is found in their band, and not in the usual one's.

use crate::browser;
use crate::canonical::profile;
use crate::tool::{Scratch, assert_ended, json, loadtest, turn};
use record::profile::Profile;
use record::tail::{BAND_LABEL, Band, ENDPOINT_LABEL, Metric};
use std::path::Path;

/// One request in a hundred takes 5 ms more, busily, in a function of its own.
const SLOW_PATH: &str = "engine::inject::delay_tail";

const PLAN: &str = r#"schema = 1
name = "info"
model = "closed"
[[scenario]]
name = "look"
[[scenario.step]]
name = "info"
request = { path = "/v1/info" }
"#;

#[test]
fn load_an_injected_slow_path_is_the_tail_and_not_the_median() {
    let _turn = turn();
    let scratch = Scratch::new("tail");
    let plan = scratch.write("plan.toml", PLAN);
    let dir = scratch.path("run");
    let target = format!(
        "exec '{}' serve-engine --listen 127.0.0.1:{{port}} --admin 127.0.0.1:{{admin_port}} --inject tail=1%:+5ms --allow-inject",
        env!("CARGO_BIN_EXE_loadtest")
    );
    let (plan, out) = (plan.to_str().unwrap(), dir.to_str().unwrap());
    let ran = loadtest(&[
        "run",
        "--plan",
        plan,
        "--target-cmd",
        &target,
        "--target-ready",
        "/healthz",
        "--users",
        "1",
        "-w",
        "1s",
        "-d",
        "8s",
        "--metrics-listen",
        "off",
        "-q",
        "--out",
        out,
    ]);
    assert_ended(ran.code, 0, &format!("{}{}", ran.stdout, ran.stderr));
    samples_carry_their_request(&dir);
    let tail = json(&dir.join("tail.json"));
    every_band_has_its_requests(&tail);
    // On a machine that is busy with something else everybody may be slow, and the run is invalid for it.
    if ran.code == Some(0) {
        the_slow_path_is_in_its_band(&dir);
        slow_requests_ran(&tail);
        for name in ["flame/cpu-gt_p99.svg", "flame/cpu-tail-grew.svg"] {
            let svg = std::fs::read_to_string(dir.join(name)).unwrap();
            assert!(svg.contains("delay_tail"), "{name}");
        }
    } else {
        shares_are_skipped();
    }
    let page = std::fs::read(dir.join("report.html")).unwrap();
    assert!(String::from_utf8_lossy(&page).contains(SLOW_PATH));
    browser::tail_is_alive(&dir.join("report.html"), "delay_tail");

    // From the record and the profiles alone the page is the same.
    let again = loadtest(&["report", out]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert!(std::fs::read(dir.join("report.html")).unwrap() == page);
}

#[expect(clippy::print_stderr, reason = "a skipped check must be seen")]
fn shares_are_skipped() {
    eprintln!(
        "SKIPPED: the shares of the bands, because this machine was busy with something else"
    );
}

/// CPU time of the slow path and of everything, in a band.
fn cost(cpu: &Profile, band: Band) -> (i64, i64) {
    let column = cpu.value_index("cpu").unwrap();
    let only = cpu.filtered(|sample| sample.label(BAND_LABEL) == Some(band.name()));
    let stacks = only.folded(column);
    let slow = stacks.iter().filter(|(stack, _)| stack.contains(SLOW_PATH));
    let slow = slow.map(|(_, value)| *value).sum();
    (slow, only.total(column))
}

fn the_slow_path_is_in_its_band(dir: &Path) {
    let cpu = profile(&dir.join(Metric::Cpu.file()));
    let ((slow, all), (usual_slow, usual)) = (cost(&cpu, Band::GtP99), cost(&cpu, Band::LeP50));
    assert!(
        all > 0 && slow * 100 >= all * 80,
        "{slow} of {all} ns above P99"
    );
    assert!(
        usual_slow * 100 <= usual * 5,
        "{usual_slow} of {usual} ns up to P50"
    );
}

fn samples_carry_their_request(dir: &Path) {
    let cpu = profile(&dir.join(Metric::Cpu.file()));
    let slow: i64 = Band::ALL.iter().map(|band| cost(&cpu, *band).0).sum();
    assert!(slow > 0, "the slow path ran");
    for band in [Band::Unmatched, Band::Untagged] {
        assert_eq!(cost(&cpu, band).0, 0, "{band:?}");
    }
    let labelled = cpu
        .samples()
        .iter()
        .filter(|sample| sample.label(BAND_LABEL) == Some("gt_p99"));
    for sample in labelled {
        assert_eq!(sample.label(ENDPOINT_LABEL), Some("look/info"));
        assert_eq!(sample.label("request"), None);
    }
    // The plain profile is of all requests and tells none apart.
    let plain = profile(&dir.join("cpu.pb.gz"));
    let column = cpu.value_index("cpu").unwrap();
    assert_eq!(plain.total(column), cpu.total(column));
    assert!(
        plain
            .samples()
            .iter()
            .all(|sample| sample.label("request").is_none())
    );
}

fn every_band_has_its_requests(tail: &serde_json::Value) {
    let requests = &tail["endpoints"][0]["requests"];
    let of = |band: &str| requests[band].as_u64().unwrap();
    let all: u64 = Band::ANSWERED.iter().map(|band| of(band.name())).sum();
    assert!(
        all > 100 && of("gt_p99") * 100 <= all && of("le_p50") * 2 >= all,
        "{tail}"
    );
    // The target knows nearly all of them.
    let ledger = &tail["ledger"];
    let slow = &ledger["bands"]["gt_p99"];
    assert!(
        slow["requests"].as_u64().unwrap() * 10 >= of("gt_p99") * 9,
        "{tail}"
    );
}

// Nearly all of their time they ran; nobody waited for anything.
fn slow_requests_ran(tail: &serde_json::Value) {
    let sums = &tail["ledger"]["bands"]["gt_p99"]["sums_ns"];
    let sums = sums.as_object().unwrap();
    let whole: u64 = sums.values().map(|sum| sum.as_u64().unwrap()).sum();
    assert!(sums["running"].as_u64().unwrap() * 2 > whole, "{sums:?}");
}
