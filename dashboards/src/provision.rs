//! The files around the boards: what Prometheus scrapes, where Grafana finds Prometheus and the boards, and how to use them.

use crate::board::GENERATOR_JOB;
use crate::settings::Settings;

/// `prometheus.yml`: both processes, by fixed addresses. Valid from Prometheus 2.42 on.
pub fn scrape_config(settings: &Settings) -> String {
    let interval = settings.scrape_interval();
    let loadtest = settings.loadtest_address();
    let target = settings.target_address();
    format!(
        r#"# Written by `loadtest dashboards export`. To use an existing Prometheus, copy the two jobs and the rule file there.
global:
  evaluation_interval: 5s
rule_files: [loadtest.rules.yml]
scrape_configs:
# The generator shows metrics only while a run is on.
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
"#
    )
}

/// The data source. Its interval must be the scrape interval, or panels are empty or smeared.
pub fn data_source(settings: &Settings) -> String {
    let interval = settings.scrape_interval();
    let url = settings.prometheus_url();
    format!(
        r#"# Written by `loadtest dashboards export`.
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
"#
    )
}

/// Where Grafana finds the boards: the folder named by an environment variable, so that the file is the same everywhere.
pub fn dashboard_provider() -> String {
    "# Written by `loadtest dashboards export`.
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
    format!(
        "# Dashboards of loadtest

1. New Prometheus, from this folder: `prometheus --config.file=prometheus/prometheus.yml`. It scrapes the generator at
   {loadtest} (up only while a run is on) and the target at {target}, every {interval}.
2. Existing Prometheus: copy the two jobs of `prometheus/prometheus.yml` and `prometheus/loadtest.rules.yml`. Keep the job name
   `loadtest`; the interval may be yours if you change `timeInterval` in the data source too.
3. New Grafana: start it with `GF_PATHS_PROVISIONING` set to the absolute path of `grafana/provisioning` and
   `LOADTEST_DASHBOARDS` set to that of `grafana/dashboards`. It expects Prometheus at {url}.
4. Existing Grafana: import `grafana/dashboards/loadtest/run.json` and `engine.json`, and choose the data source at the top.
5. Choose a run by the time range. The variable Run offers something only if your scrape adds a label `run_id`; else leave All.
6. Checked without Grafana: every query parses, names only metrics and labels of the catalog and obeys the usual rules;
   `promtool check config` and `promtool test rules` of Prometheus 2.42 accept the files.
   **Not proven: a running Grafana server** (none was to be had): import, provisioning, annotations and links on screen.
"
    )
}
