//! Recorded arrivals: a text with an instant on each line, as seconds since the start or as a JSON object.
//!
//! ```text
//! # a comment
//! 0.000125
//! {"t": 0.25, "scenario": "pay"}
//! ```

mod json;

use crate::error::{PlanError, suggest};
use crate::schedule::Due;
use crate::{Plan, limits};
use record::fnv::fnv1a;
use std::sync::Arc;
use std::time::Duration;

/// The most arrivals of a file.
pub const ARRIVALS: usize = 10_000_000;
// No scenario named.
const DRAWN: u32 = u32::MAX;

/// Where recorded arrivals come from, and what they are once that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// The file, relative to the plan's.
    pub file: String,
    /// Its arrivals, once they are handed in.
    pub trace: Option<Arc<Trace>>,
}

/// Recorded arrivals, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trace {
    times_ns: Vec<u64>,
    /// Index into `names` of each arrival, or [`DRAWN`]; empty if no line names a scenario.
    scenarios: Vec<u32>,
    names: Vec<String>,
}

/// Reads arrivals: instants in nanoseconds since the start. They must not go back; `source` is the file's name, for errors.
pub fn parse(text: &str, source: &str) -> Result<Trace, PlanError> {
    let mut trace = Trace::default();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let added = read(line).and_then(|(at_ns, scenario)| trace.add(at_ns, scenario));
        added.map_err(|why| PlanError::new(format!("{source}:{}", at + 1), why))?;
    }
    if trace.times_ns.is_empty() {
        return Err(PlanError::new(
            source,
            "holds no arrival; write one instant a line",
        ));
    }
    Ok(trace)
}

fn read(line: &str) -> Result<(u64, Option<String>), String> {
    let (seconds, scenario) = if line.starts_with('{') {
        json::arrival(line)?
    } else {
        let what = "is no number of seconds since the start, nor an object as in {\"t\": 0.25}";
        let seconds = line
            .parse()
            .map_err(|_| format!("\"{}\" {what}", short(line)))?;
        (seconds, None)
    };
    let most = limits::PHASE.as_secs_f64();
    if !(0.0..=most).contains(&seconds) {
        return Err(format!("{seconds} is not between 0 and {most} seconds"));
    }
    Ok(((seconds * 1e9).round() as u64, scenario))
}

fn short(line: &str) -> String {
    line.chars().take(40).collect()
}

impl Trace {
    fn add(&mut self, at_ns: u64, scenario: Option<String>) -> Result<(), String> {
        if self.times_ns.len() == ARRIVALS {
            return Err(format!("more than {ARRIVALS} arrivals"));
        }
        if let Some(&before) = self.times_ns.last().filter(|before| **before > at_ns) {
            let [before, at] = [before, at_ns].map(|ns| Duration::from_nanos(ns).as_secs_f64());
            return Err(format!(
                "{at} s is before the line above it, {before} s; sort the file"
            ));
        }
        if let Some(name) = scenario {
            let index = self.name_index(name)?;
            self.scenarios.resize(self.times_ns.len(), DRAWN);
            self.scenarios.push(index);
        } else if !self.scenarios.is_empty() {
            self.scenarios.push(DRAWN);
        }
        self.times_ns.push(at_ns);
        Ok(())
    }

    fn name_index(&mut self, name: String) -> Result<u32, String> {
        let known = self.names.iter().position(|known| *known == name);
        let index = known.unwrap_or(self.names.len());
        if index == limits::SCENARIOS {
            return Err(format!("more than {index} scenarios"));
        }
        if known.is_none() {
            self.names.push(name);
        }
        Ok(index as u32)
    }

    /// The instants, in nanoseconds since the start.
    pub fn times_ns(&self) -> &[u64] {
        &self.times_ns
    }

    /// The names of scenarios that lines give, each once.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The time they cover: to the last one, and a mean gap more, so that the rate is that of the gaps.
    pub fn length(&self) -> Duration {
        let last = self.times_ns.last().copied().unwrap_or(0);
        let gaps = (self.times_ns.len() as u64).saturating_sub(1).max(1);
        let length = Duration::from_nanos(last + (last / gaps).max(1));
        length.clamp(limits::SHORTEST, limits::PHASE)
    }

    pub(crate) fn due(&self, n: usize) -> Option<Due> {
        let scenario = self.scenarios.get(n).copied();
        Some(Due {
            at_ns: *self.times_ns.get(n)?,
            scenario: scenario.filter(|&index| index != DRAWN),
        })
    }

    pub(crate) fn before(&self, ns: u64) -> u64 {
        self.times_ns.partition_point(|&at| at < ns) as u64
    }

    /// Equal digests are equal arrivals.
    pub(crate) fn digest(&self) -> u64 {
        let times = self.times_ns.iter().flat_map(|at| at.to_le_bytes());
        let indices = self.scenarios.iter().flat_map(|index| index.to_le_bytes());
        let names = self.names.iter().flat_map(|name| name.bytes().chain([0]));
        fnv1a(times.chain(indices).chain(names))
    }

    // Names become the places of the plan's scenarios.
    fn resolved(mut self, scenarios: &[&str]) -> Result<Self, String> {
        let places = self.names.iter().map(|name| {
            let place = scenarios.iter().position(|known| known == name);
            let unknown = || {
                let hint = suggest(name, scenarios);
                format!("scenario \"{name}\" is not in the plan; {hint}")
            };
            place.map(|place| place as u32).ok_or_else(unknown)
        });
        let places = places.collect::<Result<Vec<_>, _>>()?;
        for index in &mut self.scenarios {
            *index = places.get(*index as usize).copied().unwrap_or(DRAWN);
        }
        self.names = scenarios.iter().map(|name| (*name).to_owned()).collect();
        Ok(self)
    }
}

impl Plan {
    /// Takes the text of the file of arrivals that the plan names; `source` is its name, for errors. The steady phase is as long as they
    /// are.
    pub fn replay_from(mut self, text: &str, source: &str) -> Result<Self, PlanError> {
        let Some(mut replay) = self.replay.take() else {
            let what = "the plan replays nothing; write arrivals = \"replay\" and file = …";
            return Err(PlanError::new(source, what));
        };
        let names: Vec<_> = self
            .scenarios
            .iter()
            .map(|choice| choice.name.as_str())
            .collect();
        let trace = parse(text, source)?;
        let trace = if trace.names.is_empty() {
            trace
        } else {
            trace
                .resolved(&names)
                .map_err(|why| PlanError::new(source, why))?
        };
        self.duration = trace.length();
        replay.trace = Some(Arc::new(trace));
        self.replay = Some(replay);
        Ok(self)
    }
}

#[cfg(test)]
mod tests;
