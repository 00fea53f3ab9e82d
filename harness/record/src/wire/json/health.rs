//! Mirrors of how the generator fared. Every key may be missing: records of the first version have none of them.

use super::{Times, nanoseconds};
use crate::run::{self, WarmupAsked};
use crate::wire::RecordError;
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Serialize, Deserialize)]
pub(super) struct Delays {
    pacing: Times,
    slot_wait: Times,
    connect_wait: Times,
}

impl From<&run::Delays> for Delays {
    fn from(delays: &run::Delays) -> Self {
        Self {
            pacing: (&delays.pacing).into(),
            slot_wait: (&delays.slot_wait).into(),
            connect_wait: (&delays.connect_wait).into(),
        }
    }
}

impl TryFrom<Delays> for run::Delays {
    type Error = RecordError;

    fn try_from(delays: Delays) -> Result<Self, RecordError> {
        Ok(Self {
            pacing: delays.pacing.read("delays, pacing")?,
            slot_wait: delays.slot_wait.read("delays, slot_wait")?,
            connect_wait: delays.connect_wait.read("delays, connect_wait")?,
        })
    }
}

#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
pub(super) struct Health {
    run_queue: Option<RunQueue>,
    cpu_pressure_ratio: Option<f64>,
    steal_ratio: Option<f64>,
    throttled_periods: Option<u64>,
    machine_cpu_ratio: Option<f64>,
    in_flight_mean: Option<f64>,
    in_flight_samples: u64,
    closed: Option<ClosedFacts>,
    #[serde(default)]
    paused_ns: u64,
    server_requests: Option<u64>,
    client_requests: Option<u64>,
    local_limits: Vec<String>,
    waited_for_user: u64,
    windows_late: u64,
    windows_steady: u64,
}

#[derive(Serialize, Deserialize)]
struct RunQueue {
    thread: String,
    share_ratio: f64,
}

#[derive(Serialize, Deserialize)]
struct ClosedFacts {
    users_mean: f64,
    think_mean_ns: u64,
}

impl From<&run::Health> for Health {
    fn from(health: &run::Health) -> Self {
        Self {
            run_queue: health.run_queue.as_ref().map(|worst| RunQueue {
                thread: worst.thread.clone(),
                share_ratio: worst.share,
            }),
            cpu_pressure_ratio: health.cpu_pressure,
            steal_ratio: health.steal,
            throttled_periods: health.throttled_periods,
            machine_cpu_ratio: health.machine_cpu,
            in_flight_mean: health.in_flight_mean,
            in_flight_samples: health.in_flight_samples,
            paused_ns: nanoseconds(health.paused),
            closed: health.closed.map(|closed| ClosedFacts {
                users_mean: closed.users_mean,
                think_mean_ns: nanoseconds(closed.think_mean),
            }),
            server_requests: health.server_requests,
            client_requests: health.client_requests,
            local_limits: health.local_limits.clone(),
            waited_for_user: health.waited_for_user,
            windows_late: health.windows_late,
            windows_steady: health.windows_steady,
        }
    }
}

impl From<Health> for run::Health {
    fn from(health: Health) -> Self {
        Self {
            run_queue: health.run_queue.map(|worst| run::RunQueue {
                thread: worst.thread,
                share: worst.share_ratio,
            }),
            cpu_pressure: health.cpu_pressure_ratio,
            steal: health.steal_ratio,
            throttled_periods: health.throttled_periods,
            machine_cpu: health.machine_cpu_ratio,
            in_flight_mean: health.in_flight_mean,
            in_flight_samples: health.in_flight_samples,
            paused: Duration::from_nanos(health.paused_ns),
            closed: health.closed.map(|closed| run::ClosedFacts {
                users_mean: closed.users_mean,
                think_mean: Duration::from_nanos(closed.think_mean_ns),
            }),
            server_requests: health.server_requests,
            client_requests: health.client_requests,
            local_limits: health.local_limits,
            waited_for_user: health.waited_for_user,
            windows_late: health.windows_late,
            windows_steady: health.windows_steady,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Warmup {
    asked: String,
    length_ns: u64,
    steady_found: Option<bool>,
    settled_ns: Option<u64>,
    text: String,
}

impl Default for Warmup {
    fn default() -> Self {
        (&run::WarmupFacts::default()).into()
    }
}

impl From<&run::WarmupFacts> for Warmup {
    fn from(warmup: &run::WarmupFacts) -> Self {
        Self {
            asked: warmup.asked.name().to_owned(),
            length_ns: nanoseconds(warmup.length),
            steady_found: warmup.steady_found,
            settled_ns: warmup.settled.map(nanoseconds),
            text: warmup.text.clone(),
        }
    }
}

impl TryFrom<Warmup> for run::WarmupFacts {
    type Error = RecordError;

    fn try_from(warmup: Warmup) -> Result<Self, RecordError> {
        let asked = [WarmupAsked::Fixed, WarmupAsked::Auto]
            .into_iter()
            .find(|asked| asked.name() == warmup.asked)
            .ok_or_else(|| RecordError::Damaged {
                place: "warmup".to_owned(),
                why: format!("unknown kind \"{}\"", warmup.asked),
            })?;
        Ok(Self {
            asked,
            length: Duration::from_nanos(warmup.length_ns),
            steady_found: warmup.steady_found,
            settled: warmup.settled_ns.map(Duration::from_nanos),
            text: warmup.text,
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct Precision {
    quantile: f64,
    relative_asked: f64,
    low_ns: u64,
    point_ns: u64,
    high_ns: u64,
    reached: bool,
    extended_by_ns: u64,
}

impl From<&run::PrecisionFacts> for Precision {
    fn from(precision: &run::PrecisionFacts) -> Self {
        Self {
            quantile: precision.quantile,
            relative_asked: precision.relative_asked,
            low_ns: precision.low_ns,
            point_ns: precision.point_ns,
            high_ns: precision.high_ns,
            reached: precision.reached,
            extended_by_ns: nanoseconds(precision.extended_by),
        }
    }
}

impl From<Precision> for run::PrecisionFacts {
    fn from(precision: Precision) -> Self {
        Self {
            quantile: precision.quantile,
            relative_asked: precision.relative_asked,
            low_ns: precision.low_ns,
            point_ns: precision.point_ns,
            high_ns: precision.high_ns,
            reached: precision.reached,
            extended_by: Duration::from_nanos(precision.extended_by_ns),
        }
    }
}
