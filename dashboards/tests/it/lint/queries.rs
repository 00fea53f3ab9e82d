//! Rules about PromQL: it parses, asks only for what the catalog has, and does nothing with it that misleads.

use record::catalog::{self, Family, Kind};
use serde_json::Value;

use super::promql::{Around, Use as Selector, uses};
use super::{Finding, Use, expressions, finding};

/// What the scrape puts on every series.
const SCRAPE_LABELS: [(&str, &str); 3] = [
    ("job", "=~JOB"),
    ("instance", "=~INSTANCE"),
    ("run_id", "=~RUN"),
];

pub fn check(board: &Value) -> Vec<Finding> {
    let queries = expressions(board);
    queries
        .iter()
        .flat_map(|(place, used, query)| one(place, *used, query))
        .collect()
}

/// Every finding on one query.
fn one(place: &str, used: Use, query: &str) -> Vec<Finding> {
    let mut found = windows(place, used, query);
    if query.contains("vector(") {
        found.push(finding("vector", place, "hides a metric that is missing"));
    }
    match uses(query) {
        Err(reason) => found.push(finding("parse", place, reason)),
        Ok(selectors) => {
            let each = selectors
                .iter()
                .flat_map(|selector| selector_rules(place, selector));
            found.extend(each);
        }
    }
    found
}

/// `$__rate_interval` everywhere, `$__range` in instant queries, nothing literal.
fn windows(place: &str, used: Use, query: &str) -> Vec<Finding> {
    let windows = query
        .split('[')
        .skip(1)
        .filter_map(|rest| rest.split(']').next());
    let fits = |window: &str| match window {
        "$__rate_interval" => true,
        "$__range" => used == Use::Instant,
        _ => false,
    };
    let wrong = windows.filter(|window| !fits(window));
    wrong
        .map(|window| finding("window", place, format!("[{window}] in a {used:?} query")))
        .collect()
}

fn selector_rules(place: &str, selector: &Selector) -> Vec<Finding> {
    let name = selector.name.as_str();
    let Some((family, suffix)) = family(name) else {
        return vec![finding(
            "catalog",
            place,
            format!("{name} is not in the catalog"),
        )];
    };
    let mut found = labels(place, selector, family, suffix);
    if !of_one_run(selector) {
        let missing = SCRAPE_LABELS
            .iter()
            .filter(|(label, wanted)| !has(selector, label, wanted));
        found.extend(missing.map(|(label, _)| {
            let reason = format!("{name} lacks {label}=~\"${label}\"");
            finding("matchers", place, reason)
        }));
    }
    found.extend(functions(place, selector, family));
    found
}

fn has(selector: &Selector, label: &str, wanted: &str) -> bool {
    let mut matchers = selector.matchers.iter();
    matchers.any(|(key, value)| key == label && value == wanted)
}

/// A selector of one of two runs that are laid over each other.
fn of_one_run(selector: &Selector) -> bool {
    let run = ["=RUN_A", "=RUN_B"];
    has(selector, "job", "=aligned") && run.iter().any(|run| has(selector, "run_id", run))
}

fn labels(place: &str, selector: &Selector, family: &Family, suffix: &str) -> Vec<Finding> {
    let known = |label: &str| {
        family.labels.iter().any(|own| own.key == label)
            || SCRAPE_LABELS.iter().any(|(key, _)| *key == label)
            || (label == "le" && suffix == "_bucket")
    };
    let matched = selector.matchers.iter().map(|(key, _)| key.as_str());
    let grouped = selector.groupings().flatten().map(String::as_str);
    let strange = matched.chain(grouped).filter(|label| !known(label));
    strange
        .map(|label| {
            finding(
                "labels",
                place,
                format!("{} has no label {label}", selector.name),
            )
        })
        .collect()
}

fn functions(place: &str, selector: &Selector, family: &Family) -> Vec<Finding> {
    let name = &selector.name;
    let mut found = Vec::new();
    let mut forbid = |rule, broken: bool, reason: &str| {
        if broken {
            found.push(finding(rule, place, format!("{name} {reason}")));
        }
    };
    let counts = family.kind != Kind::Gauge;
    let counted = selector.is_counted();
    forbid(
        "counter",
        counts && !counted,
        "is a counter outside rate and increase",
    );
    forbid(
        "gauge",
        !counts && counted,
        "is a gauge inside rate or increase",
    );
    forbid(
        "le",
        loses_le(selector),
        "loses le before histogram_quantile",
    );
    forbid(
        "quantile",
        aggregates_quantiles(selector),
        "has its quantiles aggregated",
    );
    let shown_as_count =
        selector.inside("increase") && !selector.around.contains(&Around::Operator);
    forbid(
        "round",
        shown_as_count && !selector.inside("round"),
        "is a count that is not rounded",
    );
    found
}

const QUANTILE: Around = Around::Function("histogram_quantile");

/// An aggregation between the buckets and the quantile must keep their bounds.
fn loses_le(selector: &Selector) -> bool {
    let around = selector.around.iter();
    let mut inside = around
        .skip_while(|around| **around != QUANTILE)
        .filter_map(Around::labels);
    inside.any(|by| !by.iter().any(|label| label == "le"))
}

/// Quantiles can be neither averaged nor added.
fn aggregates_quantiles(selector: &Selector) -> bool {
    let around = selector.around.iter();
    let mut outside = around.take_while(|around| **around != QUANTILE);
    selector.around.contains(&QUANTILE) && outside.any(|around| around.labels().is_some())
}

/// The family behind an exposed name, and the suffix that a histogram adds.
pub fn family(name: &str) -> Option<(&'static Family, &'static str)> {
    let of_histogram = ["_bucket", "_count", "_sum"]
        .into_iter()
        .find_map(|suffix| {
            let family = catalog::find(name.strip_suffix(suffix)?)?;
            matches!(family.kind, Kind::Histogram(_)).then_some((family, suffix))
        });
    of_histogram.or_else(|| Some((catalog::find(name)?, "")))
}

/// `label_values(selector, label)` with a selector that parses and a label that its families have.
pub fn variable_query(query: &str) -> Result<(), String> {
    let inner = query
        .strip_prefix("label_values(")
        .and_then(|rest| rest.strip_suffix(')'));
    let (selector, label) = inner
        .and_then(|inner| inner.rsplit_once(", "))
        .ok_or_else(|| format!("{query} is no label_values(selector, label)"))?;
    let selectors = uses(selector)?;
    let [selector] = selectors.as_slice() else {
        return Err(format!("{selector} is not one selector"));
    };
    if !SCRAPE_LABELS.iter().any(|(key, _)| *key == label) {
        return Err(format!("{label} is no label of the scrape"));
    }
    let unknown = named(selector)
        .into_iter()
        .find(|name| catalog::find(name).is_none());
    unknown.map_or(Ok(()), |name| Err(format!("{name} is not in the catalog")))
}

/// The names behind `name` or `{__name__=~"a|b"}`.
fn named(selector: &Selector) -> Vec<String> {
    let by_regex = selector
        .matchers
        .iter()
        .filter(|(key, _)| key == "__name__");
    let names = by_regex.flat_map(|(_, value)| value.trim_start_matches("=~").split('|'));
    let plain = Some(selector.name.as_str()).filter(|name| !name.is_empty());
    names.chain(plain).map(str::to_owned).collect()
}
