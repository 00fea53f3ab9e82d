//! Rounds as lines of JSON (`rounds.ndjson`), one written as soon as it is over, and the calibration before them.

use super::{ArmEnding, ArmRound, Calibration, Lasting, MachineFacts, Metric, Order, Round, Times};
use crate::histogram::{Exact, Histogram};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;
use thiserror::Error;

/// The version this code writes.
pub const SCHEMA: u32 = 1;
/// Most rounds that are read: 52 looks' worth and what may be dropped beside them.
pub const MAX_ROUNDS: usize = 1_000;

/// Lines of rounds, or of a history, that cannot be read.
#[derive(Debug, Error)]
pub enum RoundsError {
    /// A line that is no round or point.
    #[error("line {line} does not read: {why}")]
    Corrupt {
        /// From 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// Written by a later loadtest.
    #[error(
        "line {line} has schema {found}, newer than this loadtest's {SCHEMA}; read it with the loadtest that wrote it, or a later one"
    )]
    TooNew {
        /// From 1.
        line: usize,
        /// The version found.
        found: u32,
    },
    /// More lines than any gate has.
    #[error("more than {MAX_ROUNDS} rounds")]
    TooMany,
}

/// What `rounds.ndjson` holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Rounds {
    /// Found out before the first round.
    pub calibration: Calibration,
    /// In the order in which they were measured.
    pub rounds: Vec<Round>,
    /// True if the last line was cut off: the gate was interrupted while it wrote.
    pub is_cut: bool,
}

#[derive(Serialize, Deserialize)]
struct Schema {
    schema: u32,
}

#[derive(Serialize, Deserialize)]
struct CalibrationLine {
    schema: u32,
    warmup_ns: u64,
    capacity_per_second: f64,
    rate_per_second: f64,
    pressure: Option<f64>,
    machine: String,
}

