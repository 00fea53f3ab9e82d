//! Where the mean response time goes: response = pacing + slot wait + connect wait + service. Means add up where quantiles do not.

use record::quantity::format_nanoseconds;
use record::run::RunRecord;

/// The mean over all steady requests that were sent, good or not, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Mean {
    /// Done − intended.
    pub(crate) response: f64,
    /// The generator's own lateness.
    pub(crate) pacing: f64,
    /// Waiting for an idle user.
    pub(crate) slot_wait: f64,
    /// Waiting for a connection.
    pub(crate) connect_wait: f64,
    /// Done − sent.
    pub(crate) service: f64,
    /// What is left: steps after the first of a transaction that were sent later than they were due.
    pub(crate) later_steps: f64,
}

impl Mean {
    /// `None` where nothing was sent, or the record does not keep the parts of send delay.
    pub(crate) fn of(record: &RunRecord) -> Option<Self> {
        let delays = &record.delays;
        if delays.pacing.is_empty() {
            return None;
        }
        let (mut sent, mut response, mut service) = (0, 0, 0);
        for times in record
            .steps
            .iter()
            .flat_map(|step| [&step.ok, &step.failed])
        {
            sent += times.service.count();
            response += times.response.sum_ns();
            service += times.service.sum_ns();
        }
        let each = |sum: u128| sum as f64 / sent as f64;
        let [pacing, slot_wait, connect_wait] =
            [&delays.pacing, &delays.slot_wait, &delays.connect_wait].map(|one| each(one.sum_ns()));
        let (response, service) = (each(response), each(service));
        let rest = response - service - pacing - slot_wait - connect_wait;
        (sent > 0).then_some(Self {
            response,
            pacing,
            slot_wait,
            connect_wait,
            service,
            // Every figure is a whole number of nanoseconds, at least one: that is no step's lateness.
            later_steps: if rest > response * 1e-3 { rest } else { 0.0 },
        })
    }

    /// Name and value of each part, in the order in which they happen; later steps only where there are such.
    pub(crate) fn parts(&self) -> Vec<(&'static str, f64)> {
        let mut parts = vec![
            ("pacing", self.pacing),
            ("slot wait", self.slot_wait),
            ("connect wait", self.connect_wait),
            ("service", self.service),
        ];
        if self.later_steps > 0.0 {
            parts.push(("later steps' send delay", self.later_steps));
        }
        parts
    }

    /// `2.00 ms = pacing 20.0 µs + … + service 1.90 ms`.
    pub(crate) fn text(&self) -> String {
        let parts = self.parts();
        let told = parts
            .iter()
            .map(|(name, ns)| format!("{name} {}", nanoseconds(*ns)));
        let told: Vec<_> = told.collect();
        format!("{} = {}", nanoseconds(self.response), told.join(" + "))
    }
}

/// A histogram counts zero as one nanosecond.
pub(crate) fn nanoseconds(ns: f64) -> String {
    format_nanoseconds(if ns <= 1.0 { 0 } else { ns.round() as u64 })
}

#[cfg(test)]
mod tests;
