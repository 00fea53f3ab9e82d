//! What flags change in a plan.

mod model;

use crate::error::{Fault, PlanError};
use crate::iterations::USUAL_WITHIN;
use crate::phases::USUAL_BUDGET;
use crate::{
    EngineOption, Iterations, Plan, ScenarioChoice, Shape, Spacing, TargetProcessors, Until,
    Warmup, limits, parse, shape, slots_for, threshold,
};
use record::quantity::Rate;
use record::rule::Rule;
use record::run::Model;
use std::time::Duration;

/// Values given by flags; what is absent stays as the plan has it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Overrides {
    /// Target URL.
    pub target: Option<String>,
    /// Admin URL.
    pub admin: Option<String>,
    /// Where profiles are asked for.
    pub pprof: Option<String>,
    /// The label that tells requests apart in them.
    pub request_label: Option<String>,
    /// Samples per second of CPU time.
    pub profile_hz: Option<u32>,
    /// Every request carries `traceparent`.
    pub traceparent: bool,
    /// A command that starts the target. Not together with `target`.
    pub command: Option<String>,
    /// The path that answers 2xx once the started target can be used.
    pub ready: Option<String>,
    /// How long the started target may take.
    pub start_within: Option<Duration>,
    /// Options of the reference engine: each replaces those of its name. Not together with `target` or `command`.
    pub engine: Vec<EngineOption>,
    /// Arrivals per second: makes a closed plan open, with as many slots as are usual for that rate. With stages it is where they begin.
    pub rate: Option<Rate>,
    /// The workload model. What it needs besides, a rate or users, must be in the plan or come with it.
    pub model: Option<Model>,
    /// Spacing of arrivals; not [`Spacing::Replay`], which needs a file.
    pub arrivals: Option<Spacing>,
    /// Users: makes the plan closed. Not together with `rate` or `connections`. With stages it is where they begin.
    pub users: Option<u32>,
    /// With `rate`, with stages of arrivals or in a model with a schedule, the most in flight; else the same as `users`.
    pub connections: Option<u32>,
    /// `30s:100,5m:100,0s:50`: duration and target, as k6 has it. Users in a closed plan, arrivals per second else, unless `rate` or
    /// `users` decides.
    pub stages: Option<String>,
    /// `100,30s;100,5m;0,30s`: target and duration, as Goose has it; the same otherwise. Not together with `stages`.
    pub test_plan: Option<String>,
    /// Length of the steady phase; together with `iterations` the most it takes.
    pub duration: Option<Duration>,
    /// Transactions after which the steady phase ends.
    pub iterations: Option<u64>,
    /// The warm-up. Where it ends by itself it keeps the plan's bound.
    pub warmup: Option<Warmup>,
    /// `p99±5%`: extends the steady phase until the quantile is known that well.
    pub until: Option<String>,
    /// The longest steady phase, extensions included.
    pub budget: Option<Duration>,
    /// Request timeout.
    pub timeout: Option<Duration>,
    /// Seed.
    pub seed: Option<u64>,
    /// Values of variables, by name; the last of a name counts.
    pub vars: Vec<(String, String)>,
    /// Rules added to the plan's, or lists of them with commas between.
    pub thresholds: Vec<String>,
}

impl Plan {
    /// The plan with `overrides`, complete: with a target or a scenario, and with a value for every variable.
    ///
    /// A change of model drops what only the other model has, and reads the thresholds again: `p99 < 20ms` is about response time in an
    /// open plan and about service time in a closed one. A threshold that says response time refuses to become closed.
    pub fn with(self, overrides: Overrides) -> Result<Self, PlanError> {
        let plan = self.changed(overrides)?;
        limits::complete(&plan).map_err(|fault| fault.error)?;
        Ok(plan)
    }

    /// The same; it may be incomplete still.
    pub(crate) fn changed(self, overrides: Overrides) -> Result<Self, PlanError> {
        let mut plan = self;
        let staged = match overrides.test_plan {
            Some(_) => "--test-plan",
            None => "--stage",
        };
        plan.offer(&overrides)?;
        plan.last(&overrides)?;
        plan.aim(&overrides)?;
        plan.timeout = overrides.timeout.unwrap_or(plan.timeout);
        plan.seed = overrides.seed.unwrap_or(plan.seed);
        plan.settle();
        plan.vars.extend(overrides.vars);
        for text in &overrides.thresholds {
            plan.thresholds.extend(threshold::list(text, plan.model)?);
        }
        limits::check(&plan).map_err(|fault| by_flag(fault, staged))?;
        Ok(plan)
    }

