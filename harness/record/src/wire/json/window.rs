//! Mirror of a window.

use super::{Span, phase};
use crate::histogram;
use crate::run;
use crate::wire::RecordError;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Summary {
    count: u64,
    min_ns: u64,
    p50_ns: u64,
    p90_ns: u64,
    p95_ns: u64,
    p99_ns: u64,
    p99_9_ns: u64,
    max_ns: u64,
    mean_ns: u64,
}

impl From<histogram::Summary> for Summary {
    fn from(s: histogram::Summary) -> Self {
        Self {
            count: s.count,
            min_ns: s.min,
            p50_ns: s.p50,
            p90_ns: s.p90,
            p95_ns: s.p95,
            p99_ns: s.p99,
            p99_9_ns: s.p99_9,
            max_ns: s.max,
            mean_ns: s.mean,
        }
    }
}

impl From<Summary> for histogram::Summary {
    fn from(s: Summary) -> Self {
        Self {
            count: s.count,
            min: s.min_ns,
            p50: s.p50_ns,
            p90: s.p90_ns,
            p95: s.p95_ns,
            p99: s.p99_ns,
            p99_9: s.p99_9_ns,
            max: s.max_ns,
            mean: s.mean_ns,
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct Window {
    #[serde(flatten)]
    span: Span,
    phase: String,
    due: u64,
    requests: u64,
    failed: u64,
    committed: u64,
    uncommitted: u64,
    in_flight: u64,
    backlog: u64,
    response_time: Option<Summary>,
    service_time: Option<Summary>,
    send_delay: Option<Summary>,
}

impl From<&run::Window> for Window {
    fn from(window: &run::Window) -> Self {
        Self {
            span: window.span.into(),
            phase: window.phase.name().to_owned(),
            due: window.due,
            requests: window.requests,
            failed: window.failed,
            committed: window.committed,
            uncommitted: window.uncommitted,
            in_flight: window.in_flight,
            backlog: window.backlog,
            response_time: window.response.map(Into::into),
            service_time: window.service.map(Into::into),
            send_delay: window.send_delay.map(Into::into),
        }
    }
}

impl TryFrom<Window> for run::Window {
    type Error = RecordError;

    fn try_from(window: Window) -> Result<Self, RecordError> {
        Ok(Self {
            span: window.span.into(),
            phase: phase(&window.phase)?,
            due: window.due,
            requests: window.requests,
            failed: window.failed,
            committed: window.committed,
            uncommitted: window.uncommitted,
            in_flight: window.in_flight,
            backlog: window.backlog,
            response: window.response_time.map(Into::into),
            service: window.service_time.map(Into::into),
            send_delay: window.send_delay.map(Into::into),
        })
    }
}
