//! What is made of an answer: checks and places.

use super::{is_field_name, template};
use crate::journey::{Check, Place};
use crate::limits;
use crate::parse::wire;
use regex::Regex;

const KINDS: &str = "write one of status, pointer with equals or matches, body_contains, header with contains, within, most_bytes";

/// One check. What is wrong is said without a place.
pub(super) fn check(check: wire::Check) -> Result<Check, String> {
    one_kind(&check)?;
    if let Some(codes) = check.status {
        return status(codes.0);
    }
    if let Some(pointer) = check.pointer {
        return json(pointer, check.equals, check.matches);
    }
    if let Some(text) = check.body_contains {
        return template(&text).map(Check::BodyContains);
    }
    if let Some(name) = check.header {
        return header(&name, &check.contains.unwrap_or_default());
    }
    if let Some(wire::DurationText(most)) = check.within {
        return Ok(Check::Within(most));
    }
    Ok(Check::MostBytes(check.most_bytes.unwrap_or_default()))
}

fn one_kind(check: &wire::Check) -> Result<(), String> {
    let kinds = [
        check.status.is_some(),
        check.pointer.is_some(),
        check.body_contains.is_some(),
        check.header.is_some(),
        check.within.is_some(),
        check.most_bytes.is_some(),
    ];
    let compares = check.equals.is_some() || check.matches.is_some();
    let fits = compares == check.pointer.is_some();
    let fits = fits && check.contains.is_some() == check.header.is_some();
    if fits && kinds.iter().filter(|given| **given).count() == 1 {
        return Ok(());
    }
    Err(format!("is not one check; {KINDS}"))
}

fn header(name: &str, contains: &str) -> Result<Check, String> {
    if !is_field_name(name) {
        return Err(format!("\"{name}\" is not the name of a header field"));
    }
    Ok(Check::HeaderContains {
        name: name.to_ascii_lowercase(),
        contains: template(contains)?,
    })
}

fn status(codes: Vec<u16>) -> Result<Check, String> {
    if codes.is_empty() {
        return Err(
            "status [] lets nothing pass; write the codes, or leave it out for 2xx".to_owned(),
        );
    }
    Ok(Check::Status(codes))
}

fn json(
    pointer: String,
    equals: Option<toml::Value>,
    matches: Option<String>,
) -> Result<Check, String> {
    is_pointer(&pointer)?;
    match (equals, matches) {
        (Some(value), None) => Ok(Check::JsonEquals {
            pointer,
            equals: template(&plain(value)?)?,
        }),
        (None, Some(pattern)) => {
            is_pattern(&pattern)?;
            Ok(Check::JsonMatches { pointer, pattern })
        }
        _ => Err("a pointer needs equals or matches, and not both".to_owned()),
    }
}

// What a JSON value is as text: strings without quotes, other values as JSON has them.
fn plain(value: toml::Value) -> Result<String, String> {
    match value {
        toml::Value::String(text) => Ok(text),
        toml::Value::Integer(number) => Ok(number.to_string()),
        toml::Value::Float(number) => Ok(number.to_string()),
        toml::Value::Boolean(truth) => Ok(truth.to_string()),
        other => Err(format!(
            "equals is a {}; write a text, a number, true or false",
            other.type_str()
        )),
    }
}

// RFC 6901.
fn is_pointer(pointer: &str) -> Result<(), String> {
    let starts = pointer.is_empty() || pointer.starts_with('/');
    let escapes = pointer.split('~').skip(1);
    if starts
        && escapes
            .into_iter()
            .all(|after| after.starts_with(['0', '1']))
    {
        return Ok(());
    }
    Err(format!(
        "pointer \"{pointer}\" is not a JSON pointer; write it as in /data/0/id"
    ))
}

fn is_pattern(pattern: &str) -> Result<(), String> {
    if pattern.len() > limits::PATTERN {
        let most = limits::PATTERN;
        return Err(format!(
            "expression has {} bytes, {most} at most",
            pattern.len()
        ));
    }
    // The crate draws a picture over several lines; what is wrong is in its last one.
    let why = |error: regex::Error| {
        let text = error.to_string();
        let last = text.lines().last().unwrap_or_default();
        last.trim().trim_start_matches("error: ").to_owned()
    };
    let compiled = Regex::new(pattern).map_err(why);
    compiled
        .map(|_| ())
        .map_err(|why| format!("expression \"{pattern}\": {why}"))
}

/// A place to take a value from. What is wrong is said without a place in the file.
pub(super) fn place(from: wire::Extract) -> Result<Place, String> {
    match (from.pointer, from.header, from.regex) {
        (Some(pointer), None, None) => {
            is_pointer(&pointer)?;
            Ok(Place::Pointer(pointer))
        }
        (None, Some(name), None) if is_field_name(&name) => {
            Ok(Place::Header(name.to_ascii_lowercase()))
        }
        (None, None, Some(pattern)) => {
            is_pattern(&pattern)?;
            Ok(Place::Pattern(pattern))
        }
        _ => Err("is taken from one place; write pointer, header or regex".to_owned()),
    }
}
