//! Stacks → the lines inferno reads: `a;b;c value` or `a;b;c first second`.
//!
//! Lines are in order **by frames**, last first. Ordered as text, `f::{closure}` would stand between `f` alone and `f;g`,
//! because `:` comes before `;`; inferno would then draw `f` as two boxes, each with a part of its cost.

use super::Stacks;

/// Lines of one profile; stacks without a positive value are left out.
pub(super) fn single(stacks: &Stacks) -> Vec<String> {
    let lines = stacks
        .iter()
        .filter(|(_, value)| **value > 0)
        .map(|(stack, value)| (clean(stack), value.to_string()));
    ordered(lines.collect())
}

/// Lines of two profiles; a stack that one side lacks counts as zero there. Empty if the second, which gives the
/// widths, has nothing.
pub(super) fn pair(first: &Stacks, second: &Stacks) -> Vec<String> {
    if second.values().all(|value| *value <= 0) {
        return Vec::new();
    }
    let value = |side: &Stacks, stack: &String| side.get(stack).copied().unwrap_or(0).max(0);
    let line = |stack: &String| {
        (
            clean(stack),
            format!("{} {}", value(first, stack), value(second, stack)),
        )
    };
    let only_second = second.keys().filter(|stack| !first.contains_key(*stack));
    ordered(first.keys().chain(only_second).map(line).collect())
}

fn ordered(mut lines: Vec<(String, String)>) -> Vec<String> {
    lines.sort_by(|(a, _), (b, _)| b.split(';').cmp(a.split(';')));
    lines
        .into_iter()
        .map(|(stack, values)| format!("{stack} {values}"))
        .collect()
}

/// A stack that inferno cannot misread: no control characters (XML forbids them), no empty text, no comment sign at the
/// start and no number after the last space, which would pass for a second column.
fn clean(stack: &str) -> String {
    let mut stack = printable(stack);
    if stack.trim().is_empty() {
        return "(unnamed)".to_owned();
    }
    if stack.starts_with("# ") {
        stack.replace_range(1..2, "\u{a0}");
    }
    if let Some(at) = stack.rfind(' ')
        && stack[at + 1..]
            .bytes()
            .all(|b| b.is_ascii_digit() || b == b'.')
    {
        stack.replace_range(at..=at, "\u{a0}");
    }
    stack
}

/// `text` with every character that XML forbids replaced.
pub(super) fn printable(text: &str) -> String {
    let replace = |c: char| {
        if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') {
            '\u{fffd}'
        } else {
            c
        }
    };
    text.chars().map(replace).collect()
}
