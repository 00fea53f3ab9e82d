#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use std::collections::BTreeSet;

#[test]
fn the_document_has_every_route_and_no_other() {
    let routes: BTreeSet<_> = crate::http::routes().served.into_iter().collect();
    let document = document();
    let mut described = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            described.insert((method.clone(), path.clone()));
        }
    }
    let routes: BTreeSet<_> = routes
        .into_iter()
        .map(|(method, path)| (method.to_owned(), path.to_owned()))
        .collect();
    assert_eq!(routes, described);
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(text) if name == "$ref" => drop(found.insert(text.clone())),
                    value => references(value, found),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[test]
fn every_schema_is_used_and_every_reference_leads_somewhere() {
    let document = document();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let named: BTreeSet<_> = schemas
        .keys()
        .map(|name| format!("#/components/schemas/{name}"))
        .collect();
    assert_eq!(found, named);
}

#[test]
fn operations_have_names_of_their_own() {
    let operations = operations::operations();
    let names: BTreeSet<_> = operations.iter().map(|operation| operation.id).collect();
    assert_eq!(names.len(), operations.len());
}

/// The message definitions that clients are shown are those that are read.
#[test]
fn the_messages_are_those_of_the_code() {
    let code = include_str!("../../proto/message.rs");
    let shown = include_str!("engine.proto");
    let mut fields = Vec::new();
    let mut tag = None;
    for line in code.lines().map(str::trim) {
        if let Some(rest) = line.strip_prefix("#[prost(") {
            let number = rest.split("tag = \"").nth(1).unwrap();
            let kind = rest.split([' ', ',', ')']).next().unwrap();
            tag = Some((kind, number.split('"').next().unwrap()));
        } else if let (Some((kind, number)), Some(rest)) = (tag, line.strip_prefix("pub ")) {
            let name = rest.split(':').next().unwrap();
            fields.push((kind.to_owned(), format!("{name} = {number};")));
            tag = None;
        } else if let Some(name) = line.strip_prefix("pub struct ") {
            let name = name.trim_end_matches(" {");
            assert!(shown.contains(&format!("message {name} {{")), "{name}");
        }
    }
    assert_eq!(fields.len(), shown.matches(" = ").count() - 1);
    for (kind, field) in fields {
        let kind = if kind == "message" { "" } else { kind.as_str() };
        let line = shown.lines().find(|line| line.ends_with(&field));
        assert!(
            line.is_some_and(|line| line.trim().starts_with(kind)),
            "{kind} {field}"
        );
    }
}
