//! Cookies of one visit: as much of RFC 6265 as a session at one target needs.
//!
//! `name=value` of each `Set-Cookie` field is kept and sent back with every later request of the visit. `Max-Age` of 0 or less removes
//! the cookie. All other attributes are ignored: there is one host, a visit is short, and Path, Domain and Secure would only ever send
//! less. Values are sent back as they came, quotes included.

use super::answer::Answer;
use std::fmt::Write as _;

/// Cookies of a visit; RFC 6265 asks for 50 a domain at least.
const MOST_COOKIES: usize = 64;
/// Bytes of a name and its value together, as browsers have it.
const MOST_BYTES: usize = 4096;

/// The cookies of a visit, in the order in which they were first set.
#[derive(Debug, Default)]
pub(super) struct Jar {
    cookies: Vec<(String, String)>,
}

impl Jar {
    /// A new visit has none.
    pub(super) fn clear(&mut self) {
        self.cookies.clear();
    }

    /// Takes what an answer sets.
    pub(super) fn take(&mut self, answer: &Answer<'_>) {
        answer
            .fields
            .each("set-cookie", &mut |field| self.set(field));
    }

    // Cookies that are too many, too long or could end a header line are left out, as browsers do.
    fn set(&mut self, field: &str) {
        let (pair, attributes) = field.split_once(';').unwrap_or((field, ""));
        let Some((name, value)) = pair.split_once('=') else {
            return;
        };
        let (name, value) = (name.trim(), value.trim());
        let sendable = !name.is_empty()
            && name.len() + value.len() <= MOST_BYTES
            && !pair.bytes().any(|b| b.is_ascii_control() && b != b'\t');
        if !sendable {
            return;
        }
        let at = self.cookies.iter().position(|(known, _)| known == name);
        match (at, is_over(attributes)) {
            (Some(at), true) => {
                self.cookies.remove(at);
            }
            (Some(at), false) => value.clone_into(&mut self.cookies[at].1),
            (None, false) if self.cookies.len() < MOST_COOKIES => {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
            (None, _) => {}
        }
    }

    /// Writes the value of the `Cookie` field to `out`: nothing without cookies.
    pub(super) fn write(&self, out: &mut String) {
        for (at, (name, value)) in self.cookies.iter().enumerate() {
            let separator = if at == 0 { "" } else { "; " };
            // Writing to a String cannot fail.
            let _ = write!(out, "{separator}{name}={value}");
        }
    }
}

// The last Max-Age counts; one that is no number is ignored (RFC 6265, 5.2.2 and 5.3).
fn is_over(attributes: &str) -> bool {
    let mut ages = attributes.split(';').filter_map(|attribute| {
        let (name, value) = attribute.split_once('=')?;
        let seconds = value.trim();
        let digits = seconds.strip_prefix('-').unwrap_or(seconds);
        let number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        (number && name.trim().eq_ignore_ascii_case("max-age"))
            .then(|| seconds.starts_with('-') || digits.bytes().all(|b| b == b'0'))
    });
    ages.next_back().unwrap_or(false)
}

#[cfg(test)]
mod tests;
