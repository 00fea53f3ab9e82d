use expect_test::{Expect, expect};
use record::catalog as m;

use super::*;
use crate::expr::{Window, in_rule};

fn check(value: &impl serde::Serialize, expected: &Expect) {
    expected.assert_eq(&serde_json::to_string_pretty(value).expect("plain data"));
}

fn advice() -> About {
    about(7, "Users", &m::LOADTEST_USERS, "Healthy: as planned.")
}

#[test]
#[expect(clippy::too_many_lines, reason = "one whole panel as JSON")]
fn a_line_that_is_a_limit() {
    let users = in_rule(&m::LOADTEST_USERS).value().sum();
    let limit = in_rule(&m::LOADTEST_IN_FLIGHT_LIMIT).value().sum();
    let panel = time_series(
        advice(),
        &[query("users", users), query("limit", limit).limit()],
    );
    check(
        &panel,
        &expect![[r#"
        {
          "id": 7,
          "type": "timeseries",
          "title": "Users",
          "description": "Users that are running. Healthy: as planned.",
          "datasource": {
            "type": "prometheus",
            "uid": "${datasource}"
          },
          "gridPos": {
            "x": 0,
            "y": 0,
            "w": 0,
            "h": 0
          },
          "fieldConfig": {
            "defaults": {
              "unit": "short",
              "min": 0.0,
              "color": {
                "mode": "palette-classic"
              },
              "thresholds": {
                "mode": "absolute",
                "steps": [
                  {
                    "color": "green",
                    "value": null
                  }
                ]
              },
              "custom": {
                "lineWidth": 1,
                "fillOpacity": 8,
                "showPoints": "never",
                "spanNulls": false,
                "axisSoftMax": 1.0
              }
            },
            "overrides": [
              {
                "matcher": {
                  "id": "byName",
                  "options": "limit"
                },
                "properties": [
                  {
                    "id": "color",
                    "value": {
                      "mode": "fixed",
                      "fixedColor": "gray"
                    }
                  },
                  {
                    "id": "custom.lineStyle",
                    "value": {
                      "fill": "dash",
                      "dash": [
                        8,
                        4
                      ]
                    }
                  }
                ]
              }
            ]
          },
          "options": {
            "legend": {
              "displayMode": "table",
              "placement": "right",
              "calcs": [
                "mean",
                "max"
              ],
              "showLegend": true
            },
            "tooltip": {
              "mode": "multi",
              "sort": "desc"
            }
          },
          "targets": [
            {
              "refId": "A",
              "datasource": {
                "type": "prometheus",
                "uid": "${datasource}"
              },
              "editorMode": "code",
              "expr": "sum(loadtest_users)",
              "format": "time_series",
              "instant": false,
              "range": true,
              "legendFormat": "users"
            },
            {
              "refId": "B",
              "datasource": {
                "type": "prometheus",
                "uid": "${datasource}"
              },
              "editorMode": "code",
              "expr": "sum(loadtest_in_flight_limit)",
              "format": "time_series",
              "instant": false,
              "range": true,
              "legendFormat": "limit"
            }
          ]
        }"#]],
    );
}

#[test]
fn the_largest_value_of_a_label_is_the_first_row() {
    let failures = in_rule(&m::LOADTEST_FAILURES).rate(Window::RateInterval);
    let panel = time_series(advice(), &[query("{{kind}}", failures.sum_by(&["kind"]))]);
    let Some(Options::TimeSeries(options)) = panel.options else {
        panic!("a time series has options of one");
    };
    check(
        &options.legend,
        &expect![[r#"
        {
          "displayMode": "table",
          "placement": "right",
          "calcs": [
            "mean",
            "max"
          ],
          "showLegend": true,
          "sortBy": "Max",
          "sortDesc": true
        }"#]],
    );
}

#[test]
fn a_log_axis_has_no_zero_and_the_base_of_its_unit() {
    let rate = |family| in_rule(family).rate(Window::RateInterval).sum();
    let bytes = rate(&m::RUNTIME_ALLOCATED_BYTES).per(&rate(&m::HTTP_REQUESTS));
    let panel = time_series_on_log_axis(advice(), &[query("bytes", bytes)]);
    let defaults = panel.field_config.expect("fields").defaults;
    assert_eq!(defaults.min, None);
    check(
        &defaults.custom,
        &expect![[r#"
        {
          "lineWidth": 1,
          "fillOpacity": 8,
          "showPoints": "never",
          "spanNulls": false,
          "scaleDistribution": {
            "type": "log",
            "log": 2
          }
        }"#]],
    );
}

#[test]
#[should_panic(expected = "Users: Count and Bytes on one axis")]
fn two_units_do_not_share_an_axis() {
    let users = in_rule(&m::LOADTEST_USERS).value().sum();
    let memory = in_rule(&m::PROCESS_MEMORY).value().sum();
    time_series(advice(), &[query("users", users), query("memory", memory)]);
}

#[test]
fn a_table_names_its_columns() {
    let requests = in_rule(&m::LOADTEST_REQUESTS)
        .increase(Window::Range)
        .sum_by(&["step"]);
    let p50 = in_rule(&m::LOADTEST_RESPONSE_TIME).quantile(0.5, Window::Range, &["step"]);
    let panel = table(
        advice(),
        &[column("requests", requests), column("p50", p50)],
    );
    check(
        &panel.transformations,
        &expect![[r#"
        [
          {
            "id": "merge",
            "options": {}
          },
          {
            "id": "organize",
            "options": {
              "excludeByName": {
                "Time": true
              },
              "renameByName": {
                "Value #A": "requests",
                "Value #B": "p50"
              }
            }
          }
        ]"#]],
    );
    let overrides = panel.field_config.map(|fields| fields.overrides);
    check(
        &overrides,
        &expect![[r#"
        [
          {
            "matcher": {
              "id": "byName",
              "options": "requests"
            },
            "properties": [
              {
                "id": "unit",
                "value": "short"
              }
            ]
          },
          {
            "matcher": {
              "id": "byName",
              "options": "p50"
            },
            "properties": [
              {
                "id": "unit",
                "value": "s"
              }
            ]
          }
        ]"#]],
    );
}
