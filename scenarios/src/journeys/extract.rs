//! What is kept of an answer, made ready.

use super::answer::{Answer, text};
use super::check::expression;
use super::pointer::Pointer;
use super::values::Values;
use plan::journey;
use regex::bytes::Regex;

/// An extraction into a variable.
#[derive(Debug)]
pub(super) struct Extract {
    slot: usize,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Pointer(Pointer),
    Header(String),
    Pattern(Regex),
}

impl Extract {
    /// Makes an extraction into the variable in `slot` ready.
    pub(super) fn compile(place: &journey::Place, slot: usize) -> Result<Self, String> {
        let place = match place {
            journey::Place::Pointer(pointer) => Place::Pointer(Pointer::parse(pointer)?),
            journey::Place::Header(name) => Place::Header(name.clone()),
            journey::Place::Pattern(pattern) => {
                Place::Pattern(Regex::new(pattern).map_err(|e| expression(pattern, &e))?)
            }
        };
        Ok(Self { slot, place })
    }

    /// Keeps the value, and says whether it was there.
    pub(super) fn keep(&self, answer: &Answer<'_>, values: &mut Values) -> Kept {
        match self.find(answer, values) {
            Some(()) => Kept::Yes,
            None => Kept::Missing,
        }
    }

    fn find(&self, answer: &Answer<'_>, values: &mut Values) -> Option<()> {
        match &self.place {
            Place::Pointer(pointer) => {
                let value = pointer.find(answer.json()?)?;
                let slot = values.refill(self.slot);
                if let Some(string) = value.as_str() {
                    slot.push_str(string);
                } else {
                    text(value, slot);
                }
            }
            Place::Header(name) => {
                let value = answer.fields.first(name)?;
                values.refill(self.slot).push_str(value);
            }
            Place::Pattern(pattern) => {
                let found = capture(pattern, answer.body)?;
                values
                    .refill(self.slot)
                    .push_str(&String::from_utf8_lossy(found));
            }
        }
        Some(())
    }
}

/// Whether something that was to be kept was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    Yes,
    Missing,
}

// The first group that is part of the match, or the whole match of an expression without groups.
fn capture<'b>(pattern: &Regex, body: &'b [u8]) -> Option<&'b [u8]> {
    if pattern.captures_len() == 1 {
        return pattern.find(body).map(|found| found.as_bytes());
    }
    let groups = pattern.captures(body)?;
    groups.iter().skip(1).flatten().next().map(|m| m.as_bytes())
}

#[cfg(test)]
mod tests;
