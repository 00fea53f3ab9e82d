//! Lines over time.

use super::{
    About, Asks, Query, Style, described, dimension, field_config, for_field, targets, thresholds,
};
use crate::expr::Dimension;
use crate::wire::{
    Color, Legend, LegendSort, LineStyle, Lines, Options, Override, Panel, Property,
    ScaleDistribution, Stacking, ThresholdsStyle, TimeSeriesOptions, Tooltip,
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
                calcs: vec!["mean", "max"],
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

/// Parts of a whole on top of each other. Lines that are drawn apart, such as the whole itself, are not part of the heap.
pub fn stacked(about: About, queries: &[Query]) -> Panel {
    let mut panel = time_series(about, queries);
    if let Some(fields) = &mut panel.field_config {
        if let Some(lines) = &mut fields.defaults.custom {
            lines.fill_opacity = 40;
            lines.stacking = Some(heap("normal"));
        }
        for apart in &mut fields.overrides {
            apart.properties.push(Property::Stacking(heap("none")));
        }
    }
    panel
}

/// Lines that should stay below `limit`, which is drawn where an alert has it.
pub fn time_series_below(about: About, queries: &[Query], limit: f64) -> Panel {
    let mut panel = time_series(about, queries);
    if let Some(fields) = &mut panel.field_config {
        fields.defaults.thresholds = thresholds(Some(limit));
        if let Some(lines) = &mut fields.defaults.custom {
            lines.axis_soft_max = Some(limit * 1.1);
            lines.thresholds_style = Some(ThresholdsStyle { mode: "dashed" });
        }
    }
    panel
}

/// The legend as one line under the lines, where there is no room beside them; other kinds of panels stay as they are.
pub fn with_legend_below(panel: &mut Panel) {
    if let Some(Options::TimeSeries(options)) = &mut panel.options {
        options.legend.display_mode = "list";
        options.legend.placement = "bottom";
        options.legend.calcs = Vec::new();
    }
}

fn heap(mode: &'static str) -> Stacking {
    Stacking { mode, group: "A" }
}

fn lines() -> Lines {
    Lines {
        line_width: 1,
        fill_opacity: 8,
        show_points: "never",
        span_nulls: false,
        axis_soft_max: None,
        scale_distribution: None,
        stacking: None,
        thresholds_style: None,
    }
}

fn drawn_apart(query: &Query) -> Option<Override> {
    let (color, dashed) = match query.style {
        Style::Plain => return None,
        Style::Failure => ("red", true),
        Style::Limit => ("gray", true),
        Style::Baseline => ("#0072B2", false),
        Style::Candidate => ("#D55E00", true),
    };
    // Series of several label values stay distinguishable: they keep their colours, and the dashes tell the runs apart.
    let by_label = query.legend.contains("{{");
    let color = (query.style == Style::Limit || !by_label).then_some(Property::Color(Color {
        mode: "fixed",
        fixed_color: Some(color),
    }));
    let dashed = dashed.then_some(Property::LineStyle(LineStyle {
        fill: "dash",
        dash: [8, 4],
    }));
    let properties: Vec<_> = color.into_iter().chain(dashed).collect();
    (!properties.is_empty()).then(|| for_field(query.legend, properties))
}
