//! What the README shows works as it stands there.

use crate::tool::{Scratch, loadtest};

#[test]
fn the_plan_in_the_readme_is_one() {
    let readme = include_str!("../../../../README.md");
    let plan = readme
        .split("```toml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    let scratch = Scratch::new("readme");
    let file = scratch.write("journey.toml", plan.unwrap());
    let checked = loadtest(&["plan", "check", file.to_str().unwrap()]);
    assert_eq!(checked.code, Some(0), "{}", checked.stderr);
    assert!(checked.stdout.contains("2 steps"), "{}", checked.stdout);
}

#[test]
fn init_writes_a_plan_that_can_be_checked_and_keeps_what_is_there() {
    let scratch = Scratch::new("init");
    let file = scratch.path("mine.toml");
    let name = file.to_str().unwrap();
    assert_eq!(loadtest(&["init", name]).code, Some(0));
    let checked = loadtest(&["plan", "check", name]);
    assert_eq!(checked.code, Some(0), "{}", checked.stderr);
    let again = loadtest(&["init", name]);
    assert_eq!(again.code, Some(2));
    assert!(
        again.stderr.contains("cannot be written"),
        "{}",
        again.stderr
    );
}
