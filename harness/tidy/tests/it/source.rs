//! One Rust file, with its code told apart from comments, strings and tests.
//!
//! This is no parser: it blanks what is not code and keeps every line where it was, so that a search in the rest finds code.

mod mask;

use mask::{closing, mask, without_tests};

/// A Rust file in three readings.
#[derive(Debug, Clone)]
pub struct Source {
    /// Relative to the workspace.
    pub path: String,
    /// What is written.
    pub text: String,
    /// Comments and literals blanked.
    pub code: String,
    /// The items under `#[cfg(test)]` blanked as well.
    pub shipped: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        let code = mask(text);
        let shipped = without_tests(&code);
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            code,
            shipped,
        }
    }

    /// The folder that holds `src` or `tests`: the name of the crate.
    pub fn krate(&self) -> &str {
        let parts: Vec<_> = self.path.split('/').collect();
        let at = parts
            .iter()
            .position(|part| ["src", "tests", "benches", "examples"].contains(part));
        at.and_then(|at| parts.get(at.checked_sub(1)?))
            .copied()
            .unwrap_or_default()
    }

    /// Whether the whole file is a test.
    pub fn is_test(&self) -> bool {
        let mut parts = self.path.split('/');
        parts.any(|part| part == "tests" || part == "tests.rs" || part == "benches")
    }

    /// The names of the modules around a byte of the shipped code: those of the path, then the inline ones.
    pub fn modules_around(&self, at: usize) -> Vec<&str> {
        let path = self
            .path
            .split('/')
            .map(|part| part.trim_end_matches(".rs"));
        path.chain(inline_modules(&self.shipped, at)).collect()
    }
}

fn inline_modules(code: &str, at: usize) -> Vec<&str> {
    let around = |start: usize| {
        let (name, _) = code[start + 4..].split_once('{')?;
        let name = name.trim();
        let open = start + code[start..].find('{')?;
        let plain = name.chars().all(is_word);
        (plain && (open..closing(code, open)).contains(&at)).then_some(name)
    };
    offsets(code, "mod ").filter_map(around).collect()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Where `token` stands by itself and not inside a longer word.
pub fn offsets<'a>(code: &'a str, token: &'a str) -> impl Iterator<Item = usize> + 'a {
    let begins = token.starts_with(is_word);
    let ends = token.ends_with(is_word);
    let alone = move |at: usize| {
        let before = code[..at].chars().next_back().is_some_and(is_word);
        let after = code[at + token.len()..].starts_with(is_word);
        !(begins && before || ends && after)
    };
    code.match_indices(token)
        .map(|(at, _)| at)
        .filter(move |at| alone(*at))
}

/// The line of a byte, from 1.
pub fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// The lines where `token` stands by itself.
pub fn lines_with(code: &str, token: &str) -> Vec<usize> {
    offsets(code, token).map(|at| line_of(code, at)).collect()
}

/// What `use root::{…}` brings in, as `root::name` with the line of the `use`.
pub fn grouped_imports(code: &str, root: &str) -> Vec<(usize, String)> {
    let group = format!("{root}::{{");
    let starts: Vec<_> = offsets(code, &group).collect();
    let names = |at: usize| {
        let open = at + group.len() - 1;
        let inside = &code[open + 1..closing(code, open)];
        let line = line_of(code, at);
        top_level(inside)
            .into_iter()
            .map(move |name| (line, format!("{root}::{name}")))
    };
    starts.into_iter().flat_map(names).collect()
}

/// The first words of a comma-separated list, not looking into its own groups.
fn top_level(list: &str) -> Vec<String> {
    let mut depth = 0_i32;
    let parts = list.split(|c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    let first = |part: &str| {
        part.trim()
            .chars()
            .take_while(|c| is_word(*c))
            .collect::<String>()
    };
    parts.map(first).filter(|name| !name.is_empty()).collect()
}

#[test]
fn the_crate_and_the_tests_are_told_by_the_path() {
    let source = |path| Source::new(path, "");
    assert_eq!(source("harness/plan/src/a/b.rs").krate(), "plan");
    assert_eq!(source("engine/tests/it/main.rs").krate(), "engine");
    assert!(source("engine/tests/it/main.rs").is_test());
    assert!(source("engine/src/ledger/tests.rs").is_test());
    assert!(!source("engine/src/ledger.rs").is_test());
}

#[test]
fn a_token_stands_by_itself() {
    let code = "unsafe_code unsafe {}\nmy_unsafe unsafe";
    assert_eq!(lines_with(code, "unsafe"), [1, 2]);
}

#[test]
fn groups_are_read_at_their_top_level() {
    let found = grouped_imports(
        "use core::x;\nuse std::{io::{self, fs}, env, fs as files};",
        "std",
    );
    let names: Vec<_> = found
        .iter()
        .map(|(line, name)| (*line, name.as_str()))
        .collect();
    assert_eq!(names, [(2, "std::io"), (2, "std::env"), (2, "std::fs")]);
}

#[test]
fn inline_modules_are_around_what_they_hold() {
    let source = Source::new("a/src/b.rs", "mod wire { struct A; } struct B;");
    let around = |what| source.modules_around(source.shipped.find(what).expect("it is there"));
    assert_eq!(around("struct A"), ["a", "src", "b", "wire"]);
    assert_eq!(around("struct B"), ["a", "src", "b"]);
}
