//! A table of whole-range figures: one row for each value of some labels, one column for each query.

use std::collections::BTreeMap;

use super::{About, Asks, Query, described, field_config, for_field, query, targets};
use crate::expr::{Dimension, Expr};
use crate::wire::{
    DataLink, Empty, Options, Organize, Panel, Property, TableOptions, Transformation,
};

/// A column of figures with its heading.
pub fn column(title: &'static str, expr: Expr) -> Query {
    query(title, expr)
}

/// A table. The labels that the queries keep become columns of their own.
pub fn table(about: About, columns: &[Query]) -> Panel {
    let units = columns.iter().map(|column| {
        let dimension = column.expr.dimension();
        let unit = Property::Unit(dimension.unit());
        let few = (dimension == Dimension::Share).then_some(Property::Decimals(2));
        for_field(column.legend, std::iter::once(unit).chain(few).collect())
    });
    let fields = field_config(Dimension::Count, units.collect());
    Panel {
        field_config: Some(fields),
        options: Some(Options::Table(TableOptions { show_header: true })),
        targets: targets(columns, Asks::Table),
        transformations: vec![
            Transformation::Merge(Empty {}),
            Transformation::Organize(organize(columns)),
        ],
        ..described("table", about)
    }
}

/// A table of facts: the labels say everything, the value is always 1 and is hidden.
pub fn facts(about: About, expr: Expr) -> Panel {
    let fact = [query("", expr)];
    let hidden = ["Time", "Value"].map(|name| (name.to_owned(), true));
    Panel {
        field_config: Some(field_config(Dimension::Count, Vec::new())),
        options: Some(Options::Table(TableOptions { show_header: true })),
        targets: targets(&fact, Asks::Table),
        transformations: vec![Transformation::Organize(Organize {
            exclude_by_name: BTreeMap::from(hidden),
            index_by_name: BTreeMap::new(),
            rename_by_name: BTreeMap::new(),
        })],
        ..described("table", about)
    }
}

/// A table of runs: each `run_id` leads to what the run left, and to the board with this run alone.
pub fn runs(about: About, expr: Expr) -> Panel {
    let link = |title, url, target_blank| DataLink {
        title,
        url,
        target_blank,
    };
    let links = vec![
        link(
            "report",
            "${artifacts}/${__data.fields.run_id}/report.html",
            true,
        ),
        link(
            "CPU flamegraph",
            "${artifacts}/${__data.fields.run_id}/cpu.svg",
            true,
        ),
        link(
            "allocation flamegraph",
            "${artifacts}/${__data.fields.run_id}/alloc.svg",
            true,
        ),
        link(
            "only this run",
            "/d/lt-run?${datasource:queryparam}&var-run_id=${__data.fields.run_id}&${__url_time_range}",
            false,
        ),
    ];
    let mut panel = facts(about, expr);
    for transformation in &mut panel.transformations {
        if let Transformation::Organize(organize) = transformation {
            // A narrow table shows its first columns.
            let order = ["run_id", "plan", "model", "revision", "build"].into_iter();
            organize.index_by_name = order.zip(0..).collect();
        }
    }
    if let Some(fields) = &mut panel.field_config {
        fields
            .overrides
            .push(for_field("run_id", vec![Property::Links(links)]));
    }
    panel
}

/// Merged queries come out as `Value #A`, `Value #B`; a single one as `Value`.
fn organize(columns: &[Query]) -> Organize {
    let names = ('A'..='Z').map(|letter| match columns {
        [_] => "Value".to_owned(),
        _ => format!("Value #{letter}"),
    });
    Organize {
        exclude_by_name: BTreeMap::from([("Time".to_owned(), true)]),
        index_by_name: BTreeMap::new(),
        rename_by_name: names
            .zip(columns.iter().map(|column| column.legend))
            .collect(),
    }
}
