//! The resolved plan as a plan file.

use super::journey;
use crate::shape::{Part, Shape};
use crate::{Pick, Plan, Spacing, Warmup};
use record::run::Model;
use std::fmt::Write as _;
use std::time::Duration;

impl Plan {
    /// The resolved plan as a plan file: every default written out, and the same plan when it is read (and its file of arrivals, if there
    /// is one, handed in).
    pub fn to_toml(&self) -> String {
        let mut text = format!(
            "schema = {}\nname = {}\nseed = {}\nmodel = \"{}\"\n",
            crate::parse::SCHEMA,
            quoted(&self.name),
            self.seed,
            self.model.name()
        );
        if let Some(slo) = self.slo {
            let _ = writeln!(text, "slo = \"{}\"", exact(slo));
        }
        text += &inline("target", self.target_keys());
        text += &inline("engine", self.engine_keys());
        text += &inline("phases", self.phases_keys());
        text += &inline("health", self.health_keys());
        text += "\n[schedule]\n";
        for (key, value) in self.schedule_keys() {
            let _ = writeln!(text, "{key} = {value}");
        }
        text += &self.data_table();
        text += &self.vars_table();
        for feeder in &self.feeders {
            text += &journey::feeder(feeder);
        }
        for choice in &self.scenarios {
            let _ = writeln!(
                text,
                "\n[[scenario]]\nname = {}\nweight = {}",
                quoted(&choice.name),
                choice.weight
            );
            if let Some(journey) = &choice.journey {
                text += &journey::journey(journey);
            }
        }
        text + &self.threshold_tables()
    }

    fn target_keys(&self) -> Keys {
        let target = &self.target;
        let text = |text: &Option<String>| text.as_deref().map(quoted);
        let plain = self.target.redirects > 0;
        let on_all = self.target.processors == crate::TargetProcessors::All;
        present([
            ("url", text(&target.url)),
            ("admin", text(&target.admin)),
            ("pprof", text(&target.pprof)),
            ("request_label", text(&target.request_label)),
            ("profile_hz", target.profile_hz.map(|hz| hz.to_string())),
            ("traceparent", target.traceparent.then(|| "true".to_owned())),
            ("command", text(&target.command)),
            ("ready", text(&target.ready)),
            ("start_within", target.start_within.map(time)),
            ("processors", on_all.then(|| quoted("all"))),
            ("client", Some(quoted(target.client.name()))),
            ("redirects", plain.then(|| target.redirects.to_string())),
            ("timeout", Some(time(self.timeout))),
        ])
    }

    // Options that stand more than once become a list.
    fn engine_keys(&self) -> Keys {
        let mut keys: Keys = Vec::new();
        for option in &self.target.engine {
            let same = |other: &&crate::EngineOption| other.name == option.name;
            let values: Vec<_> = self.target.engine.iter().filter(same).collect();
            let texts = values.iter().filter_map(|option| option.shown());
            let texts: Vec<_> = texts.map(|text| quoted(&text)).collect();
            let value = match texts.as_slice() {
                [] => "true".to_owned(),
                [text] => text.clone(),
                texts => format!("[{}]", texts.join(", ")),
            };
            if keys.iter().all(|(key, _)| *key != option.name) {
                keys.push((option.name.clone(), value));
            }
        }
        keys
    }

    fn phases_keys(&self) -> Keys {
        let (warmup, most) = match self.warmup {
            Warmup::Fixed(length) => (time(length), None),
            Warmup::Auto { most } => (quoted("auto"), Some(time(most))),
        };
        let is_free = self.shape.is_none() && self.replay.is_none();
        let asked = self.iterations;
        let duration = asked.map_or(self.duration, |asked| asked.within);
        present([
            ("warmup", Some(warmup)),
            ("warmup_max", most),
            ("duration", is_free.then(|| time(duration))),
            ("iterations", asked.map(|asked| asked.count.to_string())),
            ("drain", Some(time(self.drain))),
            ("until", self.until.map(|until| quoted(&until.text()))),
            ("budget", self.until.map(|until| time(until.budget))),
        ])
    }

    fn health_keys(&self) -> Keys {
        let limits = self.health.iter().map(|(key, limit)| {
            let value = match unit(key) {
                HealthUnit::Time => time(Duration::from_nanos(*limit as u64)),
                HealthUnit::Count => limit.to_string(),
                HealthUnit::Share => format!("{limit:?}"),
            };
            (key.clone(), value)
        });
        limits.collect()
    }

