//! Lines over time.

use super::{About, Asks, Query, Style, described, dimension, field_config, for_field, targets};
use crate::wire::{
    Color, Legend, LineStyle, Lines, Options, Override, Panel, Property, TimeSeriesOptions, Tooltip,
};

/// Lines over time, with a legend table where there may be more than one.
pub fn time_series(about: About, queries: &[Query]) -> Panel {
    let overrides = queries.iter().filter_map(drawn_apart).collect();
    let mut fields = field_config(dimension(&about, queries), overrides);
    fields.defaults.min = Some(0.0);
    fields.defaults.custom = Some(Lines {
        line_width: 1,
        fill_opacity: 8,
        show_points: "never",
        span_nulls: false,
    });
    let many = queries.len() > 1 || queries.iter().any(|query| query.legend.contains("{{"));
    Panel {
        field_config: Some(fields),
        options: Some(Options::TimeSeries(TimeSeriesOptions {
            legend: Legend {
                display_mode: "table",
                placement: "right",
                calcs: ["mean", "max"],
                show_legend: many,
            },
            tooltip: Tooltip {
                mode: "multi",
                sort: "desc",
            },
        })),
        targets: targets(queries, Asks::Line),
        ..described("timeseries", about)
    }
}

fn drawn_apart(query: &Query) -> Option<Override> {
    let color = match query.style {
        Style::Plain => return None,
        Style::Failure => "red",
        Style::Limit => "gray",
    };
    let color = Property::Color(Color {
        mode: "fixed",
        fixed_color: Some(color),
    });
    let dashed = Property::LineStyle(LineStyle {
        fill: "dash",
        dash: [8, 4],
    });
    Some(for_field(query.legend, vec![color, dashed]))
}
