//! Names in journeys, and what they refer to.

use super::{CHECKS, FEEDERS, STEPS, TEXT, VALUES, VARS, WAIT};
use crate::Plan;
use crate::error::{Fault, suggest};
use crate::journey::{Check, Feeder, Part, RESERVED, Rows, Step, Template, is_name};

/// Everything but the values of variables, which flags may still give.
pub(super) fn check(plan: &Plan) -> Result<(), Fault> {
    vars(plan)?;
    feeders(&plan.feeders)?;
    steps(plan)?;
    each_text(plan, |place, text| columns(plan, place, text))
}

/// Refuses variables that no earlier step extracts and nobody gives a value.
pub(super) fn variables(plan: &Plan) -> Result<(), Fault> {
    each_text(plan, |place, text| {
        let given = plan.vars.keys().map(String::as_str);
        let known: Vec<&str> = given.chain(place.extracted.iter().copied()).collect();
        for part in &text.parts {
            let Part::Variable(name) = part else { continue };
            if !known.contains(&name.as_str()) {
                return Err(place.fault(format!(
                    "${{{name}}} is extracted by no earlier step, and nothing gives it a value; {}extract it before, or write it into [vars] or give -e {name}=…",
                    hint(name, &known)
                )));
            }
        }
        Ok(())
    })
}

fn hint(name: &str, known: &[&str]) -> String {
    let near = crate::nearest::nearest(name, known);
    near.map_or_else(String::new, |near| {
        format!("did you mean \"{near}\"? Else ")
    })
}

// A text in a journey: where it is, and what was extracted before.
struct Place<'a> {
    key: String,
    scenario: &'a str,
    step: &'a str,
    extracted: &'a [&'a str],
}

impl Place<'_> {
    fn fault(&self, what: String) -> Fault {
        let called = format!("scenario \"{}\", step \"{}\"", self.scenario, self.step);
        Fault::called(&self.key, &called, what)
    }
}

