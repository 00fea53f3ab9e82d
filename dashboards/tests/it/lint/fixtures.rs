//! Each rule can fail: a good board broken in one place is found by that rule.

use serde_json::{Value, json};

use super::check;
use crate::boards;

const RATE: &str = r#"sum(rate(loadtest_requests_total{job=~"$job",instance=~"$instance",run_id=~"$run_id"}[$__rate_interval]))"#;
const S: &str = r#"job=~"$job",instance=~"$instance",run_id=~"$run_id""#;

fn good() -> Value {
    let (_, board) = boards()
        .into_iter()
        .find(|(path, _)| path.ends_with("/run.json"))
        .expect("there is the board of a run");
    assert_eq!(check(&board), [], "the fixture starts from a good board");
    board
}

/// The rules that speak after the value at a JSON pointer was replaced.
fn rules_after(pointer: &str, value: Value) -> Vec<&'static str> {
    let mut board = good();
    *board
        .pointer_mut(pointer)
        .unwrap_or_else(|| panic!("no {pointer}")) = value;
    let mut rules: Vec<_> = check(&board).iter().map(|found| found.rule).collect();
    rules.dedup();
    rules
}

fn data_panel() -> usize {
    let board = good();
    let panels = board["panels"].as_array().expect("panels");
    let line = |panel: &Value| panel["type"] == "timeseries" && panel["targets"][1].is_object();
    panels.iter().position(line).expect("a panel of lines")
}

fn panel(pointer: &str, value: Value) -> Vec<&'static str> {
    rules_after(&format!("/panels/{}{pointer}", data_panel()), value)
}

fn query(expr: &str) -> Vec<&'static str> {
    panel("/targets/0/expr", json!(expr))
}

#[test]
fn frame_rules() {
    assert_eq!(rules_after("/editable", json!(true)), ["editable"]);
    assert_eq!(rules_after("/id", json!(7)), ["id"]);
    assert_eq!(rules_after("/uid", json!("mine")), ["uid"]);
    assert_eq!(rules_after("/schemaVersion", json!(16)), ["schema"]);
    assert_eq!(rules_after("/title", json!("Latency")), ["word"]);
    assert_eq!(
        rules_after("/description", json!("http://h/")),
        ["hard-coded"]
    );
    assert_eq!(rules_after("/links/0/tags/0", json!("other")), ["links"]);
    assert_eq!(rules_after("/links/1/url", json!("${runs}")), ["links"]);
}

#[test]
fn variable_rules() {
    let variable = |rest: &str, value| rules_after(&format!("/templating/list/{rest}"), value);
    assert_eq!(variable("0/name", json!("source")), ["variables"]);
    assert_eq!(variable("1/multi", json!(false)), ["variables"]);
    assert_eq!(variable("3/allValue", json!(".+")), ["variables"]);
    assert_eq!(variable("4/hide", json!(0)), ["variables"]);
    assert_eq!(
        variable("1/query/query", json!("label_values(up, job)")),
        ["variables"]
    );
    assert_eq!(
        variable("1/query/query", json!("label_values(loadtest_users{, job)")),
        ["variables"]
    );
    assert_eq!(
        variable(
            "1/query/query",
            json!("label_values(loadtest_users, color)")
        ),
        ["variables"]
    );
}

#[test]
fn a_link_to_what_no_run_leaves_is_found() {
    let board = good();
    let panels = board["panels"].as_array().expect("panels");
    let runs = panels
        .iter()
        .position(|panel| panel["title"] == "Runs in range");
    let at = format!(
        "/panels/{}/fieldConfig/overrides/0/properties/0/value/0/url",
        runs.expect("a table of runs")
    );
    let wrong = json!("${artifacts}/${__data.fields.run_id}/report.pdf");
    assert_eq!(rules_after(&at, wrong), ["links"]);
}

#[test]
fn panel_rules() {
    assert_eq!(panel("/type", json!("graph")), ["kind"]);
    assert_eq!(panel("/title", json!("")), ["title"]);
    assert_eq!(panel("/id", json!(1)), ["panel-ids"]);
    assert_eq!(panel("/gridPos/w", json!(0)), ["width"]);
    assert_eq!(panel("/gridPos/y", json!(0)), ["overlap"]);
    assert_eq!(panel("/datasource/uid", json!("loadtest")), ["data-source"]);
    assert_eq!(
        panel("/targets/0/datasource/uid", json!("loadtest")),
        ["data-source"]
    );
    assert_eq!(panel("/description", json!("")), ["description"]);
    assert_eq!(panel("/fieldConfig/defaults/unit", json!("ms")), ["unit"]);
    assert_eq!(panel("/targets", json!([])), ["targets"]);
    assert_eq!(panel("/targets/0/refId", json!("B")), ["ref-ids"]);
    assert_eq!(
        panel("/options/legend/showLegend", json!(false)),
        ["legend"]
    );
    assert_eq!(panel("/targets/0/legendFormat", json!("")), ["legend"]);
}

#[test]
fn query_rules() {
    assert_eq!(query(RATE), [""; 0]);
    assert_eq!(query("sum("), ["parse"]);
    assert_eq!(
        query(&RATE.replace("requests_total", "request_total")),
        ["catalog"]
    );
    assert_eq!(
        query(&RATE.replace("job=", r#"color="red",job="#)),
        ["labels"]
    );
    assert_eq!(query(&RATE.replace("sum(", "sum by (color) (")), ["labels"]);
    assert_eq!(
        query(
            &RATE
                .replace(r#","run_id=~"$run_id"#, "")
                .replace("$run_id", "x")
        ),
        ["matchers"]
    );
    assert_eq!(query(&RATE.replace("$__rate_interval", "1m")), ["window"]);
    assert_eq!(
        query(&RATE.replace("$__rate_interval", "$__range")),
        ["window"]
    );
    assert_eq!(query(&format!("{RATE} or vector(0)")), ["vector"]);
    assert_eq!(
        query(&format!("sum(loadtest_requests_total{{{S}}})")),
        ["counter"]
    );
    assert_eq!(query(&RATE.replace("requests_total", "users")), ["gauge"]);
    assert_eq!(query(&RATE.replace("rate(", "increase(")), ["round"]);
}

#[test]
fn quantile_rules() {
    let buckets = format!("rate(http_request_duration_seconds_bucket{{{S}}}[$__rate_interval])");
    let good = format!("histogram_quantile(0.99, sum by (le) ({buckets}))");
    assert_eq!(query(&good), [""; 0]);
    assert_eq!(query(&good.replace("by (le)", "by (route)")), ["le"]);
    assert_eq!(query(&format!("avg({good})")), ["quantile"]);
}
