//! Shapes as flags have them: `30s:100,5m:100,0s:50` (k6) and `100,30s;100,5m;0,30s` (Goose).

use super::{Part, Shape};
use crate::error::PlanError;
use crate::limits::PARTS;
use record::quantity::{Rate, parse_duration, parse_rate};

/// Reads `duration:target` pieces, each a ramp to its target; over `0s` it is a jump.
pub(crate) fn stages(text: &str, start: f64) -> Result<Shape, PlanError> {
    let example = "30s:100,5m:100";
    read("--stage", text, start, (',', ':'), example, |a, b| (a, b))
}

/// Reads `target,duration` pieces, as Goose's `--test-plan` has them.
pub(crate) fn test_plan(text: &str, start: f64) -> Result<Shape, PlanError> {
    let example = "100,30s;100,5m;0,30s";
    read("--test-plan", text, start, (';', ','), example, |a, b| {
        (b, a)
    })
}

// `signs` part the pieces, and a piece; `order` puts its two sides as duration and target.
fn read<'a>(
    flag: &str,
    text: &'a str,
    start: f64,
    signs: (char, char),
    example: &str,
    order: fn(&'a str, &'a str) -> (&'a str, &'a str),
) -> Result<Shape, PlanError> {
    let pieces: Vec<_> = text.split(signs.0).map(str::trim).collect();
    if pieces.len() > PARTS {
        let what = format!("{} pieces are too many; {PARTS} at most", pieces.len());
        return Err(PlanError::new(flag, what));
    }
    let mut parts = Vec::new();
    for piece in pieces {
        let wrong = |why: String| PlanError::new(flag, format!("piece \"{piece}\": {why}"));
        let sides = piece.split_once(signs.1);
        let (a, b) = sides.ok_or_else(|| wrong(format!("write it as in {example}")))?;
        let (length, target) = order(a.trim(), b.trim());
        parts.push(Part::Ramp {
            over: parse_duration(length).map_err(|error| wrong(error.to_string()))?,
            to: level(target).map_err(wrong)?,
        });
    }
    Ok(Shape { start, parts })
}

/// A level: a rate, or 0.
pub(crate) fn level(text: &str) -> Result<f64, String> {
    let plain = text.trim().trim_end_matches("/s");
    if plain.parse() == Ok(0.0) && !plain.starts_with('-') {
        return Ok(0.0);
    }
    let wrong = || format!("\"{text}\" is not a level; write 0, 500, 500/s or 10k");
    parse_rate(text).map(Rate::get).map_err(|_| wrong())
}
