//! Which percentiles a reader asked for.
//!
//! What is shown is also written: the text's columns and the keys of the JSON summary come from the same list.

use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// The most that one list may have: more would not fit on a line.
pub const MOST: usize = 16;

/// Percentiles in rising order, each once: 1 to [`MOST`] of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Percentiles(Vec<Percentile>);

/// One percentile, above 0 and below 100.
#[derive(Debug, Clone, PartialEq)]
pub struct Percentile {
    /// As a plain decimal without needless zeros: `99.9`.
    text: String,
    /// The share of values at or below it, 0..1.
    share: f64,
}

/// A list that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PercentilesError {
    /// Not a plain decimal number between 0 and 100.
    #[error(
        "percentile \"{0}\" is not a decimal number above 0 and below 100; write 50,90,99,99.9"
    )]
    NotOne(String),
    /// More than [`MOST`].
    #[error("{0} percentiles are more than the {MOST} that fit on a line")]
    TooMany(usize),
}

impl Default for Percentiles {
    fn default() -> Self {
        "50,90,95,99,99.9"
            .parse()
            .expect("the list is a constant that parses")
    }
}

impl FromStr for Percentiles {
    type Err = PercentilesError;

    /// Reads `50,90,99.9`; blanks around a number and a leading `p` are allowed.
    fn from_str(text: &str) -> Result<Self, PercentilesError> {
        let mut all = text
            .split(',')
            .map(Percentile::parse)
            .collect::<Result<Vec<_>, _>>()?;
        all.sort_by(|a, b| a.share.total_cmp(&b.share));
        all.dedup_by(|a, b| a.text == b.text);
        if all.len() > MOST {
            return Err(PercentilesError::TooMany(all.len()));
        }
        Ok(Self(all))
    }
}

impl Percentiles {
    /// In rising order.
    pub fn iter(&self) -> std::slice::Iter<'_, Percentile> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a Percentiles {
    type Item = &'a Percentile;
    type IntoIter = std::slice::Iter<'a, Percentile>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Percentile {
    fn parse(written: &str) -> Result<Self, PercentilesError> {
        let fail = || PercentilesError::NotOne(written.chars().take(40).collect());
        let number = written.trim();
        let number = number.strip_prefix('p').unwrap_or(number);
        // Six places are finer than a histogram of a billion values.
        let plain = |c: char| c.is_ascii_digit() || c == '.';
        if number.len() > 9 || !number.chars().all(plain) {
            return Err(fail());
        }
        let value: f64 = number.parse().map_err(|_| fail())?;
        // Divided as text: 99.9 / 100 in floating point is not the 0.999 that everybody else means.
        let share: f64 = format!("{value}e-2").parse().map_err(|_| fail())?;
        if share <= 0.0 || share >= 1.0 {
            return Err(fail());
        }
        Ok(Self {
            text: value.to_string(),
            share,
        })
    }

    /// The share of values at or below it, above 0 and below 1.
    pub fn share(&self) -> f64 {
        self.share
    }

    /// The key in JSON: `p99_9`.
    pub fn key(&self) -> String {
        format!("p{}", self.text.replace('.', "_"))
    }
}

/// The heading of a column: `p99.9`.
impl fmt::Display for Percentile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "p{}", self.text)
    }
}

#[cfg(test)]
mod tests;
