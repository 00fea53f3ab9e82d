//! `/debug/pprof/symbol`: addresses → names, in the form that `pprof` asks for.

use std::fmt::Write as _;

use record::profile::Builder;

use crate::symbol::Symbols;

/// Most addresses of one question.
const MOST: usize = 10_000;

/// Answers addresses that are joined by `+`. What is no number or has no symbol is left out, as in Go.
pub(super) fn answer(question: &str) -> String {
    // A count other than 0 says only that there are symbols.
    let mut out = "num_symbols: 1\n".to_owned();
    let symbols = Symbols::new(&mut Builder::default());
    for address in question.split('+').take(MOST).filter_map(number) {
        // Symbols are asked for by return address, one byte behind the instruction.
        let found = symbols.resolve(address.saturating_add(1));
        if let Some(symbol) = found.first() {
            let _ = writeln!(out, "{address:#x} {}", symbol.name);
        }
    }
    out
}

/// A number with the prefix of its base, as Go's `ParseUint` with base 0.
fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    let prefixed = |base: u32, prefixes: [&str; 2]| {
        let digits = prefixes.iter().find_map(|prefix| text.strip_prefix(prefix));
        digits.map(|digits| u64::from_str_radix(digits, base).ok())
    };
    let by_prefix = prefixed(16, ["0x", "0X"])
        .or_else(|| prefixed(8, ["0o", "0O"]))
        .or_else(|| prefixed(2, ["0b", "0B"]));
    match by_prefix {
        Some(number) => number,
        None if text.len() > 1 && text.starts_with('0') => u64::from_str_radix(text, 8).ok(),
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_is_in_the_prefix() {
        for (text, value) in [
            ("0x10", Some(16)),
            ("0X1f", Some(31)),
            ("010", Some(8)),
            ("0b11", Some(3)),
            ("12", Some(12)),
            ("0", Some(0)),
            ("-1", None),
            ("", None),
            ("0xfffffffffffffffff", None),
        ] {
            assert_eq!(number(text), value, "{text}");
        }
    }

    #[test]
    fn a_function_is_named_and_nonsense_is_left_out() {
        let address = answer as fn(&str) -> String as usize;
        let text = answer(&format!("{address:#x}+nonsense+16"));
        let expected = format!("num_symbols: 1\n{address:#x} probe::admin::symbol::answer\n");
        assert_eq!(text, expected);
    }
}
