//! What says how far the other figures can be trusted: the six answers, the parts of the mean, the generator's own state.

use crate::mean::Mean;
use record::run::{PrecisionFacts, RunRecord};
use serde::Serialize;
use stats::Answer;

#[derive(Serialize)]
pub(super) struct Question {
    key: &'static str,
    question: &'static str,
    answer: String,
    known: bool,
}

impl From<Answer> for Question {
    fn from(answer: Answer) -> Self {
        Self {
            key: answer.key,
            question: answer.question,
            known: answer.is_known(),
            answer: answer.text,
        }
    }
}

#[derive(Serialize)]
pub(super) struct MeanParts {
    response: f64,
    pacing: f64,
    slot_wait: f64,
    connect_wait: f64,
    service: f64,
    later_steps: f64,
}

impl From<Mean> for MeanParts {
    fn from(mean: Mean) -> Self {
        Self {
            response: mean.response,
            pacing: mean.pacing,
            slot_wait: mean.slot_wait,
            connect_wait: mean.connect_wait,
            service: mean.service,
            later_steps: mean.later_steps,
        }
    }
}

#[derive(Serialize)]
pub(super) struct Health<'a> {
    run_queue_ratio: Option<f64>,
    run_queue_thread: Option<&'a str>,
    cpu_pressure_ratio: Option<f64>,
    steal_ratio: Option<f64>,
    machine_cpu_ratio: Option<f64>,
    throttled_periods: Option<u64>,
    in_flight_mean: Option<f64>,
    server_requests: Option<u64>,
    client_requests: Option<u64>,
    local_limits: &'a [String],
    waited_for_user: u64,
    windows_late: u64,
    windows_steady: u64,
}

impl<'a> From<&'a RunRecord> for Health<'a> {
    fn from(record: &'a RunRecord) -> Self {
        let health = &record.health;
        let worst = health.run_queue.as_ref();
        Self {
            run_queue_ratio: worst.map(|worst| worst.share),
            run_queue_thread: worst.map(|worst| worst.thread.as_str()),
            cpu_pressure_ratio: health.cpu_pressure,
            steal_ratio: health.steal,
            machine_cpu_ratio: health.machine_cpu,
            throttled_periods: health.throttled_periods,
            in_flight_mean: health.in_flight_mean,
            server_requests: health.server_requests,
            client_requests: health.client_requests,
            local_limits: &health.local_limits,
            waited_for_user: health.waited_for_user,
            windows_late: health.windows_late,
            windows_steady: health.windows_steady,
        }
    }
}

#[derive(Serialize)]
pub(super) struct Warmup<'a> {
    asked: &'static str,
    seconds: f64,
    steady_found: Option<bool>,
    text: &'a str,
}

impl<'a> From<&'a RunRecord> for Warmup<'a> {
    fn from(record: &'a RunRecord) -> Self {
        let warmup = &record.warmup;
        Self {
            asked: warmup.asked.name(),
            seconds: warmup.length.as_secs_f64(),
            steady_found: warmup.steady_found,
            text: &warmup.text,
        }
    }
}

#[derive(Serialize)]
pub(super) struct Precision {
    quantile: f64,
    relative_asked: f64,
    low_ns: u64,
    point_ns: u64,
    high_ns: u64,
    reached: bool,
    extended_by_seconds: f64,
}

impl From<PrecisionFacts> for Precision {
    fn from(precision: PrecisionFacts) -> Self {
        Self {
            quantile: precision.quantile,
            relative_asked: precision.relative_asked,
            low_ns: precision.low_ns,
            point_ns: precision.point_ns,
            high_ns: precision.high_ns,
            reached: precision.reached,
            extended_by_seconds: precision.extended_by.as_secs_f64(),
        }
    }
}
