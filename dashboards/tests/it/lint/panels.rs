//! Rules about panels: identity, place, unit, legend.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Finding, finding, list, place, text};

/// The units a board may use; all are ids of Grafana.
const UNITS: [&str; 8] = [
    "s",
    "reqps",
    "ops",
    "percentunit",
    "bytes",
    "Bps",
    "none",
    "short",
];
/// The kinds that have been drawn outside a server.
const KINDS: [&str; 7] = [
    "stat",
    "timeseries",
    "bargauge",
    "table",
    "heatmap",
    "text",
    "row",
];

pub fn check(board: &Value) -> Vec<Finding> {
    let panels = list(board, "panels");
    let mut found = unique_ids(panels);
    found.extend(places(panels));
    for panel in panels {
        let kind = text(panel, "type");
        if !KINDS.contains(&kind) {
            found.push(finding("kind", place(panel), format!("type {kind}")));
        }
        if text(panel, "title").is_empty() {
            found.push(finding("title", place(panel), "no title"));
        }
        if !matches!(kind, "row" | "text") {
            found.extend(data(panel));
        }
    }
    found
}

fn unique_ids(panels: &[Value]) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    let again = panels
        .iter()
        .filter(|panel| !seen.insert(panel["id"].to_string()));
    again
        .map(|panel| finding("panel-ids", place(panel), "this id is taken"))
        .collect()
}

fn places(panels: &[Value]) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut cells = BTreeSet::new();
    for panel in panels {
        let [x, y, w, h] =
            ["x", "y", "w", "h"].map(|key| panel["gridPos"][key].as_u64().unwrap_or_default());
        if w == 0 || h == 0 || x + w > 24 {
            found.push(finding(
                "width",
                place(panel),
                format!("x {x} + w {w} of 24, h {h}"),
            ));
        }
        let area = (x..x + w).flat_map(|x| (y..y + h).map(move |y| (x, y)));
        let overlaps = area.filter(|cell| !cells.insert(*cell)).count();
        if overlaps > 0 {
            found.push(finding(
                "overlap",
                place(panel),
                format!("{overlaps} cells are taken"),
            ));
        }
    }
    found
}

fn data(panel: &Value) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut expect = |rule, holds: bool, reason: String| {
        if !holds {
            found.push(finding(rule, place(panel), reason));
        }
    };
    let source = json!({"type": "prometheus", "uid": "${datasource}"});
    let targets = list(panel, "targets");
    let on_source = targets
        .iter()
        .chain([panel])
        .all(|part| part["datasource"] == source);
    expect("data-source", on_source, "not on ${datasource}".to_owned());
    let description = text(panel, "description");
    expect(
        "description",
        description.len() > 40,
        "says too little".to_owned(),
    );
    let unit = text(&panel["fieldConfig"]["defaults"], "unit");
    expect("unit", UNITS.contains(&unit), format!("unit {unit:?}"));
    expect("targets", !targets.is_empty(), "nothing to show".to_owned());
    let refs: BTreeSet<_> = targets.iter().map(|target| text(target, "refId")).collect();
    expect(
        "ref-ids",
        refs.len() == targets.len(),
        "refIds repeat".to_owned(),
    );
    expect(
        "legend",
        legend(panel, targets),
        "no legend for more than one series".to_owned(),
    );
    found
}

fn legend(panel: &Value, targets: &[Value]) -> bool {
    let many = targets.len() > 1
        || targets
            .iter()
            .any(|target| keeps_labels(text(target, "expr")));
    let named = targets
        .iter()
        .all(|target| !text(target, "legendFormat").is_empty());
    text(panel, "type") != "timeseries"
        || (named && (!many || panel["options"]["legend"]["showLegend"] == true))
}

/// Whether a query gives one series for each value of some label.
fn keeps_labels(query: &str) -> bool {
    let mut groupings = query.split("by (").skip(1);
    groupings.any(|labels| !labels.starts_with("le)"))
}
