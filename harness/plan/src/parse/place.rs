//! Where in a plan file a mistake is: file, line, column and key.

use crate::error::{Fault, PlanError, suggest};
use toml::de::{DeTable, DeValue};

/// A plan file, to name places in.
pub(super) struct Source<'a> {
    /// What the file is called.
    pub(super) name: &'a str,
    /// What it holds.
    pub(super) text: &'a str,
}

impl Source<'_> {
    /// What the TOML reader refused, with the nearest known word for an unknown one.
    pub(super) fn refused(&self, error: &toml::de::Error) -> PlanError {
        let what = with_hint(error.message());
        match error.span().map(|span| span.start) {
            Some(at) => match self.key_before(at) {
                Some(key) => PlanError::new(format!("{}: {key}", self.place(at)), what),
                None => PlanError::new(self.place(at), what),
            },
            None => PlanError::new(self.name, what),
        }
    }

    /// A mistake that was found after reading.
    pub(super) fn located(&self, fault: &Fault) -> PlanError {
        let place = match self.find(&fault.key) {
            Some(at) => self.place(at),
            None => self.name.to_owned(),
        };
        let called = &fault.error.place;
        PlanError::new(format!("{place}: {called}"), &fault.error.what)
    }

    fn place(&self, at: usize) -> String {
        let before = &self.text[..self.text.floor_char_boundary(at)];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        format!("{}:{line}:{column}", self.name)
    }

    // The key whose value starts at `at`; none if `at` is a key itself or the text is no `key = value`.
    fn key_before(&self, at: usize) -> Option<&str> {
        let before = &self.text[..self.text.floor_char_boundary(at)];
        let key = before.trim_end().strip_suffix('=')?.trim_end();
        let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let start = key.trim_end_matches(is_bare).len();
        (start < key.len()).then_some(&key[start..])
    }

    // Where the value of `path` starts, as in `scenario[0].weight`, or of what holds it, if it is not there itself. The text was read
    // once already, so it parses.
    fn find(&self, path: &str) -> Option<usize> {
        let document = DeTable::parse(self.text).ok()?;
        let mut at = None;
        let mut value = &DeValue::Table(document.into_inner());
        for part in path.split(['.', '[']) {
            let next = match part.strip_suffix(']') {
                Some(index) => index.parse().ok().and_then(|index: usize| value.get(index)),
                None => value.get(part),
            };
            let Some(next) = next else {
                return at;
            };
            at = Some(next.span().start);
            value = next.get_ref();
        }
        at
    }
}

// serde says: unknown field `x`, expected one of `a`, `b` (or: expected `a`).
fn with_hint(message: &str) -> String {
    let Some((what, expected)) = message.split_once(", expected ") else {
        return message.to_owned();
    };
    let known = quoted(expected);
    match quoted(what).first() {
        Some(given) if !known.is_empty() => {
            let what = what.replace("unknown field", "unknown key");
            format!("{what}; {}", suggest(given, &known))
        }
        _ => message.to_owned(),
    }
}

fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}
