//! A table of whole-range figures: one row for each value of some labels, one column for each query.

use std::collections::BTreeMap;

use super::{About, Asks, Query, described, field_config, for_field, query, targets};
use crate::expr::{Dimension, Expr};
use crate::wire::{Empty, Options, Organize, Panel, Property, TableOptions, Transformation};

/// A column of figures with its heading.
pub fn column(title: &'static str, expr: Expr) -> Query {
    query(title, expr)
}

/// A table. The labels that the queries keep become columns of their own.
pub fn table(about: About, columns: &[Query]) -> Panel {
    let units = columns.iter().map(|column| {
        let unit = Property::Unit(column.expr.dimension().unit());
        for_field(column.legend, vec![unit])
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
            rename_by_name: BTreeMap::new(),
        })],
        ..described("table", about)
    }
}

/// Merged queries come out as `Value #A`, `Value #B`; a single one as `Value`.
fn organize(columns: &[Query]) -> Organize {
    let names = ('A'..='Z').map(|letter| match columns {
        [_] => "Value".to_owned(),
        _ => format!("Value #{letter}"),
    });
    Organize {
        exclude_by_name: BTreeMap::from([("Time".to_owned(), true)]),
        rename_by_name: names
            .zip(columns.iter().map(|column| column.legend))
            .collect(),
    }
}
