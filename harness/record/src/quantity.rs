//! Quantities with a type: parsed once at the edge, then carried with their unit.

use std::fmt;
use std::time::Duration;
use thiserror::Error;

/// A rate above zero, in events per second.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Rate(f64);

impl Rate {
    /// The most arrivals per second a plan may ask for: a bound on mistakes, far above what one machine can offer.
    pub const MAX: f64 = 10_000_000.0;

    /// A rate of `events` per second; `None` unless it is finite, above 0 and at most [`Rate::MAX`].
    pub fn per_second(events: f64) -> Option<Self> {
        (events.is_finite() && events > 0.0 && events <= Self::MAX).then_some(Self(events))
    }

    /// Events per second.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/s", self.0)
    }
}

/// A quantity that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum QuantityError {
    /// Not `number unit`.
    #[error("\"{0}\" is not a duration; write a number with its unit, as in 250ms, 10s, 5m or 1h")]
    Duration(String),
    /// A bare number where a duration was due.
    #[error("duration \"{0}\" has no unit; write {0}s for seconds or {0}ms for milliseconds")]
    NoUnit(String),
    /// Not a rate.
    #[error("\"{0}\" is not a rate; write arrivals per second, as in 500, 500/s or 10k")]
    Rate(String),
    /// Not a count.
    #[error("\"{0}\" is not a count; write a whole number, as in 50, 10k or 1m")]
    Count(String),
}

/// Reads `250ms`, `10s`, `5m`, `1h`, `1.5s`, `200us`, `80ns`. A bare number is refused, because its unit would be a guess.
pub fn parse_duration(text: &str) -> Result<Duration, QuantityError> {
    let trimmed = text.trim();
    let split = trimmed
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(trimmed.len());
    let (number, unit) = trimmed.split_at(split);
    let bad = || QuantityError::Duration(text.to_owned());
    let value: f64 = number.parse().map_err(|_| bad())?;
    let nanoseconds = match unit.trim() {
        "" => return Err(QuantityError::NoUnit(trimmed.to_owned())),
        "ns" => 1.0,
        "us" | "µs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        "m" | "min" => 60e9,
        "h" => 3600e9,
        _ => return Err(bad()),
    };
    let total = value * nanoseconds;
    // A year bounds every duration we can mean, and keeps the sum inside u64 nanoseconds.
    if !(0.0..=365.0 * 86_400e9).contains(&total) {
        return Err(bad());
    }
    Ok(Duration::from_nanos(total.round() as u64))
}

/// Reads `500`, `500/s`, `2.5k`, `10k/s`.
pub fn parse_rate(text: &str) -> Result<Rate, QuantityError> {
    let bad = || QuantityError::Rate(text.to_owned());
    let number = text.trim().trim_end_matches("/s");
    let value = parse_scaled(number).ok_or_else(bad)?;
    Rate::per_second(value).ok_or_else(bad)
}

/// Reads `50`, `10k`, `1m` as a whole number.
pub fn parse_count(text: &str) -> Result<u64, QuantityError> {
    let bad = || QuantityError::Count(text.to_owned());
    let value = parse_scaled(text.trim()).ok_or_else(bad)?;
    let whole = value.fract() == 0.0 && (0.0..=1e15).contains(&value);
    whole.then_some(value as u64).ok_or_else(bad)
}

fn parse_scaled(text: &str) -> Option<f64> {
    let (number, scale) = match text.char_indices().next_back()? {
        (at, 'k' | 'K') => (&text[..at], 1e3),
        (at, 'm' | 'M') => (&text[..at], 1e6),
        _ => (text, 1.0),
    };
    let plain = number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let value: f64 = plain.then(|| number.parse().ok()).flatten()?;
    Some(value * scale)
}

/// A duration in nanoseconds as a reader wants it: three significant digits and a unit, as in `12.3 ms`.
pub fn format_nanoseconds(nanoseconds: u64) -> String {
    let value = nanoseconds as f64;
    let (scaled, unit) = match nanoseconds {
        0..1_000 => return format!("{nanoseconds} ns"),
        1_000..1_000_000 => (value / 1e3, "µs"),
        1_000_000..1_000_000_000 => (value / 1e6, "ms"),
        _ => (value / 1e9, "s"),
    };
    let decimals = match scaled {
        s if s < 10.0 => 2,
        s if s < 100.0 => 1,
        _ => 0,
    };
    format!("{scaled:.decimals$} {unit}")
}

#[cfg(test)]
mod tests;
