//! A plan as TOML again, as a digest, and as the record keeps it.

use crate::{Arrivals, Pick, Plan, seed};
use record::run::{Model, PlanFacts};
use std::fmt::Write as _;
use std::time::Duration;

impl Plan {
    fn spacing(&self) -> &'static str {
        match self.arrivals {
            Arrivals::Poisson => "poisson",
            Arrivals::Constant => "constant",
        }
    }

    /// The resolved plan as a plan file: every default written out, and the same plan when it is read.
    pub fn to_toml(&self) -> String {
        let mut text = format!(
            "schema = {}\nname = {}\nseed = {}\nmodel = \"{}\"\n",
            crate::parse::SCHEMA,
            quoted(&self.name),
            self.seed,
            self.model.name()
        );
        text += &self.target_line();
        let _ = writeln!(
            text,
            "phases = {{ warmup = \"{}\", duration = \"{}\", drain = \"{}\" }}\n\n[schedule]",
            exact(self.warmup),
            exact(self.duration),
            exact(self.drain)
        );
        let _ = match self.rate {
            Some(rate) => writeln!(
                text,
                "arrivals = \"{}\"\nrate = \"{}/s\"\nmax_in_flight = {}",
                self.spacing(),
                rate.get(),
                self.users
            ),
            None => writeln!(
                text,
                "users = {}\nthink = \"{}\"",
                self.users,
                exact(self.think)
            ),
        };
        let pick = match self.data.pick {
            Pick::Uniform => "uniform".to_owned(),
            Pick::Zipf(theta) => format!("zipf({theta})"),
        };
        let _ = writeln!(
            text,
            "\n[data]\naccounts = {}\npick = \"{pick}\"",
            self.data.accounts
        );
        for choice in &self.scenarios {
            let _ = writeln!(
                text,
                "\n[[scenario]]\nname = {}\nweight = {}",
                quoted(&choice.name),
                choice.weight
            );
        }
        for rule in &self.thresholds {
            let _ = writeln!(text, "\n[[threshold]]\nrule = {}", quoted(&rule.text));
        }
        text
    }

    fn target_line(&self) -> String {
        let address = |key: &str, value: &Option<String>| {
            value
                .as_ref()
                .map(|value| format!("{key} = {}", quoted(value)))
        };
        let parts = [
            address("url", &self.target.url),
            address("admin", &self.target.admin),
            Some(format!("timeout = \"{}\"", exact(self.timeout))),
        ];
        format!(
            "target = {{ {} }}\n",
            parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
        )
    }

    /// Equal digests offer equal load. Where the target is does not matter to that, nor what is demanded of it.
    pub fn digest(&self) -> String {
        let offered = Self {
            target: crate::TargetPlan::default(),
            thresholds: Vec::new(),
            ..self.clone()
        };
        format!(
            "{:016x}",
            seed::fnv1a(format!("{}\n{}", seed::PRNG, offered.to_toml()).as_bytes())
        )
    }
}

/// The plan as the record keeps it.
pub fn facts(plan: &Plan) -> PlanFacts {
    PlanFacts {
        name: plan.name.clone(),
        digest: plan.digest(),
        model: plan.model,
        words: plan.words(),
        seed: plan.seed,
        offered_rate: match plan.model {
            Model::Open => plan.rate.map(record::quantity::Rate::get),
            Model::Closed => None,
        },
        users: plan.users,
        warmup: plan.warmup,
        duration: plan.duration,
        timeout: plan.timeout,
        scenarios: plan
            .scenarios
            .iter()
            .map(|choice| (choice.name.clone(), choice.weight))
            .collect(),
        thresholds: plan.thresholds.clone(),
        text: plan.to_toml(),
    }
}

// A duration in its largest whole unit.
fn exact(duration: Duration) -> String {
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

// A TOML basic string.
fn quoted(text: &str) -> String {
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
