//! The JSON of a Grafana dashboard, classic model, as far as our boards use it.
//!
//! The fields are Grafana's and stand in the order in which they are written; what they mean is decided in `panel` and `board`.

use std::collections::BTreeMap;

use serde::Serialize;

pub use field::*;
pub use options::*;
pub use variable::*;

mod field;
mod options;
mod variable;

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

#[expect(clippy::struct_excessive_bools, reason = "Grafana's own keys")]
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Link {
    pub title: &'static str,
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Only links to an address say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<&'static str>,
    pub target_blank: bool,
    pub tags: Vec<&'static str>,
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
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub index_by_name: BTreeMap<&'static str, u8>,
    pub rename_by_name: BTreeMap<String, &'static str>,
}

/// The file of a board.
pub fn to_json(dashboard: &Dashboard) -> String {
    let text = serde_json::to_string_pretty(dashboard);
    // Strings, numbers and lists only: there is nothing that JSON could refuse.
    text.expect("a dashboard is plain data") + "\n"
}
