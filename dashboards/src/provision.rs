//! The files around the boards: what Prometheus scrapes, where Grafana finds Prometheus and the boards, and how to use them.

use crate::board::GENERATOR_JOB;
use crate::settings::{Discovery, Settings};

/// `prometheus.yml`: both processes. Valid from Prometheus 2.42 on.
pub fn scrape_config(settings: &Settings) -> String {
    let alertmanager = settings.alertmanager_address();
    let jobs = match settings.discovery() {
        Discovery::Addresses => jobs_by_address(settings),
        Discovery::Files => job_by_files(settings),
    };
    format!(
        r#"# Written by loadtest. To use an existing Prometheus, copy the scrape jobs and the rule file there.
global:
  evaluation_interval: 5s
rule_files: [loadtest.rules.yml]
alerting:
  alertmanagers:
  - static_configs:
    - targets: ["{alertmanager}"]
scrape_configs:
{jobs}"#
    )
}

fn jobs_by_address(settings: &Settings) -> String {
    let interval = settings.scrape_interval();
    let loadtest = settings.loadtest_address();
    let target = settings.target_address();
    let native = if settings.native() {
        native_job(settings)
    } else {
        String::new()
    };
    format!(
        r#"# The generator shows metrics only while a run is on.
- job_name: {GENERATOR_JOB}
  scrape_interval: {interval}
  scrape_timeout: {interval}
  honor_labels: true
  static_configs:
  - targets: ["{loadtest}"]
- job_name: target
  scrape_interval: {interval}
  scrape_timeout: {interval}
  honor_labels: true
  static_configs:
  - targets: ["{target}"]
{native}"#
    )
}

/// Another path, so another job; another name of the family, so that nothing is counted twice. No label `job` of its own:
/// boards choose targets by their classic families.
fn native_job(settings: &Settings) -> String {
    let interval = settings.scrape_interval();
    let target = settings.target_address();
    format!(
        r#"# Native histograms. Prometheus 2.40 to 3.8 needs --enable-feature=native-histograms; from 2.49 on add
# `scrape_protocols: [PrometheusProto]` here, and from 3.9 on `scrape_native_histograms: true` instead of the flag.
- job_name: target-native
  metrics_path: /metrics/native
  scrape_interval: {interval}
  scrape_timeout: {interval}
  static_configs:
  - targets: ["{target}"]
"#
    )
}

fn job_by_files(settings: &Settings) -> String {
    let interval = settings.scrape_interval();
    format!(
        r#"# Each run writes a file with its addresses, its jobs and its run_id, and removes it at its end: `loadtest run --sd-dir FOLDER`.
- job_name: {GENERATOR_JOB}
  scrape_interval: {interval}
  scrape_timeout: {interval}
  honor_labels: true
  file_sd_configs:
  - files: ["targets/*.json"]
    refresh_interval: 5s
"#
    )
}

/// `history.yml`: the Prometheus that serves past runs scrapes nothing.
pub fn history_config() -> String {
    "# Written by loadtest: past runs, put there by `loadtest dashboards backfill`.
global: {}
"
    .to_owned()
}

/// `alertmanager.yml`: every alert to one webhook.
pub fn alert_route(settings: &Settings) -> String {
    let webhook = settings.alert_webhook();
    format!(
        r#"# Written by loadtest.
route:
  receiver: hook
  group_by: [alertname, chain, run_id]
  group_wait: 1s
  group_interval: 5s
  repeat_interval: 1h
receivers:
- name: hook
  webhook_configs:
  - url: "{webhook}"
    send_resolved: true
"#
    )
}

