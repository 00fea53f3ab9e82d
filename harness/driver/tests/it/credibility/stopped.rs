//! The generator itself stands still: its record must say so, or everything else it says is worth nothing.

use super::trust::distrust;
use super::{MS, target};
use crate::offer::{Offer, offer};
use driver::yardstick::Behaviour;
use std::process::{Command, Stdio};
use std::time::Duration;

// Stops and continues this process: nobody inside of a stopped process could.
fn stop_this_process_in(wait: &str, length: &str) -> std::process::Child {
    let pid = std::process::id();
    let script = format!("sleep {wait}; kill -STOP {pid}; sleep {length}; kill -CONT {pid}");
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).stdin(Stdio::null());
    shell.spawn().unwrap()
}

#[test]
fn load_a_generator_that_stood_still_is_found_out_by_its_own_record() {
    let mut target = target::start(Behaviour::Constant(Duration::from_millis(1)));
    let load = Offer::open_to(&target, 200, 3);
    let mut shell = None;
    let measured = std::thread::scope(|scope| {
        let (target, shell) = (&mut target, &mut shell);
        scope.spawn(move || {
            target
                .wait_for_first_request(Duration::from_secs(30))
                .unwrap();
            *shell = Some(stop_this_process_in("2", "0.6"));
        });
        offer(&load)
    });
    if let Some(mut shell) = shell {
        assert!(shell.wait().unwrap().success());
    }
    let why = distrust(&measured).expect("0.6 s of 3 s were lost");
    assert!(why.contains("pacing delay"), "{why}");
    // Nothing is lost: what was due meanwhile was sent late, and its response time says how late.
    assert_eq!(measured.arrivals.succeeded, 600);
    let pacing = measured.delays.pacing.max_ns().unwrap();
    assert!(pacing >= 500 * MS, "{pacing}");
    assert!(measured.steps[0].ok.response.max_ns().unwrap() >= pacing);
    // The target saw nothing of it.
    let facts = target.finish().unwrap();
    assert!(facts.longest_gap_ns < 500 * MS, "{facts:?}");
}