    fn schedule_keys(&self) -> Keys {
        let scheduled = self.model.is_scheduled();
        let shape = self.shape.as_ref();
        let replay = self.replay.as_ref();
        let level = |level: f64| format!("{level:?}");
        let arrivals = replay.map_or(self.spacing, |_| Spacing::Replay);
        let waits = self.model != Model::Open;
        present([
            ("arrivals", scheduled.then(|| quoted(arrivals.name()))),
            ("file", replay.map(|replay| quoted(&replay.file))),
            ("rate", self.rate.map(|rate| format!("\"{rate}\""))),
            ("start", shape.map(|shape| level(shape.start))),
            ("shape", shape.map(parts)),
            ("max_in_flight", scheduled.then(|| self.users.to_string())),
            ("on_full", scheduled.then(|| quoted(self.on_full.name()))),
            (
                "users",
                (!scheduled && shape.is_none()).then(|| self.users.to_string()),
            ),
            ("think", waits.then(|| time(self.think))),
        ])
    }

    fn data_table(&self) -> String {
        let pick = match self.data.pick {
            Pick::Uniform => "uniform".to_owned(),
            Pick::Zipf(theta) => format!("zipf({theta})"),
        };
        let accounts = self.data.accounts;
        let batch = match self.data.batch {
            crate::parse::USUAL_BATCH => String::new(),
            batch => format!("batch = {batch}\n"),
        };
        format!("\n[data]\naccounts = {accounts}\npick = \"{pick}\"\n{batch}")
    }

    fn vars_table(&self) -> String {
        let mut text = String::new();
        if !self.vars.is_empty() {
            text += "\n[vars]\n";
        }
        for (name, value) in &self.vars {
            let _ = writeln!(text, "{name} = {}", quoted(value));
        }
        text
    }

    fn threshold_tables(&self) -> String {
        let mut text = String::new();
        for rule in &self.thresholds {
            let _ = writeln!(text, "\n[[threshold]]\nrule = {}", quoted(&rule.text));
            if let Some(after) = rule.abort {
                let _ = writeln!(text, "abort = true\nabort_after = {}", time(after));
            }
        }
        text
    }
}

/// What a limit of `[health]` is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HealthUnit {
    /// Nanoseconds.
    Time,
    /// Pieces.
    Count,
    /// 0..=1.
    Share,
}

/// The unit of the limit with that key.
pub(crate) fn unit(key: &str) -> HealthUnit {
    match key {
        "send_delay" => HealthUnit::Time,
        "throttled_periods" => HealthUnit::Count,
        _ => HealthUnit::Share,
    }
}

/// Keys with their values as TOML.
pub(super) type Keys = Vec<(String, String)>;

pub(super) fn present<const N: usize>(keys: [(&str, Option<String>); N]) -> Keys {
    let given = keys.into_iter();
    given
        .filter_map(|(key, value)| Some((key.to_owned(), value?)))
        .collect()
}

/// A line with an inline table; nothing for an empty one.
pub(super) fn inline(key: &str, keys: Keys) -> String {
    if keys.is_empty() {
        return String::new();
    }
    format!("{key} = {}\n", table(keys))
}

/// An inline table.
pub(super) fn table(keys: Keys) -> String {
    let pairs = keys.into_iter();
    let pairs: Vec<_> = pairs
        .map(|(key, value)| format!("{key} = {value}"))
        .collect();
    format!("{{ {} }}", pairs.join(", "))
}

fn parts(shape: &Shape) -> String {
    let parts = shape.parts.iter().map(|part| {
        let length = Some(time(part.length()));
        let level = |level: &f64| Some(format!("{level:?}"));
        table(match part {
            Part::Ramp { to, .. } => present([("ramp_to", level(to)), ("over", length)]),
            Part::Hold { .. } => present([("hold", length)]),
            Part::Spike { to, .. } => present([("spike_to", level(to)), ("for", length)]),
            Part::Step { to, .. } => present([("step_to", level(to)), ("for", length)]),
            Part::Sine {
                amplitude, period, ..
            } => present([
                ("sine", level(amplitude)),
                ("period", Some(time(*period))),
                ("for", length),
            ]),
        })
    });
    format!("[{}]", parts.collect::<Vec<_>>().join(", "))
}

pub(super) fn time(duration: Duration) -> String {
    format!("\"{}\"", exact(duration))
}

/// A duration in its largest whole unit.
pub(crate) fn exact(duration: Duration) -> String {
    let nanoseconds = duration.as_nanos();
    let units = [(1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us")];
    let whole = units
        .iter()
        .find(|(unit, _)| nanoseconds.is_multiple_of(*unit));
    whole.map_or_else(
        || format!("{nanoseconds}ns"),
        |(unit, name)| format!("{}{name}", nanoseconds / unit),
    )
}

/// A TOML basic string.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(c);
            }
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
