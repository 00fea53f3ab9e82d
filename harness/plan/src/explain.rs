//! What a plan will do, in lines: for `loadtest plan check` and `--dry-run`.

use crate::describe::{HealthUnit, pick, unit};
use crate::journey::{Check, Feeder, Journey, Rows, Step};
use crate::phases::percent_of_share;
use crate::words::{grouped, seconds};
use crate::{Plan, ScenarioChoice, TargetProcessors};
use record::rule::Rule;
use std::fmt::Write as _;

/// What one connection holds: buffers for request and answer, a task, and the kernel's part is not counted.
const CONNECTION: u64 = 16 << 10;
/// One histogram: 33 792 counters of 32 bits.
const HISTOGRAM: u64 = 132 << 10;
/// Response and service time, of good requests and of failed ones.
const HISTOGRAMS_OF_STEP: u64 = 4;
/// A recorded arrival.
const RECORDED: u64 = 12;

impl Plan {
    /// What the plan will do, in lines: what is offered, scenarios and their steps, feeders, thresholds, memory.
    pub fn explain(&self) -> String {
        let mut text = format!("{}: {}\n", self.name, self.words());
        text += &self.target_lines();
        let all: u64 = self
            .scenarios
            .iter()
            .map(|choice| u64::from(choice.weight))
            .sum();
        for choice in &self.scenarios {
            text += &scenario(choice, all);
        }
        for one in &self.feeders {
            text += &feeder(one);
        }
        for (name, value) in &self.vars {
            let value: String = value.chars().take(60).collect();
            let _ = writeln!(text, "variable {name} = {value:?}");
        }
        for rule in &self.thresholds {
            text += &threshold(rule);
        }
        if self.thresholds.is_empty() {
            text += "no threshold: the run cannot fail, it can only be invalid\n";
        }
        text + &self.limits_lines() + &self.memory()
    }

    fn target_lines(&self) -> String {
        let target = &self.target;
        let client = target.client.name();
        let where_to = match (&target.url, &target.command) {
            (Some(url), _) => url.clone(),
            (None, Some(command)) => {
                let ready = target.ready.as_ref();
                let ready = ready.map_or_else(String::new, |path| format!(" ({path} answers 2xx)"));
                let within = seconds(target.start_within());
                format!("what \"{command}\" starts, ready within {within}{ready}")
            }
            (None, None) => "the reference engine, started for the run".to_owned(),
        };
        let timeout = seconds(self.timeout);
        let processors = match target.processors {
            TargetProcessors::Rest => "",
            TargetProcessors::All => ", on all processors",
        };
        let redirects = match target.redirects {
            0 => String::new(),
            most => format!(", up to {most} redirects followed"),
        };
        format!(
            "target: {where_to}{processors}, client {client}, a request is given up after {timeout}{redirects}\n"
        )
    }

    fn limits_lines(&self) -> String {
        let mut text = String::new();
        if let Some(slo) = self.slo {
            let _ = writeln!(text, "goodput: committed within {}", seconds(slo));
        }
        for (key, limit) in &self.health {
            let limit = match unit(key) {
                HealthUnit::Time => record::quantity::format_nanoseconds(*limit as u64),
                HealthUnit::Count => limit.to_string(),
                HealthUnit::Share => format!("{} %", percent_of_share(*limit)),
            };
            let _ = writeln!(text, "health: the limit of {key} is {limit}");
        }
        text
    }

    // What the generator needs; reference scenarios have three steps at most.
    fn memory(&self) -> String {
        let steps = self.scenarios.iter().map(|choice| {
            let journey = choice.journey.as_ref();
            journey.map_or(3, |journey| journey.steps.len() as u64)
        });
        let steps: u64 = steps.sum();
        let connections = u64::from(self.users) * CONNECTION;
        let shard = steps * HISTOGRAMS_OF_STEP * HISTOGRAM;
        let trace = self
            .replay
            .as_ref()
            .and_then(|replay| replay.trace.as_ref());
        let recorded = trace.map_or(0, |trace| trace.times_ns().len() as u64 * RECORDED);
        let fixed = connections + recorded;
        format!(
            "memory: about {} for {} connections{}, and {} of histograms for each processor, spare and total set\n",
            megabytes(fixed),
            grouped(u64::from(self.users)),
            if recorded > 0 {
                " and recorded arrivals"
            } else {
                ""
            },
            megabytes(shard)
        )
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / f64::from(1 << 20))
}

fn scenario(choice: &ScenarioChoice, all: u64) -> String {
    let share = 100.0 * f64::from(choice.weight) / all.max(1) as f64;
    let name = &choice.name;
    let Some(Journey { steps, cookies }) = &choice.journey else {
        return format!("scenario {name}: {share:.1} %, built in\n");
    };
    let cookies = if *cookies { ", keeps cookies" } else { "" };
    let count = match steps.len() {
        1 => "1 step".to_owned(),
        count => format!("{count} steps"),
    };
    let mut text = format!("scenario {name}: {share:.1} %, {count}{cookies}\n");
    for one in steps {
        let _ = writeln!(text, "  {}", step(one));
    }
    text
}

fn step(step: &Step) -> String {
    let request = &step.request;
    let mut text = format!("{}: {} {}", step.name, request.method, request.path);
    if let Some(body) = &request.body {
        let _ = write!(text, ", body of about {} bytes", body.to_string().len());
    }
    let names_status = |check: &Check| matches!(check, Check::Status(_));
    if !step.checks.iter().any(names_status) {
        text += ", must be 2xx";
    }
    if !step.checks.is_empty() {
        let _ = write!(text, ", checks: {}", step.checks.len());
    }
    let extracted: Vec<_> = step
        .extracts
        .iter()
        .map(|one| one.variable.as_str())
        .collect();
    if !extracted.is_empty() {
        let _ = write!(text, ", keeps {}", extracted.join(", "));
    }
    if let Some(expected) = step.expected {
        let _ = write!(text, ", expected to take {}", seconds(expected));
    }
    let [least, most] = [step.think.least, step.think.most].map(seconds);
    if !step.think.most.is_zero() {
        let _ = write!(text, ", then thinks {least} to {most}");
    }
    text
}

fn feeder(feeder: &Feeder) -> String {
    let rows = match &feeder.rows {
        Rows::File(file) => format!("rows of {file}"),
        Rows::Numbers { from, to } => format!("numbers {from} to {to}"),
        Rows::Values(values) => format!("{} values", values.len()),
    };
    format!("feeder {}: {rows}, {}\n", feeder.name, pick(feeder.pick))
}

fn threshold(rule: &Rule) -> String {
    let abort = rule.abort.map_or_else(String::new, |after| {
        format!(", stops the run once broken for {}", seconds(after))
    });
    format!("threshold: {rule}{abort}\n")
}

#[cfg(test)]
mod tests;
