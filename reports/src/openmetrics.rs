//! A finished run as OpenMetrics 1.0 text, to be filed with other runs: `promtool tsdb create-blocks-from openmetrics`.
//!
//! Names, kinds and labels are those of `record::catalog`, as the generator's live `/metrics` has them; each sample has one
//! label more, `run_id`, and the end of the run as its time. Counters and histograms are the steady phase's, gauges are those at
//! the end. Never a gauge of a percentile: percentiles of two runs cannot be put together, buckets can.
//!
//! Arrivals that did not finish belong to no step. They are in the response times as a series of their own with the outcome
//! `unfinished` and the empty scenario and step, at their lower bounds, so that a quantile over all series is not too low.

mod write;

use record::catalog as names;
use record::run::{RunRecord, StepRecord, Times};
use write::Writer;

/// The outcome of arrivals whose response time is known from below only.
const UNFINISHED: &str = "unfinished";

/// The whole exposition, ending in `# EOF`.
pub fn text(record: &RunRecord) -> String {
    let mut out = Writer::new(&record.run_id, end(record));
    arrivals(record, &mut out);
    requests(record, &mut out);
    times(record, &mut out);
    transactions(record, &mut out);
    run(record, &mut out);
    out.finish()
}

// Wall-clock seconds at the end of the last window, drain included.
fn end(record: &RunRecord) -> std::time::Duration {
    let last = record.windows.last().map(|window| window.span.end);
    record.started_unix + last.unwrap_or_default().max(record.steady.end)
}

fn arrivals(record: &RunRecord, out: &mut Writer) {
    let all = record.arrivals;
    let never_sent = all.unsent + all.dropped;
    out.counter(&names::LOADTEST_ARRIVALS_DROPPED)
        .count(&["backlog_full"], all.dropped);
    out.counter(&names::LOADTEST_ARRIVALS_DUE)
        .count(&[], all.scheduled);
    out.counter(&names::LOADTEST_ARRIVALS_RELEASED)
        .count(&[], all.scheduled.saturating_sub(never_sent));
}

fn requests(record: &RunRecord, out: &mut Writer) {
    // The catalog has no scenario here, and two scenarios may have a step of one name.
    let mut failures = std::collections::BTreeMap::<_, u64>::new();
    for step in &record.steps {
        for (kind, count) in &step.failures {
            *failures.entry((&step.step, *kind)).or_default() += count;
        }
    }
    let mut family = out.counter(&names::LOADTEST_FAILURES);
    for ((step, kind), count) in failures {
        family.count(&[step, kind.name()], count);
    }
    let mut family = out.counter(&names::LOADTEST_REQUESTS);
    for step in &record.steps {
        let failed: u64 = step.failures.values().sum();
        let counts = [("ok", step.ok.service.count()), ("failed", failed)];
        for (outcome, count) in counts {
            family.count(&[&step.scenario, &step.step, outcome], count);
        }
    }
}

fn times(record: &RunRecord, out: &mut Writer) {
    let classes = || record.steps.iter().flat_map(classes_of);
    let mut family = out.histogram(&names::LOADTEST_RESPONSE_TIME);
    for (labels, times) in classes() {
        family.times(&labels, &times.response);
    }
    if !record.unfinished.is_empty() {
        family.times(&["", "", UNFINISHED], &record.unfinished);
    }
    let mut family = out.histogram(&names::LOADTEST_SEND_DELAY);
    family.times(&[], &record.send_delay);
    let mut family = out.histogram(&names::LOADTEST_SERVICE_TIME);
    for (labels, times) in classes() {
        family.times(&labels, &times.service);
    }
}

fn classes_of(step: &StepRecord) -> [([&str; 3], &Times); 2] {
    let labels = |outcome| [step.scenario.as_str(), step.step.as_str(), outcome];
    [(labels("ok"), &step.ok), (labels("failed"), &step.failed)]
}

fn transactions(record: &RunRecord, out: &mut Writer) {
    let mut family = out.counter(&names::LOADTEST_TRANSACTIONS);
    for one in &record.transactions {
        family.count(&[&one.scenario, "ok"], one.committed);
        family.count(&[&one.scenario, "failed"], one.failed);
    }
}

fn run(record: &RunRecord, out: &mut Writer) {
    let plan = &record.plan;
    // The run's own label is written by the writer, once.
    out.info(
        &names::LOADTEST_RUN_INFO,
        &[
            ("plan", &plan.name),
            ("model", plan.model.name()),
            ("revision", &record.provenance.revision),
            ("build", &record.provenance.build),
        ],
    );
    out.gauge(&names::LOADTEST_IN_FLIGHT_LIMIT)
        .count(&[], plan.users.into());
    if let Some(last) = record.windows.last() {
        out.gauge(&names::LOADTEST_BACKLOG).count(&[], last.backlog);
        out.gauge(&names::LOADTEST_REQUESTS_IN_FLIGHT)
            .count(&[], last.in_flight);
    }
    if let Some(cpu) = record.costs.target_cpu {
        out.counter(&names::LOADTEST_TARGET_CPU)
            .number(&[], cpu.as_secs_f64());
    }
    if let Some(bytes) = record.costs.target_memory_bytes {
        out.gauge(&names::LOADTEST_TARGET_MEMORY).count(&[], bytes);
    }
}

#[cfg(test)]
mod tests;
