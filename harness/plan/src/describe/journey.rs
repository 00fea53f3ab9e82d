//! Journeys and feeders as TOML.

use super::toml::{Keys, present, quoted, table, time};
use crate::journey::{Check, Feeder, FeederPick, Journey, Place, Rows, Step, Template, Think};
use std::fmt::Write as _;

/// What follows the name and the weight of a scenario.
pub(super) fn journey(journey: &Journey) -> String {
    let mut text = format!("cookies = {}\n", journey.cookies);
    for step in &journey.steps {
        text += "[[scenario.step]]\n";
        for (key, value) in keys(step) {
            let _ = writeln!(text, "{key} = {value}");
        }
    }
    text
}

fn keys(step: &Step) -> Keys {
    let checks: Vec<_> = step.checks.iter().map(check).collect();
    let extracts = step.extracts.iter().map(|extract| {
        let place = match &extract.from {
            Place::Pointer(pointer) => one("pointer", quoted(pointer)),
            Place::Header(name) => one("header", quoted(name)),
            Place::Pattern(pattern) => one("regex", quoted(pattern)),
        };
        (extract.variable.clone(), table(place))
    });
    let extracts: Keys = extracts.collect();
    let some = |keys: Keys| (!keys.is_empty()).then(|| table(keys));
    present([
        ("name", Some(quoted(&step.name))),
        ("request", Some(request(step))),
        ("expected", step.expected.map(time)),
        ("think", Some(think(step.think))),
        (
            "check",
            (!checks.is_empty()).then(|| format!("[{}]", checks.join(", "))),
        ),
        ("extract", some(extracts)),
    ])
}

fn request(step: &Step) -> String {
    let request = &step.request;
    let headers = request.headers.iter();
    let headers: Keys = headers
        .map(|(name, value)| (quoted(name), template(value)))
        .collect();
    table(present([
        ("method", Some(quoted(&request.method))),
        ("path", Some(template(&request.path))),
        ("headers", (!headers.is_empty()).then(|| table(headers))),
        ("body", request.body.as_ref().map(template)),
    ]))
}

fn check(check: &Check) -> String {
    table(match check {
        Check::Status(codes) => one("status", format!("{codes:?}")),
        Check::JsonEquals { pointer, equals } => present([
            ("pointer", Some(quoted(pointer))),
            ("equals", Some(template(equals))),
        ]),
        Check::JsonMatches { pointer, pattern } => present([
            ("pointer", Some(quoted(pointer))),
            ("matches", Some(quoted(pattern))),
        ]),
        Check::BodyContains(text) => one("body_contains", template(text)),
        Check::HeaderContains { name, contains } => present([
            ("header", Some(quoted(name))),
            ("contains", Some(template(contains))),
        ]),
        Check::Within(most) => one("within", time(*most)),
        Check::MostBytes(most) => one("most_bytes", most.to_string()),
    })
}

fn one(key: &str, value: String) -> Keys {
    vec![(key.to_owned(), value)]
}

fn template(template: &Template) -> String {
    quoted(&template.to_string())
}

fn think(think: Think) -> String {
    let [least, most] = [think.least, think.most].map(super::toml::exact);
    if least == most {
        return format!("\"{least}\"");
    }
    format!("\"{least}..{most}\"")
}

/// A feeder's table.
pub(super) fn feeder(feeder: &Feeder) -> String {
    let rows = match &feeder.rows {
        Rows::File(file) => format!("file = {}", quoted(file)),
        Rows::Numbers { from, to } => format!("numbers = [{from}, {to}]"),
        Rows::Values(values) => {
            let values: Vec<_> = values.iter().map(|value| quoted(value)).collect();
            format!("values = [{}]", values.join(", "))
        }
    };
    let name = quoted(&feeder.name);
    let pick = pick(feeder.pick);
    format!("\n[[feeder]]\nname = {name}\n{rows}\npick = \"{pick}\"\n")
}

/// How a pick is written.
pub(crate) fn pick(pick: FeederPick) -> String {
    match pick {
        FeederPick::Sequential => "sequential".to_owned(),
        FeederPick::Shuffle => "shuffle".to_owned(),
        FeederPick::Unique => "unique".to_owned(),
        FeederPick::Random => "random".to_owned(),
        FeederPick::Zipf(theta) => format!("zipf({theta})"),
    }
}