#[derive(Serialize, Deserialize)]
struct RoundLine {
    schema: u32,
    number: u32,
    order: String,
    baseline: ArmLine,
    candidate: ArmLine,
    machine: MachineLine,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dropped: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct MachineLine {
    steal: Option<f64>,
    pressure: Option<f64>,
    #[serde(default)]
    strangers: Option<f64>,
    generator_cpu: Option<f64>,
    machine: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct ArmLine {
    ending: EndingLine,
    values: BTreeMap<String, f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    times: Option<TimesLine>,
    requests: u64,
    errors: u64,
    achieved: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lasting: Option<LastingLine>,
    drift: Option<f64>,
    send_delay: Option<f64>,
}

#[derive(Serialize, Deserialize)]
struct LastingLine {
    error_rate: f64,
    achieved: f64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EndingLine {
    Served,
    NeverReady(String),
    Died(String),
}

#[derive(Serialize, Deserialize)]
struct TimesLine {
    response: HistogramLine,
    service: HistogramLine,
    send_delay: HistogramLine,
}

#[derive(Serialize, Deserialize)]
struct HistogramLine {
    sum_ns: u128,
    min_ns: u64,
    max_ns: u64,
    clamped: u64,
    hdr: String,
}

/// The first line, with its line break.
pub fn calibration_line(calibration: &Calibration) -> String {
    line(&CalibrationLine {
        schema: SCHEMA,
        warmup_ns: u64::try_from(calibration.warmup.as_nanos()).unwrap_or(u64::MAX),
        capacity_per_second: calibration.capacity,
        rate_per_second: calibration.rate,
        pressure: calibration.pressure,
        machine: calibration.machine.clone(),
    })
}

/// The line of a round, with its line break. Values that are no number are left out, because JSON has none.
pub fn round_line(round: &Round) -> String {
    line(&RoundLine {
        schema: SCHEMA,
        number: round.number,
        order: round.order.name().to_owned(),
        baseline: (&round.baseline).into(),
        candidate: (&round.candidate).into(),
        machine: MachineLine {
            steal: round.machine.steal,
            pressure: round.machine.pressure,
            strangers: round.machine.strangers,
            generator_cpu: round.machine.generator_cpu,
            machine: round.machine.machine.clone(),
        },
        dropped: round.dropped.clone(),
    })
}

fn line<T: Serialize>(value: &T) -> String {
    let mut text = serde_json::to_string(value).expect("the mirror structs have string keys only");
    text.push('\n');
    text
}

/// Reads the lines back. A last line without a line break is what an interrupted gate leaves: it is left out if it does not read.
pub fn rounds(text: &str) -> Result<Rounds, RoundsError> {
    let mut lines = (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim().is_empty());
    let Some((number, first)) = lines.next() else {
        let why = "the file is empty".to_owned();
        return Err(RoundsError::Corrupt { line: 1, why });
    };
    let calibration: CalibrationLine = read(number, first)?;
    let whole = text.ends_with('\n');
    let mut found = Rounds {
        calibration: Calibration {
            warmup: Duration::from_nanos(calibration.warmup_ns),
            capacity: calibration.capacity_per_second,
            rate: calibration.rate_per_second,
            pressure: calibration.pressure,
            machine: calibration.machine,
        },
        rounds: Vec::new(),
        is_cut: false,
    };
    let mut lines = lines.peekable();
    while let Some((number, line)) = lines.next() {
        match read(number, line).and_then(|line| round(number, line)) {
            Ok(round) => found.rounds.push(round),
            Err(_) if !whole && lines.peek().is_none() => found.is_cut = true,
            Err(error) => return Err(error),
        }
        if found.rounds.len() > MAX_ROUNDS {
            return Err(RoundsError::TooMany);
        }
    }
    Ok(found)
}

pub(super) fn read<T: for<'de> Deserialize<'de>>(
    line: usize,
    text: &str,
) -> Result<T, RoundsError> {
    let corrupt = |error: serde_json::Error| RoundsError::Corrupt {
        line,
        why: error.to_string(),
    };
    let Schema { schema } = serde_json::from_str(text).map_err(corrupt)?;
    if schema > SCHEMA {
        return Err(RoundsError::TooNew {
            line,
            found: schema,
        });
    }
    serde_json::from_str(text).map_err(corrupt)
}

fn round(line: usize, from: RoundLine) -> Result<Round, RoundsError> {
    let corrupt = |why: String| RoundsError::Corrupt { line, why };
    let order = match from.order.as_str() {
        "abba" => Order::Abba,
        "baab" => Order::Baab,
        other => return Err(corrupt(format!("order \"{other}\" is not abba or baab"))),
    };
    Ok(Round {
        number: from.number,
        order,
        baseline: arm(from.baseline).map_err(|why| corrupt(format!("baseline: {why}")))?,
        candidate: arm(from.candidate).map_err(|why| corrupt(format!("candidate: {why}")))?,
        machine: MachineFacts {
            steal: from.machine.steal,
            pressure: from.machine.pressure,
            strangers: from.machine.strangers,
            generator_cpu: from.machine.generator_cpu,
            machine: from.machine.machine,
        },
        dropped: from.dropped,
    })
}

fn arm(from: ArmLine) -> Result<ArmRound, String> {
    let value = |(name, value): (String, f64)| {
        let metric =
            Metric::parse(&name).ok_or_else(|| format!("no metric is called \"{name}\""))?;
        Ok((metric, value))
    };
    let values: Result<_, String> = from.values.into_iter().map(value).collect();
    if from.errors > from.requests {
        return Err(format!(
            "{} errors of {} requests",
            from.errors, from.requests
        ));
    }
    Ok(ArmRound {
        ending: match from.ending {
            EndingLine::Served => ArmEnding::Served,
            EndingLine::NeverReady(why) => ArmEnding::NeverReady(why),
            EndingLine::Died(how) => ArmEnding::Died(how),
        },
        values: values?,
        times: from.times.as_ref().map(times).transpose()?,
        requests: from.requests,
        errors: from.errors,
        achieved: from.achieved,
        lasting: from.lasting.map(|lasting| Lasting {
            error_rate: lasting.error_rate,
            achieved: lasting.achieved,
        }),
        drift: from.drift,
        send_delay: from.send_delay,
    })
}

impl From<&ArmRound> for ArmLine {
    fn from(arm: &ArmRound) -> Self {
        let values = arm.values.iter().filter(|(_, value)| value.is_finite());
        Self {
            ending: match &arm.ending {
                ArmEnding::Served => EndingLine::Served,
                ArmEnding::NeverReady(why) => EndingLine::NeverReady(why.clone()),
                ArmEnding::Died(how) => EndingLine::Died(how.clone()),
            },
            values: values
                .map(|(metric, value)| (metric.name().to_owned(), *value))
                .collect(),
            times: arm.times.as_ref().map(|times| TimesLine {
                response: (&times.response).into(),
                service: (&times.service).into(),
                send_delay: (&times.send_delay).into(),
            }),
            requests: arm.requests,
            errors: arm.errors,
            achieved: arm.achieved,
            lasting: arm.lasting.map(|lasting| LastingLine {
                error_rate: lasting.error_rate,
                achieved: lasting.achieved,
            }),
            drift: arm.drift,
            send_delay: arm.send_delay,
        }
    }
}

impl From<&Histogram> for HistogramLine {
    fn from(histogram: &Histogram) -> Self {
        let exact = histogram.exact();
        Self {
            sum_ns: exact.sum_ns,
            min_ns: exact.min_ns,
            max_ns: exact.max_ns,
            clamped: exact.clamped,
            hdr: histogram.encode(),
        }
    }
}

fn times(from: &TimesLine) -> Result<Times, String> {
    Ok(Times {
        response: histogram(&from.response)?,
        service: histogram(&from.service)?,
        send_delay: histogram(&from.send_delay)?,
    })
}

fn histogram(from: &HistogramLine) -> Result<Histogram, String> {
    let exact = Exact {
        sum_ns: from.sum_ns,
        min_ns: from.min_ns,
        max_ns: from.max_ns,
        clamped: from.clamped,
    };
    Histogram::decode(&from.hdr, exact).map_err(|error| error.to_string())
}
