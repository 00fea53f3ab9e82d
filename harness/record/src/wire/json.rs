//! Mirror structs: the shape of `record.json`, and the way from and to the domain types.

mod health;
mod insides;
mod parts;
mod rules;
mod stretch;
mod target;
mod window;

use super::{RecordError, SCHEMA};
use crate::failure::FailureKind;
use crate::histogram::{Exact, Histogram};
use crate::phase::Phase;
use crate::run::{self, RunRecord};
use crate::shift::Shifts;
use health::{Delays, Health, Precision, Warmup};
use insides::Insides;
use parts::{Arrivals, Audit, Costs, Ending, Plan, Profile, Provenance};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;
use stretch::RuleStretches;
use target::Target;
use window::Window;

#[derive(Serialize, Deserialize)]
pub(super) struct Record {
    schema: u32,
    run_id: String,
    started_unix_ns: u64,
    provenance: Provenance,
    plan: Plan,
    target: Target,
    ending: Ending,
    steady: Span,
    /// As [`crate::shift::Shifts::parse`] reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shifts: Option<String>,
    arrivals: Arrivals,
    steps: Vec<Step>,
    transactions: Vec<Transaction>,
    send_delay: Times,
    #[serde(default)]
    delays: Option<Delays>,
    unfinished: Times,
    #[serde(default)]
    health: Health,
    #[serde(default)]
    warmup: Warmup,
    #[serde(default)]
    precision: Option<Precision>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    stretches: Vec<RuleStretches>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    aborted: Option<String>,
    windows: Vec<Window>,
    costs: Costs,
    profiles: Vec<Profile>,
    #[serde(default)]
    insides: Insides,
    audit: Option<Audit>,
    warnings: Vec<String>,
}

#[derive(Serialize, Deserialize, Clone, Copy)]
struct Span {
    start_ns: u64,
    end_ns: u64,
}

/// A histogram: HDR's own text and what it does not carry.
#[derive(Serialize, Deserialize)]
struct Times {
    count: u64,
    sum_ns: u128,
    min_ns: Option<u64>,
    max_ns: Option<u64>,
    clamped: u64,
    hdr: String,
}

#[derive(Serialize, Deserialize)]
struct Step {
    scenario: String,
    step: String,
    ok_response_time: Times,
    ok_service_time: Times,
    failed_response_time: Times,
    failed_service_time: Times,
    failures: BTreeMap<String, u64>,
    codes: BTreeMap<u16, u64>,
    body_bytes: u64,
}

#[derive(Serialize, Deserialize)]
struct Transaction {
    scenario: String,
    committed: u64,
    failed: u64,
    response_time: Times,
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

impl From<run::Span> for Span {
    fn from(span: run::Span) -> Self {
        Self {
            start_ns: nanoseconds(span.start),
            end_ns: nanoseconds(span.end),
        }
    }
}

impl From<Span> for run::Span {
    fn from(span: Span) -> Self {
        Self {
            start: Duration::from_nanos(span.start_ns),
            end: Duration::from_nanos(span.end_ns.max(span.start_ns)),
        }
    }
}

impl From<&Histogram> for Times {
    fn from(histogram: &Histogram) -> Self {
        let exact = histogram.exact();
        Self {
            count: histogram.count(),
            sum_ns: exact.sum_ns,
            min_ns: histogram.max_ns().map(|_| exact.min_ns),
            max_ns: histogram.max_ns(),
            clamped: exact.clamped,
            hdr: histogram.encode(),
        }
    }
}

impl Times {
    fn read(&self, place: &str) -> Result<Histogram, RecordError> {
        let exact = Exact {
            sum_ns: self.sum_ns,
            min_ns: self.min_ns.unwrap_or(u64::MAX),
            max_ns: self.max_ns.unwrap_or(0),
            clamped: self.clamped,
        };
        let damaged = |why: String| RecordError::Damaged {
            place: place.to_owned(),
            why,
        };
        let histogram = Histogram::decode(&self.hdr, exact).map_err(|e| damaged(e.to_string()))?;
        if histogram.count() != self.count {
            return Err(damaged(format!(
                "count says {}, the histogram holds {}",
                self.count,
                histogram.count()
            )));
        }
        if exact.min_ns > exact.max_ns && self.count > 0 {
            return Err(damaged(
                "its smallest value is above its largest".to_owned(),
            ));
        }
        Ok(histogram)
    }
}

impl From<&run::StepRecord> for Step {
    fn from(step: &run::StepRecord) -> Self {
        Self {
            scenario: step.scenario.clone(),
            step: step.step.clone(),
            ok_response_time: (&step.ok.response).into(),
            ok_service_time: (&step.ok.service).into(),
            failed_response_time: (&step.failed.response).into(),
            failed_service_time: (&step.failed.service).into(),
            failures: step
                .failures
                .iter()
                .map(|(kind, &count)| (kind.name().to_owned(), count))
                .collect(),
            codes: step.codes.clone(),
            body_bytes: step.body_bytes,
        }
    }
}

impl TryFrom<Step> for run::StepRecord {
    type Error = RecordError;

