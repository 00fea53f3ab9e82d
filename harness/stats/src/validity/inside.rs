//! What a target told of its own inside, where a reader should know it: it names a place in the code.

use super::Reason;
use crate::leaks::{Leak, leaks};
use crate::words::{nanoseconds, number, share};
use record::run::RunRecord;
use std::time::Duration;

/// Waiting for locks for less than this share of the time of all requests is not worth a sentence.
const LITTLE_WAITING: f64 = 0.02;

/// What was made and never ended.
pub(super) fn leaking(record: &RunRecord) -> Option<Reason> {
    let seconds = record.steady.length().as_secs_f64();
    let told: Vec<_> = leaks(record)
        .iter()
        .map(|leak| one(leak, seconds))
        .collect();
    (!told.is_empty()).then(|| {
        Reason::new(
            "leak",
            format!("while the load stayed the same the target kept more and more {}", told.join("; ")),
            "look for who should end what is made there; ADMIN/debug/pprof/goroutine?debug=1 lists what is alive",
        )
    })
}

fn one(leak: &Leak<'_>, seconds: f64) -> String {
    let (from, to) = leak.from_to;
    // The counts are those at the ends of equal parts.
    let parts = leak.objects.counts.len() as f64;
    let rate = (to - from) as f64 / (seconds * (parts - 1.0) / parts).max(1.0);
    let what = match leak.objects.kind.as_str() {
        "blocking" => "blocking calls".to_owned(),
        kind => format!("{kind}s"),
    };
    format!(
        "{what} made at {}: {from} to {to}, {} a second",
        leak.objects.site,
        number(rate)
    )
}

fn waited(record: &RunRecord) -> Duration {
    let waits = record.insides.lock_waits.iter();
    waits.map(|wait| wait.waited).sum()
}

/// Time that the target's threads waited for locks, as a share of the time of its requests; `None` where it does not tell of locks.
pub(crate) fn lock_share(record: &RunRecord) -> Option<f64> {
    let insides = &record.insides;
    let told = insides.places > 0 || !insides.lock_waits.is_empty();
    let times = record.service_time();
    let served = times.mean_ns()? * times.count() as f64;
    told.then(|| waited(record).as_nanos() as f64 / served.max(1.0))
}

/// What threads waited for each other.
pub(super) fn locks(record: &RunRecord) -> Option<Reason> {
    let part = lock_share(record).filter(|part| *part >= LITTLE_WAITING)?;
    let longest = record.insides.lock_waits.first()?;
    let waited = waited(record);
    let of_all = longest.waited.as_secs_f64() / waited.as_secs_f64();
    Some(Reason::new(
        "lock_wait",
        format!(
            "the target's threads waited for locks for {}, {} of the time of its requests, {} of it in {}",
            nanoseconds(waited.as_nanos() as f64),
            share(part),
            share(of_all),
            longest.site
        ),
        "the profile of lock waits says who held them: go tool pprof ADMIN/debug/pprof/mutex",
    ))
}
