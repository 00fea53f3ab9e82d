//! From what was typed to what will be done: plan, target, folder, processors.

use crate::cli::RunArgs;
use crate::exit::Failure;
use crate::target::Target;
use crate::{folder, output, provenance};
use driver::{Address, KeptAwake, Placement};
use plan::{Overrides, Plan, TargetPlan, TargetProcessors};
use record::run::Provenance;
use scenarios::plans;
use std::path::{Path, PathBuf};

/// A run, ready to begin.
#[derive(Debug)]
pub(super) struct Resolved {
    pub(super) plan: Plan,
    pub(super) run_id: String,
    pub(super) folder: PathBuf,
    /// Where the load goes; `None` for a target that is started.
    address: Option<Address>,
    /// Processors of the generator, as whoever started the target shared them out; empty if nobody did.
    cpus: Vec<usize>,
    /// While the load is on, if processors are not to sleep and this user may ask for it.
    awake: Option<KeptAwake>,
}

impl Resolved {
    pub(super) fn from(arguments: &RunArgs) -> Result<Self, Failure> {
        let plan = read_plan(arguments)?;
        let address = plan
            .target
            .url
            .as_deref()
            .map(Address::parse)
            .transpose()
            .map_err(Failure::usage)?;
        check(&plan)?;
        crate::cmd::serve_engine::engine_options(&plan.target.engine)?;
        // Before anything is started: a file that is not there is the user's to mend.
        read_feeders(&plan, arguments.what.plan.as_deref())?;
        let run_id = folder::new_run_id();
        Ok(Self {
            folder: arguments
                .out
                .clone()
                .unwrap_or_else(|| folder::default_path(&run_id)),
            plan,
            run_id,
            address,
            cpus: arguments.cpus.clone(),
            awake: None,
        })
    }

    /// Keeps the processors awake from now on, if that can be had; the record says whether.
    pub(super) fn keep_awake(&mut self, arguments: &RunArgs) {
        if !arguments.allow_idle_states {
            self.awake = driver::keep_awake().ok();
        }
    }

    /// What would be done, for `--dry-run`.
    pub(super) fn explain(&self) -> String {
        let target = match (&self.address, &self.plan.target.command) {
            (Some(address), _) => address.as_str().to_owned(),
            (None, Some(command)) => format!("\"{command}\", started for this run"),
            (None, None) => reference(&self.plan),
        };
        format!(
            "{}\ntarget: {target}\nfolder: {}\n\n{}",
            self.plan.words(),
            self.folder.display(),
            self.plan.to_toml()
        )
    }

    /// Which processors are whose.
    pub(super) fn placement(&self) -> Placement {
        let here = placement(&self.plan.target);
        if self.cpus.is_empty() {
            return here;
        }
        let all = here.generator.into_iter().chain(here.target);
        let rest: Vec<usize> = all.filter(|cpu| !self.cpus.contains(cpu)).collect();
        let generator = self.cpus.clone();
        Placement {
            target: if rest.is_empty() {
                generator.clone()
            } else {
                rest
            },
            generator,
        }
    }

    // A target that we started, or that whoever started us did, is pinned.
    fn is_pinned(&self, placement: &Placement) -> bool {
        (self.address.is_none() || !self.cpus.is_empty()) && !placement.is_shared()
    }

    pub(super) fn target(&self, placement: &Placement) -> Result<Target, Failure> {
        match &self.address {
            Some(address) => Target::existing(address.clone(), self.plan.target.admin.clone()),
            None => Target::start(&self.plan.target, placement),
        }
    }

    /// Pins this process to the generator's processors where the target is ours and has others; says how many workers there are to be.
    pub(super) fn pin_generator(&self, placement: &Placement) -> usize {
        if self.is_pinned(placement)
            && let Err(error) = driver::pin(&placement.generator)
        {
            output::note(&format!(
                "note: the generator cannot be pinned to processor {:?}: {error}",
                placement.generator
            ));
        }
        placement.generator.len()
    }

    pub(super) fn provenance(&self, placement: &Placement) -> Provenance {
        let pinned = self.is_pinned(placement);
        let disjoint = placement.is_disjoint();
        let first = |cpus: &[usize]| {
            cpus.first()
                .filter(|_| pinned && disjoint)
                .and_then(|&cpu| u32::try_from(cpu).ok())
        };
        Provenance {
            generator_processors: u32::try_from(placement.generator.len()).unwrap_or(u32::MAX),
            generator_core: first(&placement.generator),
            target_core: first(&placement.target),
            kept_awake: Some(self.awake.is_some()),
            ..provenance::here()
        }
    }

    pub(super) fn warnings(&self, target: &Target, placement: &Placement) -> Vec<String> {
        let mut warnings = Vec::new();
        if placement.is_shared() {
            warnings.push(
                "generator and target share one processor: they slow each other down".to_owned(),
            );
        } else if self.is_pinned(placement) && !placement.is_disjoint() {
            warnings.push(
                "the target may use the generator's processors too, as the plan says: they slow each other down where both are busy"
                    .to_owned(),
            );
        } else if !self.is_pinned(placement) {
            warnings
                .push("generator and target are not pinned: they may share processors".to_owned());
        }
        if cfg!(debug_assertions) && target.reference {
            warnings.push(
                "development build: optimised, but with assertions; compare it with its like only"
                    .to_owned(),
            );
        }
        if self.plan.model == record::run::Model::Closed
            && (self.plan.users as usize) < self.plan.scenarios.len()
        {
            warnings.push(format!(
                "{} users cannot share out {} scenarios: some never run",
                self.plan.users,
                self.plan.scenarios.len()
            ));
        }
        warnings
    }
}

