//! A journey made ready: names resolved, expressions compiled, feeders found. Whatever cannot be is said before T0.

use super::check::Check;
use super::extract::Extract;
use super::feeder::{Feeder, Feeders};
use super::template::{Escape, Meaning, Names, Template};
use super::visit::Visit;
use crate::ScenarioError;
use plan::journey::{self, Journey, Think};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Header fields of a step.
pub(super) const MOST_FIELDS: usize = 32;
/// Fields that the driver writes: a second one would make another message of it.
const DRIVERS: [&str; 5] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "x-request-id",
];

/// What the journeys of a run share.
pub(crate) struct Ground<'a> {
    pub(crate) feeders: &'a Feeders,
    pub(crate) vars: &'a BTreeMap<String, String>,
    pub(crate) run: &'a str,
    pub(crate) seed: u64,
    /// The most users that may act at once.
    pub(crate) users: u32,
    /// The pause after a step that has none of its own and is not the last one.
    pub(crate) think: Duration,
    pub(crate) last_pause: LastPause,
}

/// Whether a user pauses after the last step of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LastPause {
    /// It does: its own next visit comes after that (closed model).
    Kept,
    /// It does not: nothing of the visit comes after that, and the slot is free for another (open models).
    Skipped,
}

/// A journey that can be acted.
#[derive(Debug)]
pub(crate) struct Script {
    pub(super) steps: Vec<Step>,
    /// Those that the journey names.
    pub(super) feeders: Vec<Arc<Feeder>>,
    /// What each variable has before a step extracts it.
    pub(super) defaults: Vec<String>,
    pub(super) cookies: bool,
    pub(super) seed: u64,
    /// By user. Never waited for: a user takes its visit out and puts it back.
    visits: Vec<Mutex<Option<Box<Visit>>>>,
}

/// A step that can be acted.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) method: String,
    pub(super) path: Template,
    /// [`MOST_FIELDS`] at most.
    pub(super) fields: Vec<(String, Template)>,
    pub(super) has_own_cookie: bool,
    pub(super) body: Option<Template>,
    /// Status codes; empty for 2xx.
    pub(super) statuses: Vec<u16>,
    pub(super) checks: Vec<Check>,
    pub(super) extracts: Vec<Extract>,
    pub(super) expected: Option<Duration>,
    pub(super) think: Think,
}

impl Script {
    /// Makes `journey`, of the scenario of that name, ready.
    pub(crate) fn new(
        scenario: &str,
        journey: &Journey,
        ground: &Ground<'_>,
    ) -> Result<Self, ScenarioError> {
        let mut scope = Scope::of(journey, ground);
        let steps = journey.steps.iter().map(|step| {
            self::step(step, &mut scope).map_err(|why| ScenarioError::Step {
                scenario: scenario.to_owned(),
                step: step.name.clone(),
                why,
            })
        });
        let mut steps: Vec<Step> = steps.collect::<Result<_, _>>()?;
        pauses(&mut steps, ground);
        Ok(Self {
            steps,
            feeders: scope.used,
            defaults: scope.defaults,
            cookies: journey.cookies,
            seed: ground.seed,
            visits: (0..ground.users.max(1)).map(|_| Mutex::default()).collect(),
        })
    }

    fn place(&self, user: usize) -> &Mutex<Option<Box<Visit>>> {
        &self.visits[user % self.visits.len()]
    }

    /// The buffers of `user`.
    pub(super) fn take(&self, user: usize) -> Box<Visit> {
        let mut place = self
            .place(user)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        place.take().unwrap_or_default()
    }

    /// Keeps the buffers for the user's next visit.
    pub(super) fn give_back(&self, user: usize, visit: Box<Visit>) {
        *self
            .place(user)
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(visit);
    }
}

/// What names mean in a journey.
struct Scope<'a> {
    ground: &'a Ground<'a>,
    /// Variables that steps extract; their places are those of `defaults`.
    extracted: Vec<&'a str>,
    defaults: Vec<String>,
    used: Vec<Arc<Feeder>>,
}

impl<'a> Scope<'a> {
    fn of(journey: &'a Journey, ground: &'a Ground<'a>) -> Self {
        let mut extracted: Vec<&str> = Vec::new();
        for extract in journey.steps.iter().flat_map(|step| &step.extracts) {
            if !extracted.contains(&extract.variable.as_str()) {
                extracted.push(&extract.variable);
            }
        }
        let default = |name: &&str| ground.vars.get(*name).cloned().unwrap_or_default();
        Self {
            ground,
            defaults: extracted.iter().map(default).collect(),
            extracted,
            used: Vec::new(),
        }
    }