    fn aim(&mut self, overrides: &Overrides) -> Result<(), PlanError> {
        match (&overrides.target, &overrides.command) {
            (Some(_), Some(_)) => {
                let what = "does not go with --target: one starts the target, the other finds it";
                return Err(PlanError::new("--target-cmd", what));
            }
            (Some(url), None) => {
                self.target.url = Some(url.clone());
                self.target.command = None;
                self.target.ready = None;
                self.target.start_within = None;
                self.target.processors = TargetProcessors::Rest;
            }
            (None, Some(command)) => {
                self.target.url = None;
                self.target.command = Some(command.clone());
            }
            (None, None) => {}
        }
        self.start(overrides)?;
        self.start_engine(&overrides.engine)?;
        if let Some(admin) = &overrides.admin {
            self.target.admin = Some(admin.clone());
        }
        if let Some(pprof) = &overrides.pprof {
            if let Some(what) = crate::target::not_a_base(pprof) {
                return Err(PlanError::new("--pprof", what));
            }
            self.target.pprof = Some(pprof.clone());
        }
        if let Some(label) = &overrides.request_label {
            self.target.request_label = Some(label.clone());
        }
        self.target.profile_hz = overrides.profile_hz.or(self.target.profile_hz);
        self.target.traceparent |= overrides.traceparent;
        if self.scenarios.is_empty() && self.target.is_given() {
            self.scenarios.push(ScenarioChoice::http());
        }
        Ok(())
    }

    // What is about a target that is started is nothing to one that is found.
    fn start(&mut self, overrides: &Overrides) -> Result<(), PlanError> {
        let flag = match (&overrides.ready, overrides.start_within) {
            (Some(_), _) => "--target-ready",
            (None, Some(_)) => "--start-within",
            (None, None) => return Ok(()),
        };
        if self.target.command.is_none() {
            let what =
                "is about a target that is started; give --target-cmd 'COMMAND --port {port}' too";
            return Err(PlanError::new(flag, what));
        }
        let ready = overrides.ready.clone();
        self.target.ready = ready.or(self.target.ready.take());
        self.target.start_within = overrides.start_within.or(self.target.start_within);
        Ok(())
    }

    // A plan for the engine may be aimed at one that is there already: then nobody starts one with its options.
    fn start_engine(&mut self, options: &[EngineOption]) -> Result<(), PlanError> {
        let target = &mut self.target;
        match options {
            [] if target.is_given() => target.engine.clear(),
            [] => {}
            [first, ..] if target.is_given() => {
                let what = format!(
                    "{first} is for the reference engine that this run starts; it does not go with a target of your own"
                );
                return Err(PlanError::new("--engine", what));
            }
            options => {
                target.engine =
                    crate::engine::replaced(std::mem::take(&mut target.engine), options);
            }
        }
        Ok(())
    }

    fn last(&mut self, overrides: &Overrides) -> Result<(), PlanError> {
        let ends = [
            ("--iterations", overrides.iterations.is_some()),
            ("--duration", overrides.duration.is_some()),
        ];
        if let Some((flag, _)) = ends.iter().find(|(_, given)| *given) {
            if self.shape.is_some() || self.replay.is_some() {
                let what = "does not go with a shape, stages or a file of arrivals: they say how long the steady phase is";
                return Err(PlanError::new(flag, what));
            }
            self.iterations = overrides.iterations.map(|count| Iterations {
                count,
                within: overrides.duration.unwrap_or(USUAL_WITHIN),
            });
            self.duration = overrides.duration.unwrap_or(self.duration);
        }
        self.warmup = match (self.warmup, overrides.warmup) {
            (Warmup::Auto { most }, Some(Warmup::Auto { .. })) => Warmup::Auto { most },
            (usual, given) => given.unwrap_or(usual),
        };
        if let Some(text) = &overrides.until {
            let until = Until::parse(text).map_err(|what| PlanError::new("--until", what))?;
            let budget = self.until.map_or(USUAL_BUDGET, |before| before.budget);
            self.until = Some(Until {
                budget: budget.max(self.duration),
                ..until
            });
        }
        match (&mut self.until, overrides.budget) {
            (Some(until), Some(budget)) => until.budget = budget,
            (None, Some(_)) => {
                let what = "is spent to know a quantile better; give --until p99±5% too";
                return Err(PlanError::new("--budget", what));
            }
            // A longer steady phase than the plan's needs a greater budget than the plan's.
            (Some(until), None) => until.budget = until.budget.max(self.duration),
            (None, None) => {}
        }
        Ok(())
    }

