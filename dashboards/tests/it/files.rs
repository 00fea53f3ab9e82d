//! Which files there are, what the YAML says, and that equal settings give equal bytes.
#![expect(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

use std::time::Duration;

use dashboards::{Settings, export};
use expect_test::expect;

use crate::text_of;

fn elsewhere() -> Settings {
    Settings::default()
        .with_scrape_interval(Duration::from_millis(500))
        .and_then(|settings| settings.with_loadtest_address("generator:7001"))
        .and_then(|settings| settings.with_target_address("[::1]:7000"))
        .and_then(|settings| settings.with_prometheus_url("https://prometheus.example/p"))
        .expect("valid")
}

#[test]
fn the_tree() {
    let paths: Vec<_> = export(&Settings::default())
        .into_iter()
        .map(|file| file.path)
        .collect();
    expect![[r#"
        METRICS.md
        README.md
        alertmanager/alertmanager.yml
        compose.yaml
        grafana/dashboards/loadtest/compare.json
        grafana/dashboards/loadtest/engine.json
        grafana/dashboards/loadtest/run.json
        grafana/dashboards/loadtest/stalls.json
        grafana/provisioning/dashboards/loadtest.yml
        grafana/provisioning/datasources/prometheus.yml
        prometheus/history.yml
        prometheus/loadtest.rules.test.yml
        prometheus/loadtest.rules.yml
        prometheus/prometheus.yml
    "#]]
    .assert_eq(&(paths.join("\n") + "\n"));
}

#[test]
fn equal_settings_give_equal_bytes() {
    assert_eq!(export(&elsewhere()), export(&elsewhere()));
    assert_ne!(export(&elsewhere()), export(&Settings::default()));
}

#[test]
fn every_file_is_text_that_ends_with_one_line_break_and_names_no_machine() {
    for file in export(&Settings::default()) {
        let text = String::from_utf8(file.bytes).expect("exports are UTF-8");
        assert!(
            text.ends_with('\n') && !text.ends_with("\n\n"),
            "{}",
            file.path
        );
        assert!(!text.contains('\t'), "{}: YAML takes no tabs", file.path);
        assert!(!text.to_lowercase().contains("latency"), "{}", file.path);
        let home = ["/home/", "/root", "/work/", "/tmp"]
            .iter()
            .find(|path| text.contains(*path));
        assert_eq!(home, None, "{}", file.path);
    }
}

#[test]
fn settings_arrive_where_they_belong() {
    let files = export(&elsewhere());
    let holds = |path: &str, wanted: &str| {
        let file = files.iter().find(|file| file.path == path).expect(path);
        let text = String::from_utf8_lossy(&file.bytes);
        assert!(text.contains(wanted), "{path} lacks {wanted}: {text}");
    };
    holds(
        "prometheus/prometheus.yml",
        r#"targets: ["generator:7001"]"#,
    );
    holds("prometheus/prometheus.yml", r#"targets: ["[::1]:7000"]"#);
    holds("prometheus/prometheus.yml", "scrape_interval: 500ms");
    let source = "grafana/provisioning/datasources/prometheus.yml";
    holds(source, "timeInterval: 500ms");
    holds(source, r#"url: "https://prometheus.example/p""#);
}

#[test]
fn what_prometheus_scrapes() {
    expect![[r##"
        # Written by loadtest. To use an existing Prometheus, copy the scrape jobs and the rule file there.
        global:
          evaluation_interval: 5s
        rule_files: [loadtest.rules.yml]
        alerting:
          alertmanagers:
          - static_configs:
            - targets: ["127.0.0.1:9093"]
        scrape_configs:
        # The generator shows metrics only while a run is on.
        - job_name: loadtest
          scrape_interval: 1s
          scrape_timeout: 1s
          honor_labels: true
          static_configs:
          - targets: ["127.0.0.1:6061"]
        - job_name: target
          scrape_interval: 1s
          scrape_timeout: 1s
          honor_labels: true
          static_configs:
          - targets: ["127.0.0.1:6060"]
    "##]].assert_eq(&text_of("prometheus/prometheus.yml"));
}

#[test]
fn where_grafana_finds_prometheus() {
    expect![[r##"
        # Written by loadtest.
        apiVersion: 1
        datasources:
        - name: loadtest
          uid: loadtest
          type: prometheus
          access: proxy
          url: "http://127.0.0.1:9090"
          isDefault: true
          jsonData:
            httpMethod: POST
            # The scrape interval of the jobs.
            timeInterval: 1s
        # Past runs, one sample a second as they were recorded.
        - name: loadtest-history
          uid: loadtest-history
          type: prometheus
          access: proxy
          url: "http://127.0.0.1:9091"
          jsonData:
            httpMethod: POST
            timeInterval: 1s
    "##]]
    .assert_eq(&text_of("grafana/provisioning/datasources/prometheus.yml"));
}

#[test]
fn where_grafana_finds_the_boards() {
    expect![[r#"
        # Written by loadtest.
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
    "#]]
    .assert_eq(&text_of("grafana/provisioning/dashboards/loadtest.yml"));
}

#[test]
fn the_rules() {
    expect![[r#"
        groups:
        - name: loadtest
          rules:
          - record: run:loadtest_requests:rate1m
            expr: 'sum by (run_id) (rate(loadtest_requests_total[1m]))'
          - record: step:loadtest_response_time_seconds:p99_1m
            expr: 'histogram_quantile(0.99, sum by (le, step) (rate(loadtest_response_time_seconds_bucket[1m])))'
          - record: route:http_request_duration_seconds:p99_1m
            expr: 'histogram_quantile(0.99, sum by (le, route) (rate(http_request_duration_seconds_bucket[1m])))'
          - record: job:process_cpu_cores:rate1m
            expr: 'sum by (job) (rate(process_cpu_seconds_total[1m]))'
          - alert: LoadtestNoProgress
            expr: '(sum by (run_id) (rate(loadtest_requests_total[30s])) == 0) and on (run_id) (max by (run_id) (loadtest_phase{phase=~"steady"}) == 1)'
            for: 15s
            labels: {severity: page}
            annotations: {summary: "run {{ $labels.run_id }} is steady and finishes no requests"}
          - alert: LoadtestFailures
            expr: '(sum by (run_id) (rate(loadtest_requests_total{outcome="failed"}[1m])) / sum by (run_id) (rate(loadtest_requests_total[1m]))) > 0.01'
            for: 30s
            labels: {severity: page}
            annotations: {summary: "run {{ $labels.run_id }} fails {{ $value | humanizePercentage }} of its requests"}
          - alert: LoadtestDropsArrivals
            expr: 'sum by (run_id) (increase(loadtest_arrivals_dropped_total[1m])) > 0'
            for: 0s
            labels: {severity: ticket}
            annotations: {summary: "run {{ $labels.run_id }} dropped arrivals: the offered load is not the plan's"}
          - alert: LoadtestGeneratorLate
            expr: '(histogram_quantile(0.99, sum by (le, run_id) (rate(loadtest_pacing_delay_seconds_bucket[30s]))) > 0.001) and on (run_id) (histogram_quantile(0.99, sum by (le, run_id) (rate(loadtest_pacing_delay_seconds_bucket[30s]))) > on (run_id) (histogram_quantile(0.99, sum by (le, run_id) (rate(loadtest_response_time_seconds_bucket[30s]))) * 0.1))'
            for: 10s
            labels: {severity: ticket}
            annotations: {summary: "the generator of run {{ $labels.run_id }} is late by {{ $value | humanizeDuration }} at the p99: it measures itself"}
          - alert: LoadtestP99OverThreshold
            expr: '(histogram_quantile(0.99, sum by (le, run_id) (rate(loadtest_response_time_seconds_bucket[30s]))) > on (run_id) max by (run_id) (loadtest_threshold_seconds{metric="response_time",term="p99",step="all"})) and on (run_id) (max by (run_id) (loadtest_phase{phase=~"steady"}) == 1)'
            for: 10s
            labels: {severity: page}
            annotations: {summary: "run {{ $labels.run_id }} has a p99 of {{ $value | humanizeDuration }}, over the limit of its plan"}
          - alert: LoadtestThresholdBroken
            expr: 'max by (run_id, rule) (max_over_time(loadtest_threshold_broken[30s])) == 1'
            for: 0s
            labels: {severity: ticket}
            annotations: {summary: "run {{ $labels.run_id }} broke {{ $labels.rule }}"}
          - alert: LoadtestInvalid
            expr: 'max by (run_id, reason) (max_over_time(loadtest_health_broken[30s])) == 1'
            for: 0s
            labels: {severity: ticket}
            annotations: {summary: "the numbers of run {{ $labels.run_id }} are not to be trusted: {{ $labels.reason }}"}
          - alert: TargetDown
            expr: '(up{job="target"} == 0) and on (run_id) (max by (run_id) (loadtest_phase{phase=~"warmup|steady"}) == 1)'
            for: 5s
            labels: {severity: page}
            annotations: {summary: "{{ $labels.instance }} answers no scrape while run {{ $labels.run_id }} is on"}
          - alert: PendingWithdrawalsHigh
            expr: 'max by (chain) (token_pending_withdrawals) > 100'
            for: 1m
            labels: {severity: page}
            annotations: {summary: "{{ $labels.chain }} has {{ $value | printf \"%.0f\" }} pending withdrawals"}
          - alert: RpcFailover
            expr: 'sum by (chain, reason) (increase(token_rpc_failover_total{reason!="return"}[5m])) > 0'
            for: 0s
            labels: {severity: ticket}
            annotations: {summary: "{{ $labels.chain }} left its endpoint: {{ $labels.reason }}"}
          - alert: RpcFlapping
            expr: 'sum by (chain) (increase(token_rpc_failover_total[10m])) > 3.5'
            for: 0s
            labels: {severity: ticket}
            annotations: {summary: "{{ $labels.chain }} changed its endpoint {{ $value | printf \"%.0f\" }} times in ten minutes"}
          - alert: EngineSheds
            expr: 'sum by (run_id, reason) (increase(token_shed_total{reason=~"overloaded|late_in_queue|capacity"}[1m])) > 0'
            for: 10s
            labels: {severity: ticket}
            annotations: {summary: "the engine refuses commands: {{ $labels.reason }}"}
          - alert: JournalSyncSlow
            expr: 'histogram_quantile(0.99, sum by (le, run_id) (rate(token_journal_sync_duration_seconds_bucket[1m]))) > 0.1'
            for: 1m
            labels: {severity: ticket}
            annotations: {summary: "a sync of the journal takes {{ $value | humanizeDuration }} at the p99"}
          - alert: ProfileLosesSamples
            expr: 'sum by (run_id, profile) (increase(runtime_profile_dropped_total[1m])) > 0'
            for: 0s
            labels: {severity: ticket}
            annotations: {summary: "the {{ $labels.profile }} profiler has no room for its samples: profiles miss what happened most"}
    "#]].assert_eq(&text_of("prometheus/loadtest.rules.yml"));
}

#[test]
fn the_readme_says_what_is_not_proven() {
    assert!(text_of("README.md").contains("Not proven: a running Grafana server"));
}
