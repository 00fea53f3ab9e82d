//! The variables above a board.

use serde::Serialize;

use super::DataSource;

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Variable {
    Source(SourceVariable),
    Query(QueryVariable),
    Constant(ConstantVariable),
}

#[derive(Debug, Serialize)]
pub struct SourceVariable {
    pub name: &'static str,
    pub label: &'static str,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub query: &'static str,
    pub refresh: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<Choice>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub all_value: Option<&'static str>,
    pub refresh: u8,
    pub sort: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<Choice>,
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

/// A value that links use; nobody sees or changes it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConstantVariable {
    pub name: &'static str,
    pub label: &'static str,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub query: String,
    pub hide: u8,
    pub skip_url_sync: bool,
}
