//! The target of known behaviour as a process: this test program again, with nothing to do but that.

use driver::yardstick::{Behaviour, Yardstick, serve_as_child};
use std::process::Command;

/// Says which behaviour the child has; without it the child's test has nothing to do.
const BEHAVIOUR: &str = "YARDSTICK";

pub fn start(behaviour: Behaviour) -> Yardstick {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([
        "--exact",
        "credibility::target::serves_the_other_tests",
        "--nocapture",
    ]);
    command.env(BEHAVIOUR, behaviour.text());
    Yardstick::start(command).unwrap()
}

#[test]
fn serves_the_other_tests() {
    if let Ok(behaviour) = std::env::var(BEHAVIOUR) {
        serve_as_child(Behaviour::parse(&behaviour).unwrap()).unwrap();
    }
}

#[test]
fn load_a_target_that_nobody_asks_did_nothing() {
    let facts = start(Behaviour::Constant(std::time::Duration::ZERO)).finish();
    assert_eq!(facts.unwrap().answered, 0);
}
