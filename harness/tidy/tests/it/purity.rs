//! Pure crates do no I/O and read no clock, environment or unseeded randomness; `unsafe` stays in the probe.

use crate::finding::{Finding, judge, lines};
use crate::source::{Source, grouped_imports, lines_with};
use crate::tree::sources;

const PURE: [&str; 5] = ["record", "plan", "stats", "reports", "dashboards"];

/// Modules of `std` that reach outside the process.
const EFFECTS: [&str; 5] = [
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
];

/// What else reads the world.
const READINGS: [&str; 15] = [
    "SystemTime::now",
    "Instant::now",
    "thread::spawn",
    "thread::scope",
    "thread::sleep",
    "stdin()",
    "stdout()",
    "stderr()",
    "thread_rng",
    "rand::rng",
    "rand::random",
    "OsRng",
    "SysRng",
    "from_entropy",
    "from_os_rng",
];

/// What a pure crate does that it must not.
fn effects(source: &Source) -> Vec<Finding> {
    if !PURE.contains(&source.krate()) || source.is_test() {
        return Vec::new();
    }
    let code = &source.shipped;
    let found = |line, what: &str| {
        let krate = source.krate();
        let reason = format!(
            "{what} in {krate}, which is pure: same input, same output; take the value as an argument and leave the effect to driver or loadtest"
        );
        Finding::new(&source.path, line, reason)
    };
    let tokens = EFFECTS.iter().chain(&READINGS);
    let plain = tokens.flat_map(|token| {
        lines_with(code, token)
            .into_iter()
            .map(|line| found(line, token))
    });
    let grouped = grouped_imports(code, "std").into_iter();
    let grouped = grouped.filter(|(_, name)| EFFECTS.contains(&name.as_str()));
    plain
        .chain(grouped.map(|(line, name)| found(line, &name)))
        .collect()
}

/// `unsafe` outside the one crate that may need it.
fn unsafe_code(source: &Source) -> Vec<Finding> {
    if source.krate() == "probe" {
        return Vec::new();
    }
    let reason = "unsafe stands only in probe, where each block says why it is sound";
    let found = |line| Finding::new(&source.path, line, reason);
    lines_with(&source.code, "unsafe")
        .into_iter()
        .map(found)
        .collect()
}

#[test]
fn pure_crates_have_no_effects() {
    judge(sources().iter().flat_map(effects));
}

#[test]
fn unsafe_stays_in_the_probe() {
    judge(sources().iter().flat_map(unsafe_code));
}

#[test]
fn every_effect_is_found() {
    for token in EFFECTS.iter().chain(&READINGS) {
        let code = format!("//! x\nfn f() {{ {token}; }}\n");
        assert_eq!(
            lines(effects(&Source::new("harness/plan/src/a.rs", &code))),
            [2],
            "{token}"
        );
        assert_eq!(
            lines(effects(&Source::new("harness/driver/src/a.rs", &code))),
            [],
            "{token}"
        );
    }
}

#[test]
fn an_effect_in_a_group_is_found() {
    let source = Source::new(
        "reports/src/a.rs",
        "//! x\nuse std::{\n    fmt,\n    fs::File,\n};\n",
    );
    assert_eq!(lines(effects(&source)), [2]);
}

#[test]
fn tests_words_and_macros_are_no_effects() {
    let text = "// std::fs\nconst A: &str = \"std::env\";\nconst B: &str = env!(\"X\");\n#[cfg(test)]\nmod t { use std::fs; }\n";
    assert_eq!(effects(&Source::new("harness/stats/src/a.rs", text)), []);
    assert_eq!(
        effects(&Source::new(
            "harness/stats/tests/it/main.rs",
            "use std::fs;"
        )),
        []
    );
}

#[test]
fn unsafe_outside_the_probe_is_found() {
    let text = "#![deny(unsafe_code)]\nfn f() { unsafe { g() } }\n";
    assert_eq!(
        lines(unsafe_code(&Source::new("engine/src/a.rs", text))),
        [2]
    );
    assert_eq!(
        lines(unsafe_code(&Source::new("harness/probe/src/a.rs", text))),
        []
    );
}
