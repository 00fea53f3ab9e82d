//! Templates made ready: every name is a place, every constant is merged into the text around it, so that rendering copies and no more.
//!
//! # What is escaped
//!
//! - **Bodies** are not: `{"name":"${people.name}"}` gets the value as it is. A value that has to be quoted for JSON has to be so in the
//!   feeder; this way a value can also be a whole JSON document.
//! - **Paths**: what would end the request line or is not allowed in it (spaces, control characters, everything beyond ASCII) becomes
//!   `%XX`. Characters with a meaning (`/ ? & # %`) stay, so that a value can be a whole path.
//! - **Header values**: control characters other than tab become `%XX`.

use super::feeder::Feeder;
use super::moment::Moment;
use super::values::Values;
use plan::journey::{self, Part};
use std::fmt::Write as _;
use std::sync::Arc;

/// Where a rendered text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escape {
    /// A body, or a text to compare with: as it is.
    Nothing,
    /// Path and query.
    Path,
    /// The value of a header field.
    Field,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Slot(usize),
    Column { feeder: usize, column: usize },
    Arrival,
    User,
    Uuid,
    Random { from: i64, to: i64 },
}

/// A template made ready for one journey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template {
    pieces: Vec<Piece>,
    escape: Escape,
}

/// What a name means in a journey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A variable that a step extracts.
    Slot(usize),
    /// The same for the whole run.
    Constant(String),
}

/// What the names of a journey mean.
pub(super) trait Names {
    fn variable(&self, name: &str) -> Result<Meaning, String>;
    /// Places of the feeder among the journey's, and of the column in it.
    fn column(&mut self, feeder: &str, column: &str) -> Result<(usize, usize), String>;
    fn run(&self) -> &str;
}

/// Everything a text may depend on.
pub(super) struct Scene<'a> {
    pub(super) moment: Moment,
    pub(super) values: &'a Values,
    pub(super) feeders: &'a [Arc<Feeder>],
}

impl Template {
    /// Resolves every name of `template`.
    pub(super) fn compile(
        template: &journey::Template,
        escape: Escape,
        names: &mut impl Names,
    ) -> Result<Self, String> {
        let mut ready = Self {
            pieces: Vec::new(),
            escape,
        };
        for part in &template.parts {
            ready.push(resolve(part, names)?);
        }
        Ok(ready)
    }

    // Texts are escaped here, once, and merged with the text before.
    fn push(&mut self, piece: Piece) {
        let Piece::Text(mut text) = piece else {
            self.pieces.push(piece);
            return;
        };
        escape_from(&mut text, 0, self.escape);
        if let Some(Piece::Text(before)) = self.pieces.last_mut() {
            before.push_str(&text);
        } else {
            self.pieces.push(Piece::Text(text));
        }
    }

    /// Appends the text to `out`.
    pub(super) fn render(&self, scene: &Scene<'_>, out: &mut String) {
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                other => {
                    let from = out.len();
                    other.write(scene, out);
                    escape_from(out, from, self.escape);
                }
            }
        }
    }

    /// What the text begins with in every request, if that is the same in all.
    pub(super) fn first_char(&self) -> Option<char> {
        match self.pieces.first()? {
            Piece::Text(text) => text.trim_start().chars().next(),
            _ => None,
        }
    }
}

fn resolve(part: &Part, names: &mut impl Names) -> Result<Piece, String> {
    Ok(match part {
        Part::Text(text) => Piece::Text(text.clone()),
        Part::Variable(name) => match names.variable(name)? {
            Meaning::Slot(at) => Piece::Slot(at),
            Meaning::Constant(text) => Piece::Text(text),
        },
        Part::Column { feeder, column } => {
            let (feeder, column) = names.column(feeder, column)?;
            Piece::Column { feeder, column }
        }
        Part::Arrival => Piece::Arrival,
        Part::User => Piece::User,
        Part::Run => Piece::Text(names.run().to_owned()),
        Part::Uuid => Piece::Uuid,
        Part::Random { from, to } => Piece::Random {
            from: *from,
            to: *to,
        },
    })
}

impl Piece {
    fn write(&self, scene: &Scene<'_>, out: &mut String) {
        let moment = scene.moment;
        // Writing to a String cannot fail.
        let _ = match self {
            Self::Text(text) => out.write_str(text),
            Self::Slot(at) => out.write_str(scene.values.slot(*at)),
            Self::Column { feeder, column } => {
                let row = scene.values.row(*feeder);
                scene.feeders[*feeder].write(row, *column, out);
                Ok(())
            }
            Self::Arrival => write!(out, "{}", moment.arrival),
            Self::User => write!(out, "{}", moment.user),
            Self::Uuid => {
                moment.write_uuid(out);
                Ok(())
            }
            Self::Random { from, to } => write!(out, "{}", moment.random(*from, *to)),
        };
    }
}

impl Escape {
    fn refuses(self, byte: u8) -> bool {
        match self {
            Self::Nothing => false,
            Self::Path => !(0x21..0x7f).contains(&byte),
            Self::Field => (byte < 0x20 && byte != b'\t') || byte == 0x7f,
        }
    }
}

// Most texts need nothing: the allocation is for the few that do.
fn escape_from(out: &mut String, from: usize, escape: Escape) {
    if escape == Escape::Nothing || !out.as_bytes()[from..].iter().any(|&b| escape.refuses(b)) {
        return;
    }
    let raw = out.split_off(from);
    for letter in raw.chars() {
        let mut bytes = [0; 4];
        let encoded = letter.encode_utf8(&mut bytes);
        if encoded.bytes().any(|b| escape.refuses(b)) {
            for byte in encoded.bytes() {
                let _ = write!(out, "%{byte:02X}");
            }
        } else {
            out.push(letter);
        }
    }
}

#[cfg(test)]
mod tests;