fn each_text(
    plan: &Plan,
    mut visit: impl FnMut(&Place<'_>, &Template) -> Result<(), Fault>,
) -> Result<(), Fault> {
    for (at, choice) in plan.scenarios.iter().enumerate() {
        let steps = choice.journey.iter().flat_map(|journey| &journey.steps);
        let mut extracted: Vec<&str> = Vec::new();
        for (n, step) in steps.enumerate() {
            let mut say = |key: &str, text: &Template| {
                let place = Place {
                    key: format!("scenario[{at}].step[{n}].{key}"),
                    scenario: &choice.name,
                    step: &step.name,
                    extracted: &extracted,
                };
                visit(&place, text)
            };
            texts(step, &mut say)?;
            extracted.extend(
                step.extracts
                    .iter()
                    .map(|extract| extract.variable.as_str()),
            );
        }
    }
    Ok(())
}

// The texts of a step with their keys. A check may use what earlier steps extracted, not what its own step does.
fn texts(
    step: &Step,
    say: &mut impl FnMut(&str, &Template) -> Result<(), Fault>,
) -> Result<(), Fault> {
    say("request.path", &step.request.path)?;
    for (name, value) in &step.request.headers {
        say(&format!("request.headers.{name}"), value)?;
    }
    if let Some(body) = &step.request.body {
        say("request.body", body)?;
    }
    for (n, check) in step.checks.iter().enumerate() {
        match check {
            Check::JsonEquals { equals: text, .. }
            | Check::BodyContains(text)
            | Check::HeaderContains { contains: text, .. } => say(&format!("check[{n}]"), text)?,
            Check::Status(_)
            | Check::JsonMatches { .. }
            | Check::Within(_)
            | Check::MostBytes(_) => {}
        }
    }
    Ok(())
}

// Columns of files are known once the file is read; the others have one.
fn columns(plan: &Plan, place: &Place<'_>, text: &Template) -> Result<(), Fault> {
    for part in &text.parts {
        let Part::Column { feeder, column } = part else {
            continue;
        };
        let known = plan.feeders.iter().find(|known| known.name == *feeder);
        let Some(known) = known else {
            let names: Vec<_> = plan
                .feeders
                .iter()
                .map(|known| known.name.as_str())
                .collect();
            let hint = if names.is_empty() {
                "add [[feeder]]".to_owned()
            } else {
                suggest(feeder, &names)
            };
            return Err(place.fault(format!("there is no feeder \"{feeder}\"; {hint}")));
        };
        if !matches!(known.rows, Rows::File(_)) && column != "value" {
            let what =
                format!("feeder \"{feeder}\" has one column only; write ${{{feeder}.value}}");
            return Err(place.fault(what));
        }
    }
    Ok(())
}

fn vars(plan: &Plan) -> Result<(), Fault> {
    if plan.vars.len() > VARS {
        let what = format!("{} are too many; {VARS} at most", plan.vars.len());
        return Err(Fault::at("vars", what));
    }
    for (name, value) in &plan.vars {
        let fault = |what: String| Fault::called(&format!("vars.{name}"), "vars", what);
        variable_name(name).map_err(&fault)?;
        if value.len() > TEXT {
            return Err(fault(format!(
                "\"{name}\" has {} bytes, {TEXT} at most",
                value.len()
            )));
        }
    }
    Ok(())
}

fn variable_name(name: &str) -> Result<(), String> {
    if RESERVED.contains(&name) {
        return Err(format!(
            "\"{name}\" has a meaning of its own in templates; choose another name"
        ));
    }
    if !is_name(name) {
        return Err(format!(
            "\"{name}\" is not a name; letters, digits, _ and - are, a letter first"
        ));
    }
    Ok(())
}

fn feeders(feeders: &[Feeder]) -> Result<(), Fault> {
    if feeders.len() > FEEDERS {
        let what = format!("{} are too many; {FEEDERS} at most", feeders.len());
        return Err(Fault::at("feeder", what));
    }
    for (at, feeder) in feeders.iter().enumerate() {
        let called = format!("feeder \"{}\"", feeder.name);
        let fault =
            |key: &str, what: &str| Fault::called(&format!("feeder[{at}].{key}"), &called, what);
        variable_name(&feeder.name).map_err(|what| fault("name", &what))?;
        if feeders[..at].iter().any(|other| other.name == feeder.name) {
            return Err(fault("name", "is there twice; give it another name"));
        }
        match &feeder.rows {
            Rows::Values(values) if values.len() > VALUES => {
                let what = format!(
                    "{} values are too many; {VALUES} at most, a file can hold more",
                    values.len()
                );
                return Err(fault("values", &what));
            }
            Rows::File(file) if file.is_empty() || file.contains('\0') => {
                return Err(fault("file", "is not the name of a file"));
            }
            _ => {}
        }
    }
    Ok(())
}

fn steps(plan: &Plan) -> Result<(), Fault> {
    let mut all = 0;
    for (at, choice) in plan.scenarios.iter().enumerate() {
        let Some(journey) = &choice.journey else {
            continue;
        };
        all += journey.steps.len();
        if all > STEPS {
            let what = format!("more than {STEPS} steps in all; each has histograms of its own");
            return Err(Fault::called(
                &format!("scenario[{at}].step"),
                "scenario",
                what,
            ));
        }
        for (n, step) in journey.steps.iter().enumerate() {
            let called = format!("scenario \"{}\", step \"{}\"", choice.name, step.name);
            let fault = |key: &str, what: String| {
                Fault::called(&format!("scenario[{at}].step[{n}].{key}"), &called, what)
            };
            if journey.steps[..n]
                .iter()
                .any(|other| other.name == step.name)
            {
                return Err(fault(
                    "name",
                    "is there twice; give each step a name of its own".to_owned(),
                ));
            }
            self::step(step).map_err(|(key, what)| fault(key, what))?;
        }
    }
    Ok(())
}

// What thresholds, metrics and file names can carry.
fn step(step: &Step) -> Result<(), (&'static str, String)> {
    let inside = |c: char| c.is_alphanumeric() || "_-./:".contains(c);
    if step.name.is_empty() || step.name.len() > 100 || !step.name.chars().all(inside) {
        return Err((
            "name",
            "is not a name; letters, digits and _ - . / : are, 1 to 100 of them".to_owned(),
        ));
    }
    if step.checks.len() > CHECKS || step.extracts.len() > CHECKS {
        let what = format!("more than {CHECKS} checks or values to extract");
        return Err(("name", what));
    }
    let waits = [
        ("think", Some(step.think.most)),
        ("expected", step.expected),
    ];
    if let Some((key, _)) = waits.iter().find(|(_, wait)| *wait > Some(WAIT)) {
        return Err((key, format!("{key} is {WAIT:?} at most")));
    }
    for extract in &step.extracts {
        variable_name(&extract.variable).map_err(|what| ("extract", what))?;
    }
    Ok(())
}
