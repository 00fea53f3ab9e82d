//! One big number.

use super::{About, Asks, Query, described, dimension, field_config, or_say, targets, thresholds};
use crate::expr::Dimension;
use crate::wire::{Color, Options, Panel, ReduceOptions, StatOptions};

/// Which number of a query is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// One instant query over the whole range: shares, quantiles and counts.
    WholeRange,
    /// The mean over the points of the range: for rates. A rate over the whole range would divide the
    /// requests of a one-minute run by the quarter of an hour that the board shows.
    MeanOfPoints,
}

/// A number; red from `red_from` on, where a rule names such a bound.
pub fn stat(about: About, reading: Reading, query: Query, red_from: Option<f64>) -> Panel {
    let queries = [query];
    let dimension = dimension(&about, &queries);
    let mut fields = field_config(dimension, Vec::new());
    fields.defaults.decimals = decimals(dimension);
    fields.defaults.thresholds = thresholds(red_from);
    fields.defaults.color = Color {
        mode: "thresholds",
        fixed_color: None,
    };
    let (asks, calculation) = match reading {
        Reading::WholeRange => (Asks::Number, "lastNotNull"),
        Reading::MeanOfPoints => (Asks::Line, "mean"),
    };
    Panel {
        field_config: Some(fields),
        options: Some(Options::Stat(StatOptions {
            reduce_options: ReduceOptions {
                calcs: [calculation],
                fields: "",
                values: false,
            },
            // A line behind the number halves the number; the line stands in its own panel below.
            graph_mode: "none",
            color_mode: if red_from.is_some() { "value" } else { "none" },
            text_mode: "value",
        })),
        targets: targets(&queries, asks),
        ..described("stat", about)
    }
}

/// The names of the series that there are, such as a verdict; `none_yet` where there are none.
pub fn names(about: About, query: Query, none_yet: &'static str) -> Panel {
    let mut panel = stat(about, Reading::WholeRange, query, None);
    if let Some(Options::Stat(options)) = &mut panel.options {
        options.text_mode = "name";
    }
    or_say(none_yet, panel)
}

/// Counts are whole; a share of failures needs more digits than a percentage usually gets.
fn decimals(dimension: Dimension) -> Option<u8> {
    match dimension {
        Dimension::Count | Dimension::Requests => Some(0),
        Dimension::Share => Some(3),
        _ => None,
    }
}
