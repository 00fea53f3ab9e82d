//! How the values of a panel look: unit, colour, thresholds, and what is different for some of them.

use serde::Serialize;

#[derive(Debug, Serialize)]
pub struct FieldConfig {
    pub defaults: Defaults,
    pub overrides: Vec<Override>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Defaults {
    pub unit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_value: Option<&'static str>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stacking: Option<Stacking>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thresholds_style: Option<ThresholdsStyle>,
}

#[derive(Debug, Serialize)]
pub struct ThresholdsStyle {
    pub mode: &'static str,
}

#[derive(Debug, Serialize)]
pub struct Stacking {
    pub mode: &'static str,
    pub group: &'static str,
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
    pub options: String,
}

#[derive(Debug, Serialize)]
#[serde(tag = "id", content = "value")]
pub enum Property {
    #[serde(rename = "color")]
    Color(Color),
    #[serde(rename = "custom.lineStyle")]
    LineStyle(LineStyle),
    #[serde(rename = "custom.stacking")]
    Stacking(Stacking),
    #[serde(rename = "unit")]
    Unit(&'static str),
    #[serde(rename = "decimals")]
    Decimals(u8),
    #[serde(rename = "links")]
    Links(Vec<DataLink>),
}

/// Where a value leads to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DataLink {
    pub title: &'static str,
    pub url: &'static str,
    pub target_blank: bool,
}

#[derive(Debug, Serialize)]
pub struct LineStyle {
    pub fill: &'static str,
    pub dash: [u8; 2],
}
