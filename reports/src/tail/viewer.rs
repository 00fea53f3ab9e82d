//! What the interactive viewer gets: one tree of functions for all profiles and bands, and sparse values for each.

use super::{Banded, words};
use record::tail::{Band, Metric};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A function of a stack that costs less than this part in every profile and band is drawn together with its like.
const LEAST_SHARE: f64 = 0.0005;
/// The most bytes of data; functions are put together until they fit.
const MOST_BYTES: usize = 1_500_000;
/// The name of what was put together.
const SMALL: &str = "(small)";

/// Place of a profile, an endpoint and a band among the columns of values.
type Column = usize;

/// One function as called through one chain of callers.
#[derive(Default)]
struct Node<'a> {
    children: BTreeMap<&'a str, Node<'a>>,
    /// Cost of the function itself and of what was put together below it, by column.
    own: BTreeMap<Column, i64>,
    /// Cost with callees.
    all: BTreeMap<Column, i64>,
}

impl<'a> Node<'a> {
    fn add(&mut self, stack: &'a str, column: Column, value: i64) {
        *self.all.entry(column).or_default() += value;
        let mut node = self;
        for name in stack.split(';') {
            node = node.children.entry(name).or_default();
            *node.all.entry(column).or_default() += value;
        }
        *node.own.entry(column).or_default() += value;
    }

    /// Puts together the children that are small in every column.
    fn prune(&mut self, totals: &[i64], least: f64) {
        let is_small = |node: &Self| {
            let mut costs = node.all.iter();
            costs.all(|(column, cost)| (*cost as f64) < totals[*column] as f64 * least)
        };
        let mut small = Self::default();
        self.children.retain(|name, child| {
            let keep = *name == SMALL || !is_small(child);
            if !keep {
                for (column, cost) in &child.all {
                    *small.all.entry(*column).or_default() += cost;
                }
            }
            keep
        });
        for child in self.children.values_mut() {
            child.prune(totals, least);
        }
        if !small.all.is_empty() {
            let together = self.children.entry(SMALL).or_default();
            for (column, cost) in small.all {
                *together.own.entry(column).or_default() += cost;
                *together.all.entry(column).or_default() += cost;
            }
        }
    }
}

/// The tree as flat arrays: parents come before their children, and the root is number 0.
#[derive(Default)]
struct Flat<'a> {
    names: BTreeMap<&'a str, usize>,
    name: Vec<&'a str>,
    parent: Vec<usize>,
    own: BTreeMap<Column, Vec<i64>>,
}

impl<'a> Flat<'a> {
    fn add(&mut self, name: &'a str, parent: usize, node: &Node<'a>) {
        let number = self.name.len();
        self.names.entry(name).or_default();
        self.name.push(name);
        self.parent.push(parent);
        for (column, cost) in node.own.iter().filter(|(_, cost)| **cost > 0) {
            let place = i64::try_from(number).unwrap_or(i64::MAX);
            self.own.entry(*column).or_default().extend([place, *cost]);
        }
        for (name, child) in &node.children {
            self.add(name, number, child);
        }
    }
}

/// The viewer's data as JSON that can stand in a page: `<` is escaped, since names are foreign.
pub(crate) fn data(banded: &Banded<'_>) -> String {
    let mut root = Node::default();
    let mut totals = Vec::new();
    for metric in &banded.metrics {
        for band in metric.endpoints.iter().flatten() {
            for (stack, value) in band.stacks.iter().filter(|(_, value)| **value > 0) {
                root.add(stack, totals.len(), *value);
            }
            totals.push(band.total);
        }
    }
    let mut least = LEAST_SHARE;
    loop {
        root.prune(&totals, least);
        let text = text(banded, &root, least);
        // At a fifth of everything hardly a function is left.
        if text.len() <= MOST_BYTES || least > 0.2 {
            return text;
        }
        least *= 2.0;
    }
}

fn text(banded: &Banded<'_>, root: &Node<'_>, least: f64) -> String {
    let mut flat = Flat::default();
    flat.add("all", 0, root);
    for (number, place) in flat.names.values_mut().enumerate() {
        *place = number;
    }
    let (mut columns, none) = ((0..).map(|column| flat.own.get(&column)), Vec::new());
    let metrics = banded.metrics.iter().map(|metric| {
        let endpoints = metric.endpoints.iter().enumerate().map(|(at, bands)| {
            let endpoint = banded.tail.endpoints.get(at);
            let bands = bands.iter().zip(Band::ALL).map(|(stacks, band)| {
                json!({
                    "requests": endpoint.map_or(0, |one| banded.tail.told_apart_at(one, band)),
                    "samples": stacks.samples,
                    "own": columns.next().flatten().unwrap_or(&none),
                })
            });
            bands.collect::<Vec<Value>>()
        });
        let endpoints: Vec<_> = endpoints.collect();
        json!({
            "name": metric.metric.name(),
            "words": words(metric.metric),
            "unit": unit(metric.metric),
            "sample": metric.sample_value,
            "endpoints": endpoints,
        })
    });
    let metrics: Vec<Value> = metrics.collect();
    let bands = Band::ALL.map(|band| {
        json!({ "name": band.name(), "words": band.words(), "requests": banded.tail.told_apart(band) })
    });
    let endpoints: Vec<&str> = banded
        .tail
        .endpoints
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    let names: Vec<&str> = flat.names.keys().copied().collect();
    let name: Vec<usize> = flat.name.iter().map(|name| flat.names[name]).collect();
    let value = json!({
        "least": least,
        "enough": super::ENOUGH_SAMPLES,
        "bands": bands,
        "endpoints": endpoints,
        "names": names,
        "name": name,
        "parent": flat.parent,
        "metrics": metrics,
    });
    value.to_string().replace('<', "\\u003c")
}

fn unit(metric: Metric) -> &'static str {
    match metric {
        Metric::Alloc => "bytes",
        Metric::Cpu | Metric::Block | Metric::Mutex => "ns",
    }
}