    fn try_from(step: Step) -> Result<Self, RecordError> {
        let place = format!("steps, {}/{}", step.scenario, step.step);
        let kind = |name: &String| {
            FailureKind::parse(name).ok_or_else(|| RecordError::Damaged {
                place: place.clone(),
                why: format!("unknown failure kind \"{name}\""),
            })
        };
        let failures = step
            .failures
            .iter()
            .map(|(name, &count)| Ok((kind(name)?, count)));
        Ok(Self {
            ok: run::Times {
                response: step.ok_response_time.read(&place)?,
                service: step.ok_service_time.read(&place)?,
            },
            failed: run::Times {
                response: step.failed_response_time.read(&place)?,
                service: step.failed_service_time.read(&place)?,
            },
            failures: failures.collect::<Result<_, RecordError>>()?,
            scenario: step.scenario,
            step: step.step,
            codes: step.codes,
            body_bytes: step.body_bytes,
        })
    }
}

impl From<&run::TransactionRecord> for Transaction {
    fn from(transaction: &run::TransactionRecord) -> Self {
        Self {
            scenario: transaction.scenario.clone(),
            committed: transaction.committed,
            failed: transaction.failed,
            response_time: (&transaction.response).into(),
        }
    }
}

impl TryFrom<Transaction> for run::TransactionRecord {
    type Error = RecordError;

    fn try_from(transaction: Transaction) -> Result<Self, RecordError> {
        let place = format!("transactions, {}", transaction.scenario);
        Ok(Self {
            response: transaction.response_time.read(&place)?,
            scenario: transaction.scenario,
            committed: transaction.committed,
            failed: transaction.failed,
        })
    }
}

impl From<&RunRecord> for Record {
    fn from(record: &RunRecord) -> Self {
        Self {
            schema: SCHEMA,
            run_id: record.run_id.clone(),
            started_unix_ns: nanoseconds(record.started_unix),
            provenance: (&record.provenance).into(),
            plan: (&record.plan).into(),
            target: (&record.target).into(),
            ending: (&record.ending).into(),
            steady: record.steady.into(),
            shifts: record.shifts.as_ref().map(ToString::to_string),
            arrivals: record.arrivals.into(),
            steps: record.steps.iter().map(Into::into).collect(),
            transactions: record.transactions.iter().map(Into::into).collect(),
            send_delay: (&record.send_delay).into(),
            delays: Some((&record.delays).into()),
            unfinished: (&record.unfinished).into(),
            health: (&record.health).into(),
            warmup: (&record.warmup).into(),
            precision: record.precision.as_ref().map(Into::into),
            stretches: record.stretches.iter().map(Into::into).collect(),
            aborted: record.aborted.clone(),
            windows: record.windows.iter().map(Into::into).collect(),
            costs: (&record.costs).into(),
            profiles: record.profiles.iter().map(Into::into).collect(),
            insides: (&record.insides).into(),
            audit: record.audit.as_ref().map(Into::into),
            warnings: record.warnings.clone(),
        }
    }
}

impl TryFrom<Record> for RunRecord {
    type Error = RecordError;

    fn try_from(record: Record) -> Result<Self, RecordError> {
        Ok(Self {
            run_id: record.run_id,
            started_unix: Duration::from_nanos(record.started_unix_ns),
            provenance: record.provenance.into(),
            plan: record.plan.try_into()?,
            target: record.target.into(),
            ending: record.ending.into(),
            steady: record.steady.into(),
            shifts: record.shifts.map(|text| shifts(&text)).transpose()?,
            arrivals: record.arrivals.into(),
            steps: all(record.steps)?,
            transactions: all(record.transactions)?,
            send_delay: record.send_delay.read("send_delay")?,
            delays: record
                .delays
                .map_or_else(|| Ok(run::Delays::default()), TryInto::try_into)?,
            unfinished: record.unfinished.read("unfinished")?,
            health: record.health.into(),
            warmup: record.warmup.try_into()?,
            precision: record.precision.map(Into::into),
            stretches: record.stretches.into_iter().map(Into::into).collect(),
            aborted: record.aborted,
            windows: all(record.windows)?,
            costs: record.costs.into(),
            profiles: all(record.profiles)?,
            insides: record.insides.into(),
            audit: record.audit.map(Into::into),
            warnings: record.warnings,
        })
    }
}

fn all<W, D: TryFrom<W, Error = RecordError>>(wire: Vec<W>) -> Result<Vec<D>, RecordError> {
    wire.into_iter().map(D::try_from).collect()
}

fn shifts(text: &str) -> Result<Shifts, RecordError> {
    Shifts::parse(text).ok_or_else(|| RecordError::Damaged {
        place: "shifts".to_owned(),
        why: format!("\"{text}\" is not quiet:work:rest:place"),
    })
}

fn phase(name: &str) -> Result<Phase, RecordError> {
    Phase::parse(name).ok_or_else(|| RecordError::Damaged {
        place: "windows".to_owned(),
        why: format!("unknown phase \"{name}\""),
    })
}
