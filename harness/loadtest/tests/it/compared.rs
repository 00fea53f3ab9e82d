//! Runs held against each other: what is asserted, what may be compared at all, and that it is no verdict.

use crate::tool::{Ran, Scratch, loadtest};
use record::run::RunRecord;
use record::specimen;

fn made(run_id: &str, ns: u64) -> RunRecord {
    RunRecord {
        run_id: run_id.to_owned(),
        ..specimen::record(&vec![ns; 4_000])
    }
}

fn written(scratch: &Scratch, run: &RunRecord) -> String {
    let folder = scratch.path(&run.run_id);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("record.json"), record::wire::to_json(run)).unwrap();
    folder.to_str().unwrap().to_owned()
}

fn compare(scratch: &Scratch, runs: &[&RunRecord], more: &[&str]) -> Ran {
    let folders: Vec<String> = runs.iter().map(|run| written(scratch, run)).collect();
    let out = scratch.path("out");
    let mut arguments = vec!["compare"];
    arguments.extend(folders.iter().map(String::as_str));
    arguments.extend(["--out", out.to_str().unwrap()]);
    arguments.extend(more);
    loadtest(&arguments)
}

#[test]
fn an_assertion_is_about_the_candidate_and_decides_the_exit_code() {
    let scratch = Scratch::new("assert");
    let (a, b) = (made("a", 1_000_000), made("b", 2_000_000));
    let kept = compare(&scratch, &[&a, &b], &["--assert", "p99 < 5ms"]);
    assert_eq!(kept.code, Some(0), "{}", kept.stderr);
    assert!(
        kept.stdout.contains("assertion about b: p99 < 5ms holds: "),
        "{}",
        kept.stdout
    );
    let rules = ["--assert", "p99 < 5ms", "--assert", "p99<1500us"];
    let broken = compare(&scratch, &[&a, &b], &rules);
    assert_eq!(broken.code, Some(3), "{}", broken.stdout);
    assert!(
        broken.stdout.contains("p99<1500us does not hold: 2.00 ms")
            || broken.stdout.contains("p99<1500us does not hold: 2ms"),
        "{}",
        broken.stdout
    );
    let swapped = compare(&scratch, &[&b, &a], &["--assert", "p99<1500us"]);
    assert_eq!(swapped.code, Some(0), "{}", swapped.stdout);
    let three = compare(&scratch, &[&a, &a, &b], &["--assert", "p99<1500us"]);
    assert_eq!(three.code, Some(3), "{}", three.stdout);
}

#[test]
fn a_change_in_percent_is_no_assertion() {
    let scratch = Scratch::new("assert-percent");
    let run = made("a", 1_000_000);
    let ran = compare(&scratch, &[&run, &run], &["--assert", "p99<+5%"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stdout);
    assert!(ran.stderr.contains("loadtest gate"), "{}", ran.stderr);
}

#[test]
fn runs_of_different_load_are_compared_only_if_somebody_insists() {
    let scratch = Scratch::new("other-plan");
    let a = made("a", 1_000_000);
    let mut b = made("b", 1_000_000);
    b.plan.digest = "another".to_owned();
    b.provenance.cpu = "another processor".to_owned();
    let refused = compare(&scratch, &[&a, &b], &[]);
    assert_eq!(refused.code, Some(2), "{}", refused.stdout);
    assert!(
        refused.stderr.contains("different loads") && refused.stderr.contains("--force"),
        "{}",
        refused.stderr
    );
    let forced = compare(&scratch, &[&a, &b], &["--force"]);
    assert_eq!(forced.code, Some(0), "{}", forced.stderr);
    for part in [
        "differs: plan: ",
        "differs: processor: a processor and another processor",
    ] {
        assert!(forced.stdout.contains(part), "{}", forced.stdout);
    }
    let page = std::fs::read_to_string(scratch.path("out").join("compare.html")).unwrap();
    assert!(page.contains("do not differ in the target alone"));
}

#[test]
fn a_run_that_cannot_be_trusted_makes_the_comparison_invalid() {
    let scratch = Scratch::new("invalid-run");
    let a = made("a", 1_000_000);
    let mut b = made("b", 1_000_000);
    b.arrivals.scheduled += 1_000;
    let ran = compare(&scratch, &[&a, &b], &[]);
    assert_eq!(ran.code, Some(4), "{}", ran.stdout);
    assert!(ran.stderr.contains("run b is invalid"), "{}", ran.stderr);
}