    fn offer(&mut self, overrides: &Overrides) -> Result<(), PlanError> {
        if let (Some(_), Some(_)) = (overrides.rate, overrides.users) {
            return Err(PlanError::new(
                "--users",
                "does not go with --rate: arrivals on a schedule wait for no user; use --connections to bound what is in flight",
            ));
        }
        if let (Some(_), Some(_)) = (overrides.users, overrides.connections) {
            return Err(PlanError::new(
                "--connections",
                "does not go with --users: each user has one connection",
            ));
        }
        model::agrees(self, overrides)?;
        match (
            stages(overrides)?,
            overrides.rate,
            overrides.users,
            overrides.connections,
        ) {
            (Some(shape), rate, users, slots) => {
                let closed = overrides.model.map_or(
                    rate.is_none() && (users.is_some() || self.model == Model::Closed),
                    |model| model == Model::Closed,
                );
                self.follow(
                    shape,
                    rate.map(Rate::get).or(users.map(f64::from)),
                    closed,
                    slots,
                )?;
            }
            (None, Some(rate), _, slots) => self.open(rate, slots)?,
            (None, None, None, Some(slots)) if model::stays_scheduled(self, overrides) => {
                self.users = slots;
            }
            (None, None, Some(users), _) | (None, None, None, Some(users)) => self.close(users)?,
            (None, None, None, None) => {}
        }
        self.become_asked(overrides)
    }

    // Stages: of arrivals or of users.
    fn follow(
        &mut self,
        shape: Shape,
        start: Option<f64>,
        closed: bool,
        slots: Option<u32>,
    ) -> Result<(), PlanError> {
        self.duration = shape.length();
        self.iterations = None;
        let shape = Shape {
            start: start.unwrap_or(shape.start),
            ..shape
        };
        if closed && slots.is_some() {
            let what = "does not go with stages of users: each user has one connection";
            return Err(PlanError::new("--connections", what));
        }
        if closed {
            self.close(shape.most().round() as u32)?;
        } else {
            self.become_scheduled()?;
            self.rate = None;
            self.users = slots.unwrap_or_else(|| slots_for(shape.most()));
        }
        self.shape = Some(shape);
        Ok(())
    }

    fn open(&mut self, rate: Rate, slots: Option<u32>) -> Result<(), PlanError> {
        self.become_scheduled()?;
        self.rate = Some(rate);
        self.shape = None;
        self.users = slots.unwrap_or_else(|| slots_for(rate.get()));
        Ok(())
    }

    fn close(&mut self, users: u32) -> Result<(), PlanError> {
        self.forget_replay();
        self.rate = None;
        self.shape = None;
        self.spacing = Spacing::Poisson;
        self.on_full = crate::OnFull::Wait;
        self.users = users;
        self.become_model(Model::Closed)
    }

    // A partly open plan stays one.
    fn become_scheduled(&mut self) -> Result<(), PlanError> {
        self.forget_replay();
        if self.model.is_scheduled() {
            return Ok(());
        }
        self.think = Duration::ZERO;
        self.become_model(Model::Open)
    }

    fn forget_replay(&mut self) {
        if self.replay.take().is_some() {
            self.spacing = Spacing::Poisson;
            self.duration = parse::USUAL_DURATION;
        }
    }

    fn become_model(&mut self, model: Model) -> Result<(), PlanError> {
        self.model = model;
        for rule in &mut self.thresholds {
            *rule = Rule {
                abort: rule.abort,
                ..threshold::parse(&rule.text, model)?
            };
        }
        Ok(())
    }
}

fn stages(overrides: &Overrides) -> Result<Option<Shape>, PlanError> {
    match (&overrides.stages, &overrides.test_plan) {
        (Some(_), Some(_)) => {
            let what = "does not go with --stage: both say how the load changes";
            Err(PlanError::new("--test-plan", what))
        }
        (Some(text), None) => shape::stages(text, 0.0).map(Some),
        (None, Some(text)) => shape::test_plan(text, 0.0).map(Some),
        (None, None) => Ok(None),
    }
}

// The plan was within its bounds before, so what is not comes from a flag; `staged` is the one for shapes.
fn by_flag(fault: Fault, staged: &str) -> PlanError {
    let flag = match fault.key.as_str() {
        "phases.warmup" => "--warmup",
        "phases.duration" => "--duration",
        "phases.iterations" => "--iterations",
        "phases.budget" => "--budget",
        "phases.until" => "--until",
        "target.timeout" => "--timeout",
        "schedule.rate" => "--rate",
        "schedule.users" => "--users",
        "schedule.max_in_flight" => "--connections",
        "target.profile_hz" => "--profile-hz",
        "target.command" => "--target-cmd",
        "target.ready" => "--target-ready",
        "target.start_within" => "--start-within",
        key if key.starts_with("schedule.shape") => staged,
        key if key.starts_with("vars") => "--env",
        _ => return fault.error,
    };
    PlanError::new(flag, fault.error.what)
}

#[cfg(test)]
mod tests;
