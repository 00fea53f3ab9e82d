//! Grafana dashboards, Prometheus configuration and rules, generated from the metric catalog.
//!
//! The crate is pure: [`export`] turns [`Settings`] into files in memory, and equal settings give equal bytes. Somebody else
//! writes them to disk. Every query is built by `expr` from `record::catalog`, so that a metric or a label that nobody exposes
//! cannot get onto a board; the boards themselves say what is shown, `layout` says where, `panel` says how, and `wire` is the
//! JSON that Grafana reads.

mod archive;
mod board;
mod expr;
mod layout;
mod panel;
mod provision;
mod reference;
mod rules;
mod settings;
mod wire;

pub use archive::{END as OPEN_METRICS_END, Placed, open_metrics};
pub use settings::{Discovery, Settings, SettingsError};

/// One file of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Where it belongs, relative to the folder of the export; parts are separated by `/`.
    pub path: String,
    /// What it contains: UTF-8 text that ends with a line break.
    pub bytes: Vec<u8>,
}

impl File {
    fn new(path: &str, text: String) -> Self {
        Self {
            path: path.to_owned(),
            bytes: text.into_bytes(),
        }
    }
}

/// Every file of the monitoring tree, in a fixed order: boards, rules, scrape and alert configuration, provisioning, README, and what every
/// metric and alert means.
///
/// # Panics
/// If a board asks for a metric or label that the catalog lacks, which the tests of this crate rule out.
pub fn export(settings: &Settings) -> Vec<File> {
    let artifacts = settings.artifacts_url();
    let board = |name: &str, make: fn(&str) -> wire::Dashboard| {
        let path = format!("grafana/dashboards/loadtest/{name}.json");
        File::new(&path, wire::to_json(&make(artifacts)))
    };
    vec![
        File::new("METRICS.md", reference::metrics()),
        File::new("README.md", provision::readme(settings)),
        File::new(
            "alertmanager/alertmanager.yml",
            provision::alert_route(settings),
        ),
        File::new("compose.yaml", provision::compose(settings)),
        board("compare", board::compare::board),
        board("engine", board::engine::board),
        board("run", board::run::board),
        board("stalls", board::stalls::board),
        File::new(
            "grafana/provisioning/dashboards/loadtest.yml",
            provision::dashboard_provider(),
        ),
        File::new(
            "grafana/provisioning/datasources/prometheus.yml",
            provision::data_source(settings),
        ),
        File::new("prometheus/history.yml", provision::history_config()),
        File::new("prometheus/loadtest.rules.test.yml", rules::test_file()),
        File::new("prometheus/loadtest.rules.yml", rules::file()),
        File::new(
            "prometheus/prometheus.yml",
            provision::scrape_config(settings),
        ),
    ]
}
