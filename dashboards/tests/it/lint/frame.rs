//! Rules about what surrounds the panels: variables, links, identity.

use record::files;
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
    let words = without_constants(board).to_string().to_lowercase();
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

/// The board without the values of its constants, which are what the export was told: where run folders are served.
fn without_constants(board: &Value) -> Value {
    let mut board = board.clone();
    let variables = board.pointer_mut("/templating/list");
    for variable in variables
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        if variable["type"] == "constant" {
            variable["query"] = Value::Null;
        }
    }
    board
}

/// What the variables of every board begin with; two runs are chosen one by one, and instead of job and instance.
const CHOICES: [&[&str]; 2] = [
    &["datasource", "job", "instance", "run_id"],
    &["datasource", "run_a", "run_b"],
];

fn variables(board: &Value) -> Vec<Finding> {
    let variables = list(&board["templating"], "list");
    let names: Vec<_> = variables
        .iter()
        .map(|variable| text(variable, "name"))
        .collect();
    let mut found = Vec::new();
    let known = CHOICES.iter().any(|first| names.starts_with(first));
    if !known || names.last() != Some(&"artifacts") {
        let reason = format!("{names:?} are not the usual ones in the usual order");
        found.push(finding("variables", "board", reason));
    }
    for variable in variables.iter().skip(1) {
        let name = text(variable, "name");
        if name == "artifacts" {
            if variable["hide"] != 2 {
                found.push(finding("variables", name, "is a constant for links only"));
            }
            continue;
        }
        let wanted = wanted(name);
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

fn wanted(name: &str) -> Value {
    let all = match name {
        "run_a" | "run_b" => Value::Null,
        "run_id" => json!(".*"),
        _ => json!(".+"),
    };
    let many = !all.is_null();
    json!({
        "type": "query", "multi": many, "includeAll": many, "allValue": all, "refresh": 2,
        "datasource": {"type": "prometheus", "uid": "${datasource}"},
    })
}

/// Boards are linked by a tag that every board bears; everything else is below the address of the run folders, or a shipped board.
fn links(board: &Value) -> Vec<Finding> {
    let tags = list(board, "tags");
    let dead = list(board, "links").iter().filter(|link| {
        let sisters =
            link["type"] == "dashboards" && list(link, "tags").iter().all(|tag| tags.contains(tag));
        !sisters && text(link, "url") != "${artifacts}"
    });
    let dead = dead.map(|link| finding("links", text(link, "title"), "leads to no shipped board"));
    dead.chain(data_links(board)).collect()
}

fn data_links(board: &Value) -> Vec<Finding> {
    let panels = list(board, "panels").iter();
    let overrides = panels.flat_map(|panel| list(&panel["fieldConfig"], "overrides"));
    let properties = overrides.flat_map(|one| list(one, "properties"));
    let links = properties.filter(|property| property["id"] == "links");
    let dead = links
        .flat_map(|property| list(property, "value"))
        .filter(|link| {
            let url = text(link, "url");
            let file = url.strip_prefix("${artifacts}/${__data.fields.run_id}/");
            let known = [
                files::REPORT,
                files::CPU_FLAMEGRAPH,
                files::ALLOC_FLAMEGRAPH,
            ];
            !file.is_some_and(|file| known.contains(&file)) && !url.starts_with("/d/lt-run?")
        });
    dead.map(|link| {
        finding(
            "links",
            text(link, "title"),
            "leads to nothing that a run leaves",
        )
    })
    .collect()
}
