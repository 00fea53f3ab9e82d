//! Words that must not be written: an ambiguous one, promises, corrections that invent samples, the wrong client.

use crate::finding::{Finding, judge, lines};
use crate::source::{Source, lines_with};
use crate::tree::{Text, sources, texts};

/// Means response time to some and service time to others; see the vocabulary in ARCHITECTURE.md.
const AMBIGUOUS: &str = "latency";
/// What people can read or run; prose for maintainers may explain the ban.
const WRITTEN: [&str; 7] = ["rs", "toml", "css", "js", "html", "sh", "json"];

/// Lines that may hold the word: `(file, part of the line, reason)`.
const QUOTED: &[(&str, &str, &str)] = &[
    (
        "harness/record/src/catalog/tests.rs",
        "!family.name.contains",
        "asserts that no metric has it",
    ),
    (
        "dashboards/tests/it/files.rs",
        "!text.to_lowercase().contains",
        "asserts that no export has it",
    ),
    (
        "dashboards/tests/it/lint/frame.rs",
        "!words.contains",
        "asserts that no board has it",
    ),
    (
        "dashboards/tests/it/lint/fixtures.rs",
        "\"/title\"",
        "shows that the board's rule finds it",
    ),
    (
        "harness/driver/src/awake.rs",
        "/dev/cpu_dma_",
        "the kernel calls its file so",
    ),
];

/// Everything in this crate speaks about the words that it bans.
fn is_tidy(path: &str) -> bool {
    path.starts_with("harness/tidy/")
}

fn ambiguous(file: &Text) -> Vec<Finding> {
    if is_tidy(&file.path) {
        return Vec::new();
    }
    let quoted = |line: &str| {
        QUOTED
            .iter()
            .any(|(path, part, _)| *path == file.path && line.contains(part))
    };
    let numbered = (1..).zip(file.text.lines());
    let holding =
        numbered.filter(|(_, line)| line.to_lowercase().contains(AMBIGUOUS) && !quoted(line));
    let reason = "the word means two things: say response time (done - intended) or service time (done - sent)";
    holding
        .map(|(number, _)| Finding::new(&file.path, number, reason))
        .collect()
}

/// `(what, why)` for the words banned in every Rust file.
const BANNED: [(&str, &str); 5] = [
    (
        "TODO",
        "a promise in the code is kept by nobody: open an issue",
    ),
    (
        "FIXME",
        "a promise in the code is kept by nobody: open an issue",
    ),
    ("todo!", "unfinished code is not committed"),
    (
        "record_correct",
        "invents samples; an intended start makes the correction unnecessary",
    ),
    (
        "add_correct",
        "invents samples; an intended start makes the correction unnecessary",
    ),
];

/// In comments too: a promise there is no better. The last two are prefixes of several functions.
fn banned(source: &Source) -> Vec<Finding> {
    if is_tidy(&source.path) {
        return Vec::new();
    }
    let numbered: Vec<_> = (1..).zip(source.text.lines()).collect();
    let of = |(word, why): &(&str, &str)| {
        let reason = format!("{word}: {why}");
        let holding = numbered.iter().filter(|(_, line)| line.contains(word));
        holding
            .map(|(number, _)| Finding::new(&source.path, *number, reason.clone()))
            .collect::<Vec<_>>()
    };
    BANNED.iter().flat_map(of).collect()
}

/// Request methods of a Goose user: they measure from after the throttle to the response's headers.
const GOOSE_METHODS: [&str; 11] = [
    "get",
    "get_named",
    "post",
    "post_form",
    "post_json",
    "post_graphql",
    "post_graphql_named",
    "head",
    "delete",
    "get_request_builder",
    "request",
];

fn goose_requests(source: &Source) -> Vec<Finding> {
    if source.krate() != "scenarios" {
        return Vec::new();
    }
    let reason = "a Goose user's own request stops its clock at the headers and has no intended start: use the driver's session";
    let calls = GOOSE_METHODS.map(|method| format!("user.{method}("));
    let found = calls.iter().flat_map(|call| lines_with(&source.code, call));
    found
        .map(|line| Finding::new(&source.path, line, reason))
        .collect()
}

#[test]
fn nobody_says_the_ambiguous_word() {
    judge(texts(&WRITTEN).iter().flat_map(ambiguous));
}

#[test]
fn no_promises_and_no_invented_samples() {
    judge(sources().iter().flat_map(banned));
}

#[test]
fn scenarios_use_the_measured_client() {
    judge(sources().iter().flat_map(goose_requests));
}

#[test]
fn every_exception_is_still_needed() {
    let files = texts(&WRITTEN);
    for (path, part, reason) in QUOTED {
        let file = files.iter().find(|file| file.path == *path);
        let file = file.unwrap_or_else(|| panic!("{path} is gone: drop its exception ({reason})"));
        let mut lines = file.text.lines();
        let needed =
            lines.any(|line| line.contains(part) && line.to_lowercase().contains(AMBIGUOUS));
        assert!(needed, "{path} needs no exception for {part:?} ({reason})");
    }
}

fn snippet(path: &str, text: &str) -> Text {
    let (path, text) = (path.to_owned(), text.to_owned());
    Text { path, text }
}

#[test]
fn the_ambiguous_word_is_found_in_any_case() {
    let text = "ok\nLATENCY_NS = 1\n// the latencies... Latency\n";
    assert_eq!(lines(ambiguous(&snippet("plans/a.toml", text))), [2, 3]);
    let path = "harness/record/src/catalog/tests.rs";
    assert_eq!(
        lines(ambiguous(&snippet(
            path,
            "!family.name.contains(\"latency\")"
        ))),
        []
    );
    assert_eq!(lines(ambiguous(&snippet(path, "latency"))), [1]);
}

#[test]
fn banned_words_are_found_in_code_and_comments() {
    for (word, _) in BANNED {
        let source = Source::new("engine/src/a.rs", &format!("//! x\n// {word} y\n"));
        assert_eq!(lines(banned(&source)), [2], "{word}");
    }
    let source = Source::new(
        "engine/src/a.rs",
        "h.record_correct_n(1);\nh.add_correct(g);\n",
    );
    assert_eq!(lines(banned(&source)), [1, 2]);
}

#[test]
fn a_goose_request_is_found_in_scenarios_only() {
    for method in GOOSE_METHODS {
        let code = format!("//! user.get(x)\nuser.{method}(\"/\");\nsuper_user.{method}(1);\n");
        assert_eq!(
            lines(goose_requests(&Source::new("scenarios/src/a.rs", &code))),
            [2],
            "{method}"
        );
        assert_eq!(
            lines(goose_requests(&Source::new(
                "harness/driver/src/a.rs",
                &code
            ))),
            []
        );
    }
}
