//! The rules every board obeys, after the ones of Grafana's dashboard-linter and with ours on top.
//!
//! A rule is a function from a board to findings; [`check`] runs them all. `fixtures` breaks a good board in one place for each
//! rule and expects that rule to speak.

mod fixtures;
mod frame;
mod panels;
mod promql;
mod queries;

use serde_json::Value;

/// One breach of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub rule: &'static str,
    pub place: String,
    pub reason: String,
}

pub fn finding(rule: &'static str, place: impl Into<String>, reason: impl Into<String>) -> Finding {
    let (place, reason) = (place.into(), reason.into());
    Finding {
        rule,
        place,
        reason,
    }
}

/// Every finding on one board.
pub fn check(board: &Value) -> Vec<Finding> {
    [
        frame::check(board),
        panels::check(board),
        queries::check(board),
    ]
    .concat()
}

/// A list below a key, empty where there is none.
pub fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

/// A text below a key, empty where there is none.
pub fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// `title (id)` of a panel.
pub fn place(panel: &Value) -> String {
    format!("{} ({})", text(panel, "title"), panel["id"])
}

/// Every query on a board with where it stands: panels' targets, then annotations.
pub fn expressions(board: &Value) -> Vec<(String, Use, String)> {
    let mut found = Vec::new();
    for panel in list(board, "panels") {
        for target in list(panel, "targets") {
            let instant = target["instant"] == true;
            let used = if instant { Use::Instant } else { Use::Range };
            found.push((place(panel), used, text(target, "expr").to_owned()));
        }
    }
    for annotation in list(&board["annotations"], "list") {
        let name = format!("annotation {}", text(annotation, "name"));
        found.push((name, Use::Range, text(annotation, "expr").to_owned()));
    }
    found
}

/// How a query is asked; only an instant one may look over the whole range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    Instant,
    Range,
}

/// The catalog names that a query asks for.
pub fn selectors(query: &str) -> Vec<&'static str> {
    let uses = promql::uses(query).unwrap_or_else(|reason| panic!("{query}: {reason}"));
    let families = uses
        .iter()
        .filter_map(|selector| queries::family(&selector.name));
    families.map(|(family, _)| family.name).collect()
}
