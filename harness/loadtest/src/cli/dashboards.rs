//! What may be typed behind `loadtest dashboards` and `loadtest view`.

use super::duration;
use clap::{Args, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Debug, Subcommand)]
pub(crate) enum DashboardsCommand {
    /// Write Grafana dashboards, provisioning files, Prometheus and Alertmanager configuration into a folder
    Export(ExportArgs),
    /// Start Prometheus, Alertmanager and Grafana, those that are installed, with these files, until Ctrl-C
    Up(UpArgs),
    /// Put finished runs into a database that Prometheus serves, so that they can be browsed and compared
    Backfill(BackfillArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// The folder; it must be empty or not exist
    pub(crate) dir: PathBuf,
    /// How often Prometheus scrapes
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "1s")]
    pub(crate) scrape_interval: Duration,
    /// Where Grafana finds Prometheus
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9090")]
    pub(crate) prometheus_url: String,
    /// Where the generator serves its metrics
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:6061")]
    pub(crate) loadtest_address: String,
    /// Where the target serves its metrics
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:6060")]
    pub(crate) target_address: String,
    /// Whom Alertmanager tells
    #[arg(
        long,
        value_name = "URL",
        default_value = "http://127.0.0.1:6062/alerts"
    )]
    pub(crate) alert_webhook: String,
    /// Where boards find reports and flamegraphs: what `loadtest view` or `loadtest dashboards up` serves
    #[arg(
        long,
        value_name = "URL",
        default_value = "http://127.0.0.1:6062/artifacts"
    )]
    pub(crate) artifacts_url: String,
    /// Scrape /metrics/native too, for a target whose probe has the cargo feature `native`
    #[arg(long)]
    pub(crate) native: bool,
    /// Write into a folder that is not empty
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct UpArgs {
    /// The folder for files, data and logs
    #[arg(long, value_name = "DIR", default_value = crate::cmd::STACK)]
    pub(crate) dir: PathBuf,
    /// Run the canonical plan meanwhile; arguments of `loadtest run` may follow after --
    #[arg(long)]
    pub(crate) with_run: bool,
    /// Whom Alertmanager tells, instead of this program
    #[arg(long, value_name = "URL")]
    pub(crate) alert_webhook: Option<String>,
    /// Arguments of the run
    #[arg(last = true, requires = "with_run", value_name = "RUN-ARGUMENTS")]
    pub(crate) run: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct BackfillArgs {
    /// Runs: folders, record.json files, run ids, or `latest`
    #[arg(required = true, value_name = "RUN")]
    pub(crate) runs: Vec<String>,
    /// The data folder of the Prometheus that shows past runs
    #[arg(
        long,
        value_name = "DIR",
        default_value = "target/loadtest/stack/history"
    )]
    pub(crate) into: PathBuf,
    /// Write each run once more with its steady phase moved to 2020-01-01 00:02:00 UTC and job="aligned", so that runs can be laid over each
    /// other
    #[arg(long)]
    pub(crate) align: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ViewArgs {
    /// The folder that holds run folders
    #[arg(default_value = "target/loadtest")]
    pub(crate) dir: PathBuf,
    /// Where to serve
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:6062")]
    pub(crate) listen: SocketAddr,
}
