//! What a run or a gate says in a history.

use crate::cmd::gate::machine;
use record::comparison::history::HistoryPoint;
use record::comparison::{Calibration, Metric};
use record::run::RunRecord;
use stats::gate::{Decision, Figure};
use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

/// A run: its plan by its digest, so that another load is another series.
pub(in crate::cmd) fn of_run(commit: &str, record: &RunRecord) -> HistoryPoint {
    let response = record.response_time();
    let service = record.service_time();
    let good = record.requests_ok() as f64;
    let quantile = |metric: Metric| {
        let response = metric.response_quantile().map(|q| response.quantile(q));
        let service = || metric.service_quantile().map(|q| service.quantile(q));
        response.or_else(service).flatten().map(|ns| ns as f64)
    };
    let allocations = record.costs.allocations;
    let cpu = record.costs.target_cpu.filter(|_| good > 0.0);
    let of = |metric: Metric| match metric {
        Metric::Throughput => Some(record.qps()),
        Metric::CpuPerRequest => cpu.map(|cpu| cpu.as_nanos() as f64 / good),
        Metric::AllocsPerRequest => allocations?.per_request(),
        Metric::BytesPerRequest => allocations?.bytes_per_request(),
        Metric::RssPeak => record.costs.target_memory_bytes.map(|bytes| bytes as f64),
        metric => quantile(metric),
    };
    HistoryPoint {
        commit: commit.to_owned(),
        measured_unix_s: record.started_unix.as_secs(),
        machine: machine(record),
        plan: format!("{} {}", record.plan.name, record.plan.digest),
        values: Metric::ALL
            .into_iter()
            .filter_map(|metric| Some((metric, of(metric)?)))
            .collect(),
    }
}

/// The candidate of a gate: the medians of its rounds. `plan` says what was measured.
pub(in crate::cmd) fn of_gate(
    commit: &str,
    plan: String,
    calibration: &Calibration,
    decision: &Decision,
) -> HistoryPoint {
    let gated = decision
        .metrics
        .iter()
        .filter_map(|one| one.figure.as_ref());
    let value = |figure: &Figure| (figure.metric, figure.candidate);
    let values: BTreeMap<Metric, f64> = gated.chain(&decision.others).map(value).collect();
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    HistoryPoint {
        commit: commit.to_owned(),
        measured_unix_s: now.as_secs(),
        machine: calibration.machine.clone(),
        plan,
        values,
    }
}