/// `compose.yaml`, for people with Docker. Host networking, so that the addresses are those of an installation without it.
pub fn compose(settings: &Settings) -> String {
    let port = |url: &str, usual: &str| {
        let port = url.trim_end_matches('/').rsplit(':').next();
        port.filter(|port| port.parse::<u16>().is_ok())
            .unwrap_or(usual)
            .to_owned()
    };
    let live = port(settings.prometheus_url(), "9090");
    let history = port(settings.history_url(), "9091");
    let alerts = port(settings.alertmanager_address(), "9093");
    format!(
        r#"# Written by loadtest. Not executed where it was written: no Docker was to be had. Needs Linux, for host networking.
services:
  prometheus:
    image: "prom/prometheus:v3.5.3"
    network_mode: host
    volumes: ["./prometheus:/etc/prometheus:ro", "live:/prometheus"]
    command: ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus", "--web.listen-address=127.0.0.1:{live}"]
  history:
    image: "prom/prometheus:v3.5.3"
    network_mode: host
    volumes: ["./prometheus:/etc/prometheus:ro", "./history:/prometheus"]
    command: ["--config.file=/etc/prometheus/history.yml", "--storage.tsdb.path=/prometheus", "--storage.tsdb.retention.time=50y",
      "--web.listen-address=127.0.0.1:{history}"]
  alertmanager:
    image: "prom/alertmanager:v0.28.1"
    network_mode: host
    volumes: ["./alertmanager:/etc/alertmanager:ro"]
    command: ["--config.file=/etc/alertmanager/alertmanager.yml", "--web.listen-address=127.0.0.1:{alerts}"]
  grafana:
    image: "grafana/grafana:12.3.0"
    network_mode: host
    volumes: ["./grafana/provisioning:/etc/grafana/provisioning:ro", "./grafana/dashboards:/etc/grafana/dashboards:ro"]
    environment:
      GF_SERVER_HTTP_ADDR: 127.0.0.1
      GF_AUTH_ANONYMOUS_ENABLED: "true"
      GF_AUTH_ANONYMOUS_ORG_ROLE: Viewer
      GF_ANALYTICS_REPORTING_ENABLED: "false"
      GF_ANALYTICS_CHECK_FOR_UPDATES: "false"
      LOADTEST_DASHBOARDS: /etc/grafana/dashboards
volumes: {{live: {{}}}}
"#
    )
}

/// The data sources: runs of today, and past ones. The interval must be the scrape interval, or panels are empty or smeared.
pub fn data_source(settings: &Settings) -> String {
    let interval = settings.scrape_interval();
    let url = settings.prometheus_url();
    let history = settings.history_url();
    format!(
        r#"# Written by loadtest.
apiVersion: 1
datasources:
- name: loadtest
  uid: loadtest
  type: prometheus
  access: proxy
  url: "{url}"
  isDefault: true
  jsonData:
    httpMethod: POST
    # The scrape interval of the jobs.
    timeInterval: {interval}
# Past runs, one sample a second as they were recorded.
- name: loadtest-history
  uid: loadtest-history
  type: prometheus
  access: proxy
  url: "{history}"
  jsonData:
    httpMethod: POST
    timeInterval: 1s
"#
    )
}

/// Where Grafana finds the boards: the folder named by an environment variable, so that the file is the same everywhere.
pub fn dashboard_provider() -> String {
    "# Written by loadtest.
apiVersion: 1
providers:
- name: loadtest
  type: file
  allowUiUpdates: false
  disableDeletion: true
  options:
    # The absolute path of grafana/dashboards of this export.
    path: $LOADTEST_DASHBOARDS
    foldersFromFilesStructure: true
"
    .to_owned()
}

/// The README of an export.
pub fn readme(settings: &Settings) -> String {
    let url = settings.prometheus_url();
    let loadtest = settings.loadtest_address();
    let target = settings.target_address();
    let interval = settings.scrape_interval();
    let artifacts = settings.artifacts_url();
    format!(
        "# Dashboards of loadtest

1. New Prometheus, from this folder: `prometheus --config.file=prometheus/prometheus.yml`. It scrapes the generator at
   {loadtest} (up only while a run is on) and the target at {target}, every {interval}.
2. Existing Prometheus: copy the two jobs of `prometheus/prometheus.yml` and `prometheus/loadtest.rules.yml`. Keep the job name
   `loadtest`; the interval may be yours if you change `timeInterval` in the data source too.
3. New Grafana: start it with `GF_PATHS_PROVISIONING` set to the absolute path of `grafana/provisioning` and
   `LOADTEST_DASHBOARDS` set to that of `grafana/dashboards`. It expects Prometheus at {url}.
4. Existing Grafana: import the four boards of `grafana/dashboards/loadtest`, and choose the data source at the top. `compare.json` reads
   past runs.
5. Past runs: `loadtest dashboards backfill --align RUN` fills `history`; `prometheus --config.file=prometheus/history.yml
   --storage.tsdb.path=history --storage.tsdb.retention.time=50y --web.listen-address=127.0.0.1:9091` serves it to the second data source.
6. Alerts: `alertmanager --config.file=alertmanager/alertmanager.yml`. With Docker instead of all this: `docker compose up`.
7. Choose a run by the time range. The variable Run offers something only if your scrape adds a label `run_id`; else leave All.
8. Links to reports and flamegraphs lead to {artifacts}: `loadtest view` or `loadtest dashboards up` serves it.
9. What every metric and alert means: `METRICS.md`.
10. Checked: every query parses, names only metrics and labels of the catalog and finds data after a real run; each board is drawn
   by Grafana 13.2's own UI libraries in a browser without an empty panel; `promtool` of Prometheus 2.42 accepts configuration and
   rules and sees every alert silent, pending and firing.
   **Not proven: a running Grafana server** (none was to be had): import, provisioning, annotations and links on screen.
"
    )
}
