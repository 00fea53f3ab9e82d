//! A distribution over time: every bucket of a histogram as a cell whose colour says how much fell into it.

use super::{About, Asks, Query, described, dimension, field_config, targets};
use crate::wire::{
    FilterValues, HeatMapColor, HeatMapLegend, HeatMapOptions, HeatMapTooltip, Options, Panel,
    RowsFrame, UnitOption, YAxis,
};

/// The buckets of `query`, which keeps the label `le`.
pub fn heat_map(about: About, query: Query) -> Panel {
    let queries = [query];
    let dimension = dimension(&about, &queries);
    Panel {
        field_config: Some(field_config(dimension, Vec::new())),
        options: Some(Options::HeatMap(HeatMapOptions {
            calculate: false,
            cell_gap: 0,
            color: HeatMapColor {
                mode: "scheme",
                scheme: "Oranges",
                steps: 64,
                reverse: false,
                // Below 1, so that the rare and long ones are seen beside the mass.
                exponent: 0.5,
                fill: "dark-orange",
            },
            cell_values: UnitOption { unit: "ops" },
            filter_values: FilterValues { le: 1e-9 },
            rows_frame: RowsFrame { layout: "auto" },
            tooltip: HeatMapTooltip {
                mode: "single",
                y_histogram: false,
                show_color_scale: false,
            },
            legend: HeatMapLegend { show: true },
            y_axis: YAxis {
                axis_placement: "left",
                reverse: false,
                unit: dimension.unit(),
            },
            show_value: "never",
        })),
        targets: targets(&queries, Asks::Buckets),
        ..described("heatmap", about)
    }
}
