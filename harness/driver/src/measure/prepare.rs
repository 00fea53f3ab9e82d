//! What a run is given before its users start: a client where one is needed, what all sessions share, the profiles to take.

use super::tail::MOST_REMEMBERED;
use super::{DriverError, Job};
use crate::alarm::Alarms;
use crate::client::general_client;
use crate::inflight::InFlight;
use crate::pacer::Due;
use crate::recorder::{Layout, Recorder};
use crate::session::{DependentSteps, Shared};
use plan::ClientChoice;
use record::run::Model;
use record::tail::Metric;
use record::trace::RunTrace;
use std::sync::atomic::AtomicU64;

// The general client, where the target or the plan needs it.
pub(super) fn general(job: &Job) -> Result<Option<reqwest::Client>, DriverError> {
    let target = &job.plan.target;
    let needed = match target.client {
        ClientChoice::Auto => job.address.is_tls(),
        ClientChoice::Plain if job.address.is_tls() => {
            let why = "client = \"plain\" speaks no TLS; write \"auto\" or \"reqwest\"".to_owned();
            return Err(DriverError::Client(why));
        }
        ClientChoice::Plain => false,
        ClientChoice::Reqwest => true,
    };
    if !needed {
        return Ok(None);
    }
    let client = general_client(&job.address.origin(), job.plan.timeout, target.redirects);
    client.map(Some).map_err(DriverError::Client)
}

pub(super) async fn shared(job: &Job, layout: Layout) -> Result<Shared, DriverError> {
    let fields = format!(
        "host: {}\r\nuser-agent: loadtest/{}\r\naccept: */*\r\nx-request-id: {}-",
        job.address.authority(),
        env!("CARGO_PKG_VERSION"),
        job.run_id
    );
    Ok(Shared {
        addresses: job.address.resolve().await?,
        origin: job.address.origin(),
        fields: fields.into_bytes(),
        traced: job
            .plan
            .target
            .traceparent
            .then(|| RunTrace::of(&job.run_id)),
        timeout: job.plan.timeout,
        recorder: Recorder::new(job.shards, layout, remembered(job)),
        inflight: InFlight::new(job.plan.users as usize),
        due: Due::default(),
        alarms: Alarms::new(job.plan.users as usize),
        sequence: AtomicU64::new(0),
        shifts: job.shifts.as_ref().map(|work| work.shifts),
        dependent_steps: match job.plan.model {
            Model::PartlyOpen => DependentSteps::ByExpectation,
            Model::Open | Model::Closed => DependentSteps::ByAnswer,
        },
    })
}

// Requests are told apart one by one only where there is something to tell of them.
fn remembered(job: &Job) -> usize {
    if job.tail && job.plan.target.pprof(job.admin.as_deref()).is_some() {
        MOST_REMEMBERED
    } else {
        0
    }
}

// The report of a run needs the first two.
pub(super) fn metrics(job: &Job) -> &'static [Metric] {
    if job.tail {
        &Metric::ALL
    } else {
        &[Metric::Cpu, Metric::Alloc]
    }
}
