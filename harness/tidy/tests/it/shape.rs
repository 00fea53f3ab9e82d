//! The shape of a file: it opens with what it is for, and it is not too long.

use crate::finding::{Finding, judge, lines};
use crate::source::Source;
use crate::tree::sources;

const MOST_LINES: usize = 450;

fn opening(source: &Source) -> Option<Finding> {
    let file = source.path.rsplit('/').next();
    let exempt = file == Some("tests.rs") || source.path.split('/').any(|part| part == "generated");
    if exempt || source.text.starts_with("//!") {
        return None;
    }
    let reason = "the file does not open with `//!`: say first what it is for";
    Some(Finding::new(&source.path, 1, reason))
}

fn length(source: &Source) -> Option<Finding> {
    let count = source.text.lines().count();
    if source.is_test() || count <= MOST_LINES {
        return None;
    }
    let reason = format!("{count} lines, more than {MOST_LINES}: split by idea");
    Some(Finding::new(&source.path, MOST_LINES + 1, reason))
}

#[test]
fn every_file_opens_with_what_it_is_for() {
    judge(sources().iter().filter_map(opening));
}

#[test]
fn no_file_is_too_long() {
    judge(sources().iter().filter_map(length));
}

#[test]
fn a_file_without_an_opening_is_found() {
    let check = |path, text| lines(opening(&Source::new(path, text)));
    assert_eq!(check("a/src/b.rs", "// no\n"), [1]);
    assert_eq!(check("a/src/b.rs", ""), [1]);
    assert_eq!(check("a/tests/it/main.rs", "use x;\n"), [1]);
    assert_eq!(check("a/src/b.rs", "//! Yes.\n"), []);
    assert_eq!(check("a/src/b/tests.rs", "use x;\n"), []);
    assert_eq!(check("a/src/generated/x.rs", "use x;\n"), []);
}

#[test]
fn a_long_file_is_found_with_its_length() {
    let text = "\n".repeat(451);
    let found = length(&Source::new("a/src/b.rs", &text)).expect("451 lines are too many");
    assert!(found.reason.starts_with("451 lines"), "{found}");
    assert_eq!(length(&Source::new("a/src/b.rs", &text[1..])), None);
    assert_eq!(length(&Source::new("a/tests/it/main.rs", &text)), None);
}