    fn slot(&self, name: &str) -> Option<usize> {
        self.extracted.iter().position(|known| *known == name)
    }
}

impl Names for Scope<'_> {
    fn variable(&self, name: &str) -> Result<Meaning, String> {
        if let Some(slot) = self.slot(name) {
            return Ok(Meaning::Slot(slot));
        }
        let constant = self.ground.vars.get(name).cloned();
        constant.map(Meaning::Constant).ok_or_else(|| {
            format!("${{{name}}} is extracted by no step; give it with -e {name}=… or in [vars]")
        })
    }

    fn column(&mut self, feeder: &str, column: &str) -> Result<(usize, usize), String> {
        let known = self.ground.feeders.named(feeder);
        let table = known.ok_or_else(|| format!("there is no feeder \"{feeder}\""))?;
        let column = table.column(column)?;
        let place = self.used.iter().position(|used| used.name() == feeder);
        let place = place.unwrap_or_else(|| {
            self.used.push(table.clone());
            self.used.len() - 1
        });
        Ok((place, column))
    }

    fn run(&self) -> &str {
        self.ground.run
    }
}

fn step(step: &journey::Step, scope: &mut Scope<'_>) -> Result<Step, String> {
    let request = &step.request;
    let body = request.body.as_ref();
    let body = body
        .map(|body| Template::compile(body, Escape::Nothing, scope))
        .transpose()?;
    let fields = fields(&request.headers, body.as_ref(), scope)?;
    let mut checks = Vec::new();
    for check in &step.checks {
        checks.extend(Check::compile(check, scope)?);
    }
    let extracts = step.extracts.iter().map(|extract| {
        let slot = scope.slot(&extract.variable).unwrap_or_default();
        Extract::compile(&extract.from, slot)
    });
    Ok(Step {
        method: request.method.clone(),
        extracts: extracts.collect::<Result<_, _>>()?,
        path: Template::compile(&request.path, Escape::Path, scope)?,
        has_own_cookie: fields
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("cookie")),
        fields,
        body,
        statuses: statuses(&step.checks)?,
        checks,
        expected: step.expected,
        think: step.think,
    })
}

// The last step's pause is its own or none: what comes after a visit is for the driver to space.
fn pauses(steps: &mut [Step], ground: &Ground<'_>) {
    let Some((last, others)) = steps.split_last_mut() else {
        return;
    };
    let fixed = Think {
        least: ground.think,
        most: ground.think,
    };
    for step in others.iter_mut().filter(|step| step.think == Think::NONE) {
        step.think = fixed;
    }
    last.expected = None;
    if ground.last_pause == LastPause::Skipped {
        last.think = Think::NONE;
    }
}

fn fields(
    headers: &[(String, journey::Template)],
    body: Option<&Template>,
    scope: &mut Scope<'_>,
) -> Result<Vec<(String, Template)>, String> {
    let mut fields = Vec::new();
    for (name, value) in headers {
        if DRIVERS.iter().any(|ours| name.eq_ignore_ascii_case(ours)) {
            return Err(format!(
                "header \"{name}\" is written by the generator itself; leave it out"
            ));
        }
        fields.push((
            name.clone(),
            Template::compile(value, Escape::Field, scope)?,
        ));
    }
    // What looks like JSON is said to be JSON, because most services refuse it otherwise.
    let named = |(name, _): &(String, _)| name.eq_ignore_ascii_case("content-type");
    let json = body.is_some_and(|body| matches!(body.first_char(), Some('{' | '[')));
    if json && !fields.iter().any(named) {
        let text = journey::Template {
            parts: vec![journey::Part::Text("application/json".to_owned())],
        };
        let value = Template::compile(&text, Escape::Field, scope)?;
        fields.push(("content-type".to_owned(), value));
    }
    if fields.len() > MOST_FIELDS {
        return Err(format!(
            "{} headers are too many; {MOST_FIELDS} at most",
            fields.len()
        ));
    }
    Ok(fields)
}

// Every check has to hold, so codes of several lists have to be in all of them.
fn statuses(checks: &[journey::Check]) -> Result<Vec<u16>, String> {
    let mut lists = checks.iter().filter_map(|check| match check {
        journey::Check::Status(codes) => Some(codes),
        _ => None,
    });
    let Some(first) = lists.next() else {
        return Ok(Vec::new());
    };
    let rest: Vec<_> = lists.collect();
    let all = first.iter().copied();
    let common: Vec<u16> = all
        .filter(|code| rest.iter().all(|codes| codes.contains(code)))
        .collect();
    if common.is_empty() {
        return Err("no status satisfies all checks of it; put the codes in one list".to_owned());
    }
    Ok(common)
}

#[cfg(test)]
mod tests;
