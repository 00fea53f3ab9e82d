//! The two builds of a gate: how each is started, fresh, as often as a round needs it.

use super::revision;
use crate::cli::GateArgs;
use crate::exit::Failure;
use crate::target::Target;
use driver::{Address, Placement};
use plan::TargetPlan;
use record::comparison::Arm;
use std::time::Duration;

/// How a build comes to be served.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    /// This program's reference engine.
    Reference,
    /// A command with `{port}`.
    Command(String),
    /// It is there already.
    Url(String),
}

/// One build.
#[derive(Debug, Clone)]
struct Build {
    source: Source,
    /// What reports call it.
    name: String,
}

/// Both builds.
pub(super) struct Arms {
    builds: [Build; 2],
    ready: Option<String>,
    start_within: Duration,
}

impl Arms {
    /// Finds out what was typed, and builds revisions.
    ///
    /// # Errors
    /// One build without the other, a revision that cannot be built.
    pub(super) fn of(arguments: &GateArgs) -> Result<Self, Failure> {
        let baseline = baseline(arguments)?;
        let candidate = candidate(arguments)?;
        let builds = match (baseline, candidate) {
            (Some(one), _) if arguments.aa => [one.clone(), one],
            (None, None) => [reference(), reference()],
            (Some(baseline), Some(candidate)) => [baseline, candidate],
            (Some(_), None) => {
                return Err(Failure::usage("a baseline without a candidate")
                    .hint("give --candidate-cmd, or --aa to hold the baseline against itself"));
            }
            (None, Some(_)) => {
                return Err(Failure::usage("a candidate without a baseline")
                    .hint("give --baseline-cmd or --baseline-rev"));
            }
        };
        Ok(Self {
            builds,
            ready: arguments.ready.clone(),
            start_within: arguments.start_within,
        })
    }

    /// What reports call a build.
    pub(super) fn name(&self, arm: Arm) -> &str {
        &self.build(arm).name
    }

    /// True if both are the same: differences are the machine's.
    pub(super) fn are_equal(&self) -> bool {
        self.builds[0].source == self.builds[1].source
    }

    /// True if the load is for the reference engine.
    pub(super) fn are_reference(&self) -> bool {
        self.builds
            .iter()
            .all(|build| build.source == Source::Reference)
    }

    /// True if a build cannot be started anew.
    pub(super) fn live_long(&self) -> bool {
        self.builds
            .iter()
            .any(|build| matches!(build.source, Source::Url(_)))
    }

    /// Starts a build, or reaches it.
    pub(super) fn start(&self, arm: Arm, placement: &Placement) -> Result<Target, Failure> {
        let plan = TargetPlan {
            ready: self.ready.clone(),
            start_within: Some(self.start_within),
            ..TargetPlan::default()
        };
        match &self.build(arm).source {
            Source::Reference => Target::start(&plan, placement),
            Source::Command(command) => Target::start(
                &TargetPlan {
                    command: Some(command.clone()),
                    ..plan
                },
                placement,
            ),
            Source::Url(url) => {
                let address = Address::parse(url).map_err(Failure::usage)?;
                Target::existing(address, None)
            }
        }
    }

    fn build(&self, arm: Arm) -> &Build {
        match arm {
            Arm::Baseline => &self.builds[0],
            Arm::Candidate => &self.builds[1],
        }
    }
}

fn reference() -> Build {
    Build {
        source: Source::Reference,
        name: "reference engine".to_owned(),
    }
}

fn command(line: &str) -> Result<Build, Failure> {
    if !line.contains("{port}") {
        return Err(
            Failure::usage(format!("command \"{line}\" has no {{port}}")).hint(
                "write {port} where the command takes its port, as in './server --port {port}'",
            ),
        );
    }
    Ok(Build {
        source: Source::Command(line.to_owned()),
        name: line.to_owned(),
    })
}

fn url(url: &str) -> Build {
    Build {
        source: Source::Url(url.to_owned()),
        name: url.to_owned(),
    }
}

fn baseline(arguments: &GateArgs) -> Result<Option<Build>, Failure> {
    if let Some(line) = &arguments.baseline_cmd {
        return command(line).map(Some);
    }
    if let Some(rev) = &arguments.baseline_rev {
        return revision(arguments, Some(rev)).map(Some);
    }
    Ok(arguments.baseline_url.as_deref().map(url))
}

fn candidate(arguments: &GateArgs) -> Result<Option<Build>, Failure> {
    if let Some(line) = &arguments.candidate_cmd {
        return command(line).map(Some);
    }
    if arguments.baseline_rev.is_some() && !arguments.aa {
        return revision(arguments, arguments.candidate_rev.as_deref()).map(Some);
    }
    Ok(arguments.candidate_url.as_deref().map(url))
}

fn revision(arguments: &GateArgs, rev: Option<&str>) -> Result<Build, Failure> {
    let built = revision::build(rev, &arguments.build_cmd, arguments.result.quiet)?;
    let line = format!(
        "cd '{}' && exec {}",
        built.folder.display(),
        arguments.serve_cmd
    );
    Ok(Build {
        name: built.name,
        ..command(&line)?
    })
}
