//! The JSON of a Grafana dashboard, classic model, as far as our boards use it.
//!
//! The fields are Grafana's and stand in the order in which they are written; what they mean is decided in `panel` and `board`.

use std::collections::BTreeMap;

use serde::Serialize;

/// The constant of Grafana 13; loads from about 10 on.
pub const SCHEMA_VERSION: u32 = 42;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Dashboard {
    pub annotations: List<Annotation>,
    pub description: &'static str,
    pub editable: bool,
    pub graph_tooltip: u8,
    pub id: Option<u32>,
    pub links: Vec<Link>,
    pub panels: Vec<Panel>,
    pub refresh: &'static str,
    pub schema_version: u32,
    pub tags: [&'static str; 2],
    pub templating: List<Variable>,
    pub time: TimeRange,
    pub timezone: &'static str,
    pub title: &'static str,
    pub uid: &'static str,
}

#[derive(Debug, Serialize)]
pub struct List<T> {
    pub list: Vec<T>,
}

#[derive(Debug, Serialize)]
pub struct TimeRange {
    pub from: &'static str,
    pub to: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Annotation {
    pub name: &'static str,
    pub datasource: DataSource,
    pub enable: bool,
    pub icon_color: &'static str,
    pub expr: String,
    pub step: &'static str,
    pub title_format: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Link {
    pub title: &'static str,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub tags: [&'static str; 1],
    pub as_dropdown: bool,
    pub include_vars: bool,
    pub keep_time: bool,
}

/// Where a query goes: always the board's variable, never a fixed server.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct DataSource {
    #[serde(rename = "type")]
    kind: &'static str,
    uid: &'static str,
}

/// The one data source of a board.
pub const DATA_SOURCE: DataSource = DataSource {
    kind: "prometheus",
    uid: "${datasource}",
};

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Variable {
    Source(SourceVariable),
    Query(QueryVariable),
}

#[derive(Debug, Serialize)]
pub struct SourceVariable {
    pub name: &'static str,
    pub label: &'static str,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub query: &'static str,
    pub refresh: u8,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct QueryVariable {
    pub name: &'static str,
    pub label: &'static str,
    pub description: &'static str,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub datasource: DataSource,
    pub query: VariableQuery,
    pub multi: bool,
    pub include_all: bool,
    pub all_value: &'static str,
    pub refresh: u8,
    pub sort: u8,
    pub current: Choice,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VariableQuery {
    pub query: String,
    pub ref_id: &'static str,
}

#[derive(Debug, Serialize)]
pub struct Choice {
    pub text: &'static str,
    pub value: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Panel {
    pub id: u32,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub title: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub datasource: Option<DataSource>,
    pub grid_pos: GridPos,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field_config: Option<FieldConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options: Option<Options>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<Target>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub transformations: Vec<Transformation>,
    /// Only rows say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collapsed: Option<bool>,
}

#[derive(Debug, Default, Clone, Copy, Serialize)]
pub struct GridPos {
    pub x: u32,
    pub y: u32,
    pub w: u32,
    pub h: u32,
}

#[derive(Debug, Serialize)]
pub struct FieldConfig {
    pub defaults: Defaults,
    pub overrides: Vec<Override>,
}

#[derive(Debug, Serialize)]
pub struct Defaults {
    pub unit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    pub color: Color,
    pub thresholds: Thresholds,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom: Option<Lines>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Color {
    pub mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed_color: Option<&'static str>,
}

#[derive(Debug, Serialize)]
pub struct Thresholds {
    pub mode: &'static str,
    pub steps: Vec<Step>,
}

#[derive(Debug, Serialize)]
pub struct Step {
    pub color: &'static str,
    pub value: Option<f64>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Lines {
    pub line_width: u8,
    pub fill_opacity: u8,
    pub show_points: &'static str,
    pub span_nulls: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub axis_soft_max: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale_distribution: Option<ScaleDistribution>,
}

#[derive(Debug, Serialize)]
pub struct ScaleDistribution {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub log: u8,
}

#[derive(Debug, Serialize)]
pub struct Override {
    pub matcher: Matcher,
    pub properties: Vec<Property>,
}

#[derive(Debug, Serialize)]
pub struct Matcher {
    pub id: &'static str,
    pub options: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(tag = "id", content = "value")]
pub enum Property {
    #[serde(rename = "color")]
    Color(Color),
    #[serde(rename = "custom.lineStyle")]
    LineStyle(LineStyle),
    #[serde(rename = "unit")]
    Unit(&'static str),
}

#[derive(Debug, Serialize)]
pub struct LineStyle {
    pub fill: &'static str,
    pub dash: [u8; 2],
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Options {
    Stat(StatOptions),
    TimeSeries(TimeSeriesOptions),
    Table(TableOptions),
    Text(TextOptions),
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
    pub calcs: [&'static str; 2],
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
pub struct Target {
    pub ref_id: String,
    pub datasource: DataSource,
    pub editor_mode: &'static str,
    pub expr: String,
    pub format: &'static str,
    pub instant: bool,
    pub range: bool,
    pub legend_format: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(tag = "id", content = "options")]
pub enum Transformation {
    #[serde(rename = "merge")]
    Merge(Empty),
    #[serde(rename = "organize")]
    Organize(Organize),
}

#[derive(Debug, Serialize)]
pub struct Empty {}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Organize {
    pub exclude_by_name: BTreeMap<String, bool>,
    pub rename_by_name: BTreeMap<String, &'static str>,
}

/// The file of a board.
pub fn to_json(dashboard: &Dashboard) -> String {
    let text = serde_json::to_string_pretty(dashboard);
    // Strings, numbers and lists only: there is nothing that JSON could refuse.
    text.expect("a dashboard is plain data") + "\n"
}
