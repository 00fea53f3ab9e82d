//! Lines over time.

use super::{About, Asks, Query, Style, described, dimension, field_config, for_field, targets};
use crate::expr::Dimension;
use crate::wire::{
    Color, Legend, LegendSort, LineStyle, Lines, Options, Override, Panel, Property,
    ScaleDistribution, TimeSeriesOptions, Tooltip,
};

/// Values of a label are too many to see at once, and most are zero: what matters shall not need scrolling.
const LARGEST_FIRST: LegendSort = LegendSort {
    sort_by: "Max",
    sort_desc: true,
};

/// Lines over time, with a legend table where there may be more than one.
pub fn time_series(about: About, queries: &[Query]) -> Panel {
    let overrides = queries.iter().filter_map(drawn_apart).collect();
    let dimension = dimension(&about, queries);
    let mut fields = field_config(dimension, overrides);
    fields.defaults.min = Some(0.0);
    fields.defaults.custom = Some(Lines {
        axis_soft_max: dimension.least_axis(),
        ..lines()
    });
    let by_label = queries.iter().any(|query| query.legend.contains("{{"));
    Panel {
        field_config: Some(fields),
        options: Some(Options::TimeSeries(TimeSeriesOptions {
            legend: Legend {
                display_mode: "table",
                placement: "right",
                calcs: ["mean", "max"],
                show_legend: by_label || queries.len() > 1,
                sort: by_label.then_some(LARGEST_FIRST),
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

/// Lines whose values span decades: a peak at either end shall not press the rest to the ground. Such an axis has no zero; its
/// base is that of the unit's prefixes, for round labels.
pub fn time_series_on_log_axis(about: About, queries: &[Query]) -> Panel {
    let log = match dimension(&about, queries) {
        Dimension::Bytes => 2,
        _ => 10,
    };
    let mut panel = time_series(about, queries);
    if let Some(fields) = &mut panel.field_config {
        fields.defaults.min = None;
        fields.defaults.custom = Some(Lines {
            scale_distribution: Some(ScaleDistribution { kind: "log", log }),
            ..lines()
        });
    }
    panel
}

fn lines() -> Lines {
    Lines {
        line_width: 1,
        fill_opacity: 8,
        show_points: "never",
        span_nulls: false,
        axis_soft_max: None,
        scale_distribution: None,
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
