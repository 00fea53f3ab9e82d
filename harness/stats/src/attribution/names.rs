//! Names of functions, and what they say about where a function belongs.

/// What carries requests and does no work of its own: never named. How their names begin.
const PLUMBING: [&str; 10] = [
    "tokio::", "hyper", "tower", "axum::", "std::", "core::", "alloc::", "futures", "mio::", "(",
];
/// Where threads begin: everything is in them.
const ROOTS: [&str; 5] = ["main", "start", "start_thread", "clone", "clone3"];

/// A name without the hash of legacy mangling; `(no name)` for none.
pub fn plain_name(name: &str) -> &str {
    match name.rsplit_once("::h") {
        Some((path, hash)) if hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()) => {
            path
        }
        _ if name.is_empty() => "(no name)",
        _ => name,
    }
}

/// True for runtimes, servers, the standard libraries and the roots of threads: they carry what others ask of them.
pub fn is_plumbing(name: &str) -> bool {
    let of = subject(name);
    name.starts_with("__")
        || ROOTS.contains(&of)
        || PLUMBING.iter().any(|prefix| of.starts_with(prefix))
}

// What `<a::B as c::D>::e` is about: `a::B>::e`, without the brackets before it.
fn subject(name: &str) -> &str {
    name.trim_start_matches(['<', '&', '_'])
        .trim_start_matches("dyn ")
}

/// Module and type that a function's name belongs to: `a::b` and `a::b::C` of `<a::b::C<T> as d::E>::f::{{closure}}`.
pub(super) fn belongs(name: &str) -> (Option<String>, Option<String>) {
    let mut parts = segments(name);
    while parts.last().is_some_and(|part| part.starts_with('{')) {
        parts.pop();
    }
    parts.pop();
    let is_type = |part: &String| part.starts_with(|c: char| c.is_uppercase());
    let own_type = parts
        .iter()
        .position(is_type)
        .map(|at| parts[..=at].join("::"));
    let modules: Vec<String> = parts
        .into_iter()
        .take_while(|part| !is_type(part))
        .collect();
    let module = (!modules.is_empty()).then(|| modules.join("::"));
    (module, own_type)
}

// The path's parts without generic arguments; of `<A as B>::f`, those of A and then f.
fn segments(name: &str) -> Vec<String> {
    if let Some((of, rest)) = name.strip_prefix('<').and_then(qualified) {
        let mut parts = segments(of.split(" as ").next().unwrap_or(of));
        parts.extend(segments(rest));
        return parts;
    }
    let (mut depth, mut flat) = (0_i32, String::new());
    for c in name.chars() {
        match c {
            '<' | '(' | '[' => depth += 1,
            '>' | ')' | ']' => depth -= 1,
            c if depth == 0 => flat.push(c),
            _ => {}
        }
    }
    let parts = flat.split("::").map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

// What is inside the brackets that were just opened, and what comes after them.
fn qualified(inside: &str) -> Option<(&str, &str)> {
    let mut depth = 1_i32;
    let close = inside.char_indices().find(|(_, c)| {
        depth += i32::from(*c == '<') - i32::from(*c == '>');
        depth == 0
    });
    let (at, _) = close?;
    let rest = inside[at + 1..].strip_prefix("::")?;
    Some((&inside[..at], rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn module_and_type_are_read_from_a_name() {
        for (name, module, own_type) in [
            ("ledger::apply", Some("ledger"), None),
            (
                "engine::ledger::Ledger::apply",
                Some("engine::ledger"),
                Some("engine::ledger::Ledger"),
            ),
            (
                "<a::b::C<T> as d::E>::f::{{closure}}",
                Some("a::b"),
                Some("a::b::C"),
            ),
            ("a::Vec<x::Y>::push", Some("a"), Some("a::Vec")),
            ("memcpy", None, None),
            ("", None, None),
            ("<broken", None, None),
        ] {
            let expected = (module.map(str::to_owned), own_type.map(str::to_owned));
            assert_eq!(belongs(name), expected, "{name}");
        }
    }

    #[test]
    fn hashes_go_and_plumbing_is_known() {
        assert_eq!(plain_name("a::b::h0123456789abcdef"), "a::b");
        assert_eq!(plain_name("a::hello"), "a::hello");
        for plumbing in [
            "tokio::runtime::park",
            "<hyper::Body as x::Y>::poll",
            "main",
            "_start",
            "start_thread",
            "__libc_start_main",
            "__memmove_avx_unaligned_erms",
            "std::thread::spawn",
        ] {
            assert!(is_plumbing(plumbing), "{plumbing}");
        }
        for own in [
            "ledger::apply",
            "mainframe::run",
            "start_thread_pool",
            "clone::of",
            "<ledger::Book as x::Y>::poll",
        ] {
            assert!(!is_plumbing(own), "{own}");
        }
    }
}
