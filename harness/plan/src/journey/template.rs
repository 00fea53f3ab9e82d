//! Templates as text: `${name}`, `${feeder.column}`, `${random(1,100)}`; `$$` is a dollar sign.

use super::{Part, Template};
use std::fmt::{self, Write as _};

/// Names with a meaning of their own, which no variable and no feeder can have.
pub const RESERVED: [&str; 5] = ["arrival", "user", "run", "uuid", "random"];

/// True for what a variable or a feeder may be called: a letter or `_`, then letters, digits, `_` and `-`, 64 at most.
pub fn is_name(text: &str) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let first = |c: char| c.is_ascii_alphabetic() || c == '_';
    text.starts_with(first) && text.chars().all(inside) && text.len() <= 64
}

impl Template {
    /// Reads a template. What is wrong is said without a place.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut template = Self::default();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            template.push_text(&rest[..at]);
            let after = &rest[at + 1..];
            rest = if let Some(hole) = after.strip_prefix('{') {
                let open = || {
                    format!(
                        "\"${{{}\" is not closed; write }} after the name, or $$ for a dollar sign",
                        short(hole)
                    )
                };
                let (inside, behind) = hole.split_once('}').ok_or_else(open)?;
                template.parts.push(part(inside.trim())?);
                behind
            } else {
                template.push_text("$");
                after.strip_prefix('$').unwrap_or(after)
            };
        }
        template.push_text(rest);
        Ok(template)
    }

    fn push_text(&mut self, text: &str) {
        match self.parts.last_mut() {
            _ if text.is_empty() => {}
            Some(Part::Text(before)) => before.push_str(text),
            _ => self.parts.push(Part::Text(text.to_owned())),
        }
    }
}

fn short(text: &str) -> String {
    text.chars().take(20).collect()
}

fn part(inside: &str) -> Result<Part, String> {
    match inside {
        "arrival" => return Ok(Part::Arrival),
        "user" => return Ok(Part::User),
        "run" => return Ok(Part::Run),
        "uuid" => return Ok(Part::Uuid),
        _ => {}
    }
    if let Some(bounds) = inside.strip_prefix("random(") {
        return random(inside, bounds);
    }
    let (name, column) = match inside.split_once('.') {
        Some((name, column)) => (name, Some(column)),
        None => (inside, None),
    };
    if !is_name(name) || column == Some("") || RESERVED.contains(&name) {
        return Err(format!(
            "\"${{{inside}}}\" names nothing; write ${{variable}}, ${{feeder.column}}, ${{arrival}}, ${{user}}, ${{run}}, ${{uuid}} or ${{random(1,100)}}"
        ));
    }
    Ok(match column {
        None => Part::Variable(name.to_owned()),
        Some(column) => Part::Column {
            feeder: name.to_owned(),
            column: column.to_owned(),
        },
    })
}

fn random(inside: &str, bounds: &str) -> Result<Part, String> {
    let numbers = bounds.strip_suffix(')').and_then(|both| {
        let (from, to) = both.split_once(',')?;
        Some((from.trim().parse().ok()?, to.trim().parse().ok()?))
    });
    match numbers {
        Some((from, to)) if from <= to => Ok(Part::Random { from, to }),
        _ => Err(format!(
            "\"${{{inside}}}\" is not a range; write ${{random(1,100)}}, the lesser number first"
        )),
    }
}

/// As [`Template::parse`] reads it.
impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.parts {
            match part {
                Part::Text(text) => escaped(text, f)?,
                Part::Variable(name) => write!(f, "${{{name}}}")?,
                Part::Column { feeder, column } => write!(f, "${{{feeder}.{column}}}")?,
                Part::Arrival => f.write_str("${arrival}")?,
                Part::User => f.write_str("${user}")?,
                Part::Run => f.write_str("${run}")?,
                Part::Uuid => f.write_str("${uuid}")?,
                Part::Random { from, to } => write!(f, "${{random({from},{to})}}")?,
            }
        }
        Ok(())
    }
}

// A dollar sign is doubled where it would be read as something else; at the end too, because a hole may follow.
fn escaped(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        f.write_char(letter)?;
        if letter == '$' && matches!(letters.peek(), None | Some('$' | '{')) {
            f.write_char('$')?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
