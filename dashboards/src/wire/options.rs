//! What is particular about each kind of panel.

use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Options {
    Stat(StatOptions),
    TimeSeries(TimeSeriesOptions),
    Table(TableOptions),
    Text(TextOptions),
    HeatMap(HeatMapOptions),
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatOptions {
    pub reduce_options: ReduceOptions,
    pub graph_mode: &'static str,
    pub color_mode: &'static str,
    pub text_mode: &'static str,
}

#[derive(Debug, Serialize)]
pub struct ReduceOptions {
    pub calcs: [&'static str; 1],
    pub fields: &'static str,
    pub values: bool,
}

#[derive(Debug, Serialize)]
pub struct TimeSeriesOptions {
    pub legend: Legend,
    pub tooltip: Tooltip,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Legend {
    pub display_mode: &'static str,
    pub placement: &'static str,
    pub calcs: Vec<&'static str>,
    pub show_legend: bool,
    #[serde(flatten)]
    pub sort: Option<LegendSort>,
}

/// The column that orders the rows of a legend.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LegendSort {
    pub sort_by: &'static str,
    pub sort_desc: bool,
}

#[derive(Debug, Serialize)]
pub struct Tooltip {
    pub mode: &'static str,
    pub sort: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TableOptions {
    pub show_header: bool,
}

#[derive(Debug, Serialize)]
pub struct TextOptions {
    pub mode: &'static str,
    pub content: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HeatMapOptions {
    /// False where the data source has buckets already.
    pub calculate: bool,
    pub cell_gap: u8,
    pub color: HeatMapColor,
    pub cell_values: UnitOption,
    pub filter_values: FilterValues,
    pub rows_frame: RowsFrame,
    pub tooltip: HeatMapTooltip,
    pub legend: HeatMapLegend,
    pub y_axis: YAxis,
    pub show_value: &'static str,
}

#[derive(Debug, Serialize)]
pub struct HeatMapColor {
    pub mode: &'static str,
    pub scheme: &'static str,
    pub steps: u8,
    pub reverse: bool,
    pub exponent: f64,
    pub fill: &'static str,
}

#[derive(Debug, Serialize)]
pub struct UnitOption {
    pub unit: &'static str,
}

/// Cells up to this value stay empty.
#[derive(Debug, Serialize)]
pub struct FilterValues {
    pub le: f64,
}

#[derive(Debug, Serialize)]
pub struct RowsFrame {
    pub layout: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HeatMapTooltip {
    pub mode: &'static str,
    pub y_histogram: bool,
    pub show_color_scale: bool,
}

#[derive(Debug, Serialize)]
pub struct HeatMapLegend {
    pub show: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct YAxis {
    pub axis_placement: &'static str,
    pub reverse: bool,
    pub unit: &'static str,
}