fn reference(plan: &Plan) -> String {
    let options: Vec<_> = plan.target.engine.iter().map(ToString::to_string).collect();
    match options.as_slice() {
        [] => "the reference engine, started for this run".to_owned(),
        options => format!(
            "the reference engine, started for this run with {}",
            options.join(", ")
        ),
    }
}

/// Which processors are the generator's, and which the target's if it is started.
pub(in crate::cmd) fn placement(target: &TargetPlan) -> Placement {
    let here = Placement::of_this_machine();
    match target.processors {
        TargetProcessors::Rest => here,
        TargetProcessors::All => here.with_target_everywhere(),
    }
}

// A file of that name comes before a built-in plan. A bare --target needs no plan: one request, no scenario code.
fn read_plan(arguments: &RunArgs) -> Result<Plan, Failure> {
    let overrides = overrides(arguments);
    let Some(path) = &arguments.what.plan else {
        let built_in = if arguments.what.is_aimed() {
            plans::ANY_SERVICE
        } else {
            plans::CANONICAL
        };
        return complete(built_in.text, built_in.name, overrides);
    };
    let (text, name) = text_of(path)?;
    let plan = parse(&text, &name)?;
    if plan.replay.is_none() {
        return complete(&text, &name, overrides);
    }
    let plan = with_arrivals(plan, path)?;
    plan.with(overrides).map_err(Failure::usage)
}

/// The plan of that file, or the built-in one of that name. Recorded arrivals that it names are read with it.
pub(in crate::cmd) fn plan_of(path: &Path) -> Result<Plan, Failure> {
    let (text, name) = text_of(path)?;
    with_arrivals(parse(&text, &name)?, path)
}

/// Reads the feeders of a plan, whose files are beside it: what is missing or broken is said with file and line.
pub(in crate::cmd) fn read_feeders(plan: &Plan, path: Option<&Path>) -> Result<(), Failure> {
    let read = scenarios::feeders(plan, beside(path));
    read.map(drop).map_err(|error| {
        let place = path.map_or_else(String::new, |path| format!("{}: ", path.display()));
        Failure::usage(format!("{place}{error}"))
            .hint("files of feeders are looked for beside the plan; a CSV file begins with a line of column names")
    })
}

/// The folder of a plan: files that it names are relative to it. Built-in plans name none.
pub(in crate::cmd) fn beside(path: Option<&Path>) -> &Path {
    path.and_then(Path::parent).unwrap_or(Path::new("."))
}

fn text_of(path: &Path) -> Result<(String, String), Failure> {
    let name = path.to_string_lossy();
    let built_in = plans::ALL.iter().find(|plan| plan.name == name);
    match built_in {
        Some(built_in) if !path.exists() => Ok((built_in.text.to_owned(), name.into_owned())),
        _ => Ok((read(path)?, name.into_owned())),
    }
}

fn with_arrivals(plan: Plan, path: &Path) -> Result<Plan, Failure> {
    let Some(file) = plan.replay.as_ref().map(|replay| replay.file.clone()) else {
        return Ok(plan);
    };
    let file = beside(Some(path)).join(file);
    plan.replay_from(&read(&file)?, &file.to_string_lossy())
        .map_err(Failure::usage)
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| {
        Failure::usage(format!("plan {} cannot be read: {error}", path.display()))
            .hint("give a TOML file, or a built-in plan that `loadtest list` shows")
    })
}

fn parse(text: &str, source: &str) -> Result<Plan, Failure> {
    plan::parse::plan(text, source).map_err(Failure::usage)
}

// With the flags; what only shows with them is still named by its place in the file.
fn complete(text: &str, source: &str, overrides: Overrides) -> Result<Plan, Failure> {
    plan::parse::plan_with(text, source, overrides).map_err(Failure::usage)
}

fn overrides(arguments: &RunArgs) -> Overrides {
    Overrides {
        target: arguments.what.target.clone(),
        admin: arguments.what.admin.clone(),
        pprof: arguments.what.pprof.clone(),
        request_label: arguments.what.request_label.clone(),
        profile_hz: arguments.profile_hz,
        traceparent: arguments.what.traceparent,
        command: arguments.what.target_cmd.clone(),
        ready: arguments.what.target_ready.clone(),
        start_within: arguments.what.start_within,
        engine: arguments.engine.options(),
        rate: arguments.rate,
        model: arguments.load.model,
        arrivals: arguments.load.arrivals,
        users: arguments.users,
        connections: arguments.connections,
        duration: arguments.duration,
        iterations: arguments.load.iterations,
        warmup: arguments.load.warmup,
        stages: arguments.load.stage.clone(),
        test_plan: arguments.load.test_plan.clone(),
        until: arguments.load.until.clone(),
        budget: arguments.load.budget,
        vars: arguments.load.vars.clone(),
        timeout: arguments.timeout,
        seed: arguments.seed,
        thresholds: arguments.threshold.clone(),
    }
}

fn check(plan: &Plan) -> Result<(), Failure> {
    let known: Vec<_> = scenarios::KNOWN
        .iter()
        .chain([&scenarios::HTTP])
        .map(|known| known.name)
        .collect();
    plan.check_scenarios(&known).map_err(Failure::usage)?;
    let steps = scenarios::step_names(plan);
    let steps: Vec<_> = steps.iter().map(String::as_str).collect();
    plan.check_steps(&steps).map_err(Failure::usage)
}
