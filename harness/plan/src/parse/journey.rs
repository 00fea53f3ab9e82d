//! Journeys and feeders of a plan file: from the shape they are written in to what they mean.

mod answer;

use super::wire;
use crate::error::Fault;
use crate::journey::{
    Extract, Feeder, FeederPick, Journey, RequestTemplate, Rows, Step, Template, Think,
};
use crate::limits;
use answer::{check, place};
use record::quantity::parse_duration;

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// Where in the file something is, and what a reader calls it.
pub(super) struct At {
    key: String,
    called: String,
}

impl At {
    pub(super) fn fault(&self, key: &str, what: impl AsRef<str>) -> Fault {
        Fault::called(&format!("{}.{key}", self.key), &self.called, what)
    }
}

/// The journey of a scenario; `None` for one without steps, which is written in Rust.
pub(super) fn journey(
    scenario: wire::Scenario,
    place: usize,
) -> Result<(String, Option<Journey>), Fault> {
    let name = scenario.name;
    let key = format!("scenario[{place}]");
    if scenario.step.is_empty() {
        if scenario.cookies.is_some() {
            let what = "cookies are kept by scenarios with steps; add [[scenario.step]]";
            let called = format!("scenario \"{name}\"");
            return Err(Fault::called(&format!("{key}.cookies"), &called, what));
        }
        return Ok((name, None));
    }
    let steps = scenario.step.into_iter().enumerate().map(|(at, step)| {
        let at = At {
            key: format!("{key}.step[{at}]"),
            called: format!("scenario \"{name}\", step \"{}\"", step.name),
        };
        self::step(step, &at)
    });
    let steps = steps.collect::<Result<_, _>>()?;
    let cookies = scenario.cookies.unwrap_or(false);
    Ok((name, Some(Journey { steps, cookies })))
}

fn step(step: wire::Step, at: &At) -> Result<Step, Fault> {
    let checks = step.check.into_iter().enumerate();
    let checks = checks.map(|(n, one)| check(one).map_err(|e| at.fault(&format!("check[{n}]"), e)));
    let extracts = step.extract.into_iter().map(|(variable, from)| {
        let key = format!("extract.{variable}");
        let from = place(from).map_err(|e| at.fault(&key, format!("\"{variable}\" {e}")))?;
        Ok(Extract { variable, from })
    });
    let think = step.think.as_deref().map_or(Ok(Think::NONE), think);
    Ok(Step {
        request: request(step.request, at)?,
        checks: checks.collect::<Result<_, _>>()?,
        extracts: extracts.collect::<Result<_, Fault>>()?,
        expected: step.expected.map(|wire::DurationText(expected)| expected),
        think: think.map_err(|e| at.fault("think", e))?,
        name: step.name,
    })
}

fn request(request: wire::Request, at: &At) -> Result<RequestTemplate, Fault> {
    let within = |key: &str, text: &str| {
        template(text).map_err(|e| at.fault(&format!("request.{key}"), format!("{key}: {e}")))
    };
    let method = request.method.unwrap_or_else(|| "GET".to_owned());
    if !METHODS.contains(&method.as_str()) {
        let hint = crate::error::suggest(&method.to_uppercase(), &METHODS);
        let what = format!("method \"{method}\" is not known; {hint}");
        return Err(at.fault("request.method", what));
    }
    if !request.path.starts_with('/') {
        let what = format!("path \"{}\" does not begin with /", request.path);
        return Err(at.fault("request.path", what));
    }
    let headers = request.headers.iter();
    let headers = headers.map(|(name, value)| {
        if !is_field_name(name) {
            let what = format!("\"{name}\" is not the name of a header field");
            return Err(at.fault("request.headers", what));
        }
        let value = within(&format!("headers.{name}"), value)?;
        Ok((name.clone(), value))
    });
    Ok(RequestTemplate {
        headers: headers.collect::<Result<_, _>>()?,
        path: within("path", &request.path)?,
        body: request.body.map(|body| within("body", &body)).transpose()?,
        method,
    })
}

// RFC 9110, 5.6.2.
fn is_field_name(name: &str) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !name.is_empty() && name.chars().all(inside)
}

fn template(text: &str) -> Result<Template, String> {
    if text.len() > limits::TEXT {
        return Err(format!("{} bytes, {} at most", text.len(), limits::TEXT));
    }
    Template::parse(text)
}

/// `100ms`, or `100ms..2s`.
fn think(text: &str) -> Result<Think, String> {
    let read = |text: &str| parse_duration(text).map_err(|error| error.to_string());
    let (least, most) = match text.split_once("..") {
        Some((least, most)) => (read(least)?, read(most)?),
        None => (read(text)?, read(text)?),
    };
    if least > most {
        return Err(format!("think \"{text}\" has the longer pause first"));
    }
    Ok(Think { least, most })
}

/// A feeder.
pub(super) fn feeder(feeder: wire::Feeder, place: usize) -> Result<Feeder, Fault> {
    let at = At {
        key: format!("feeder[{place}]"),
        called: format!("feeder \"{}\"", feeder.name),
    };
    let rows = match (feeder.file, feeder.numbers, feeder.values) {
        (Some(file), None, None) => Rows::File(file),
        (None, Some([from, to]), None) if from <= to => Rows::Numbers { from, to },
        (None, Some([from, to]), None) => {
            let what = format!("numbers [{from}, {to}] has the greater one first");
            return Err(at.fault("numbers", what));
        }
        (None, None, Some(values)) if !values.is_empty() => Rows::Values(values),
        _ => {
            let what = "needs rows; write one of file = \"rows.csv\", numbers = [1, 100], values = [\"a\", \"b\"]";
            return Err(at.fault("name", what));
        }
    };
    let pick = feeder
        .pick
        .as_deref()
        .map_or(Some(FeederPick::Sequential), pick);
    let unknown = || {
        let given = feeder.pick.as_deref().unwrap_or_default();
        let what = format!(
            "pick \"{given}\" is not known; write sequential, shuffle, unique, random or zipf(0.99)"
        );
        at.fault("pick", what)
    };
    Ok(Feeder {
        pick: pick.ok_or_else(unknown)?,
        name: feeder.name,
        rows,
    })
}

fn pick(text: &str) -> Option<FeederPick> {
    match text.trim() {
        "sequential" => Some(FeederPick::Sequential),
        "shuffle" => Some(FeederPick::Shuffle),
        "unique" => Some(FeederPick::Unique),
        "random" => Some(FeederPick::Random),
        zipf => super::zipf(zipf).map(FeederPick::Zipf),
    }
}

#[cfg(test)]
mod tests;
