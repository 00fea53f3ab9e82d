//! Quantities in a plan file. A wrong one is refused where it stands, so that the error has its line.

use crate::phases::{self, share_of_percent};
use crate::shape;
use record::quantity::{Rate, parse_duration, parse_rate};
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::time::Duration;

/// A duration as text; a bare number is refused.
pub(in crate::parse) struct DurationText(pub(in crate::parse) Duration);

/// A rate as text or as a number per second.
pub(in crate::parse) struct RateText(pub(in crate::parse) Rate);

impl<'de> Deserialize<'de> for DurationText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DurationVisitor).map(Self)
    }
}

impl<'de> Deserialize<'de> for RateText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RateVisitor).map(Self)
    }
}

struct DurationVisitor;

impl Visitor<'_> for DurationVisitor {
    type Value = Duration;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a duration such as \"10s\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Duration, E> {
        parse_duration(text).map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Duration, E> {
        parse_duration(&number.to_string()).map_err(E::custom)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Duration, E> {
        parse_duration(&number.to_string()).map_err(E::custom)
    }
}

struct RateVisitor;

impl Visitor<'_> for RateVisitor {
    type Value = Rate;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a rate such as \"500/s\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Rate, E> {
        parse_rate(text).map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Rate, E> {
        parse_rate(&number.to_string()).map_err(E::custom)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Rate, E> {
        parse_rate(&number.to_string()).map_err(E::custom)
    }
}

/// A level of a shape: a rate or a number of users, or 0.
pub(in crate::parse) struct LevelText(pub(in crate::parse) f64);

impl<'de> Deserialize<'de> for LevelText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LevelVisitor).map(Self)
    }
}

struct LevelVisitor;

impl Visitor<'_> for LevelVisitor {
    type Value = f64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a level such as 5000 or \"5k/s\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<f64, E> {
        shape::level(text).map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<f64, E> {
        shape::level(&number.to_string()).map_err(E::custom)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<f64, E> {
        shape::level(&number.to_string()).map_err(E::custom)
    }
}

/// A share as `85%` or 0.85.
pub(in crate::parse) struct ShareText(pub(in crate::parse) f64);

impl<'de> Deserialize<'de> for ShareText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShareVisitor).map(Self)
    }
}

struct ShareVisitor;

impl Visitor<'_> for ShareVisitor {
    type Value = f64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a share such as \"85%\" or 0.85")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<f64, E> {
        let wrong = || E::custom(format!("\"{text}\" is not a share; write 85% or 0.85"));
        match text.trim().strip_suffix('%') {
            Some(percent) => share_of_percent(percent).ok_or_else(wrong),
            None => Err(wrong()),
        }
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<f64, E> {
        self.visit_f64(number as f64)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<f64, E> {
        let inside = (0.0..=1.0).contains(&number);
        let wrong = || E::custom(format!("{number} is not a share; write 85% or 0.85"));
        inside.then_some(number).ok_or_else(wrong)
    }
}

/// `auto`, or a duration.
pub(in crate::parse) enum WarmupText {
    Auto,
    Fixed(Duration),
}

impl<'de> Deserialize<'de> for WarmupText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WarmupVisitor)
    }
}

struct WarmupVisitor;

impl Visitor<'_> for WarmupVisitor {
    type Value = WarmupText;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"auto\", or a duration such as \"10s\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<WarmupText, E> {
        match text.trim() {
            "auto" => Ok(WarmupText::Auto),
            _ => DurationVisitor.visit_str(text).map(WarmupText::Fixed),
        }
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<WarmupText, E> {
        DurationVisitor.visit_i64(number).map(WarmupText::Fixed)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<WarmupText, E> {
        DurationVisitor.visit_f64(number).map(WarmupText::Fixed)
    }
}

/// A precision such as `p99±5%`.
pub(in crate::parse) struct UntilText(pub(in crate::parse) phases::Until);

impl<'de> Deserialize<'de> for UntilText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        phases::Until::parse(&text)
            .map(Self)
            .map_err(D::Error::custom)
    }
}

/// One status code or several.
pub(in crate::parse) struct StatusText(pub(in crate::parse) Vec<u16>);

impl<'de> Deserialize<'de> for StatusText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StatusVisitor).map(Self)
    }
}

struct StatusVisitor;

impl<'de> Visitor<'de> for StatusVisitor {
    type Value = Vec<u16>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a status code such as 201, or a list of them")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Vec<u16>, E> {
        let known = u16::try_from(number).ok();
        let code = known.filter(|code| (100..600).contains(code));
        let wrong = || E::custom(format!("{number} is not a status code; 100 to 599 are"));
        code.map(|code| vec![code]).ok_or_else(wrong)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<u16>, A::Error> {
        let mut codes = Vec::new();
        while let Some(StatusText(more)) = list.next_element()? {
            codes.extend(more);
        }
        Ok(codes)
    }
}
