//! Rules about what surrounds the panels: variables, links, identity.

use serde_json::{Value, json};

use super::{Finding, finding, list, text};

pub fn check(board: &Value) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut expect = |rule, holds: bool, reason: &str| {
        if !holds {
            found.push(finding(rule, "board", reason));
        }
    };
    expect(
        "editable",
        board["editable"] == false,
        "a generated board is edited in its source",
    );
    expect("id", board["id"].is_null(), "the server gives the id");
    expect(
        "uid",
        text(board, "uid").starts_with("lt-"),
        "uids are fixed and start with lt-",
    );
    expect(
        "schema",
        board["schemaVersion"] == 42,
        "the schema version is 42",
    );
    expect(
        "inputs",
        board.get("__inputs").is_none(),
        "no __inputs: the data source is a variable",
    );
    let words = board.to_string().to_lowercase();
    expect(
        "word",
        !words.contains("latency"),
        "say response time or service time",
    );
    let fixed = ["127.0.0.1", "localhost", "http://", "https://", "file:"];
    let fixed = fixed.iter().find(|part| words.contains(*part));
    expect(
        "hard-coded",
        fixed.is_none(),
        "a board names no host, path or run",
    );
    found.extend(variables(board));
    found.extend(links(board));
    found
}

fn variables(board: &Value) -> Vec<Finding> {
    let variables = list(&board["templating"], "list");
    let names: Vec<_> = variables
        .iter()
        .map(|variable| text(variable, "name"))
        .collect();
    let mut found = Vec::new();
    if names.get(..4) != Some(&["datasource", "job", "instance", "run_id"]) {
        let reason = format!("{names:?} do not begin with datasource, job, instance, run_id");
        found.push(finding("variables", "board", reason));
    }
    for variable in variables.iter().skip(1) {
        let name = text(variable, "name");
        let all = if name == "run_id" { ".*" } else { ".+" };
        let wanted = json!({
            "type": "query", "multi": true, "includeAll": true, "allValue": all, "refresh": 2,
            "datasource": {"type": "prometheus", "uid": "${datasource}"},
        });
        for (key, value) in wanted.as_object().expect("an object") {
            if &variable[key] != value {
                let reason = format!("{key} is {}, not {value}", variable[key]);
                found.push(finding("variables", name, reason));
            }
        }
        let query = text(&variable["query"], "query");
        if let Err(reason) = super::queries::variable_query(query) {
            found.push(finding("variables", name, reason));
        }
    }
    found
}

/// Boards are linked by a tag that every board bears.
fn links(board: &Value) -> Vec<Finding> {
    let tags = list(board, "tags");
    let dead = list(board, "links").iter().filter(|link| {
        link["type"] != "dashboards" || !list(link, "tags").iter().all(|tag| tags.contains(tag))
    });
    dead.map(|link| finding("links", text(link, "title"), "leads to no shipped board"))
        .collect()
}
