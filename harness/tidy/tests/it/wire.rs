//! What is written down and read back stands in modules of its own; domain types do not derive serde.

use crate::finding::{Finding, judge, lines};
use crate::source::{Source, line_of, offsets};
use crate::tree::sources;

/// The modules that may speak a wire format.
const WIRE: [&str; 4] = ["wire", "parse", "json", "client"];

fn derives(source: &Source) -> Vec<Finding> {
    if source.is_test() {
        return Vec::new();
    }
    let code = &source.shipped;
    let serde = offsets(code, "derive(").filter(|at| {
        let list = code[*at..].split(')').next().unwrap_or_default();
        ["Serialize", "Deserialize"]
            .iter()
            .any(|name| offsets(list, name).next().is_some())
    });
    let outside = serde.filter(|at| {
        !source
            .modules_around(*at)
            .iter()
            .any(|name| WIRE.contains(name))
    });
    let reason = "serde derive outside a module named wire, parse, json or client: a domain type must not change a file format by accident";
    outside
        .map(|at| Finding::new(&source.path, line_of(code, at), reason))
        .collect()
}

#[test]
fn serde_stays_in_wire_modules() {
    judge(sources().iter().flat_map(derives));
}

#[test]
fn a_derive_outside_is_found() {
    let text = "#[derive(\n    Debug,\n    serde::Serialize,\n)]\nstruct A;\n#[derive(Deserialize)]\nstruct B;\n#[derive(Debug)]\nstruct C;\n";
    assert_eq!(
        lines(derives(&Source::new("engine/src/a.rs", text))),
        [1, 6]
    );
    assert_eq!(
        lines(derives(&Source::new("engine/src/json/a.rs", text))),
        []
    );
    assert_eq!(
        lines(derives(&Source::new("harness/plan/src/parse.rs", text))),
        []
    );
    assert_eq!(
        lines(derives(&Source::new("harness/plan/src/wired.rs", text))),
        [1, 6]
    );
}

#[test]
fn an_inline_module_counts() {
    let text = "mod wire { #[derive(Serialize)] struct A; }\n#[derive(Serialize)]\nstruct B;\n";
    assert_eq!(lines(derives(&Source::new("engine/src/a.rs", text))), [2]);
}
