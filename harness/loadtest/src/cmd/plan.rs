//! `loadtest init` and `loadtest plan check`: to write a plan, and to know what it will do before it does.

use crate::cli::{InitArgs, PlanCheckArgs};
use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use std::io::Write as _;

/// Writes a plan to start from; a file that is there stays as it is.
pub(super) fn init(arguments: &InitArgs) -> Outcome {
    let path = &arguments.file;
    let unusable = |error: &std::io::Error| {
        Failure::usage(format!(
            "plan {} cannot be written: {error}",
            path.display()
        ))
        .hint("give another name: loadtest init FILE")
    };
    let mut file = std::fs::File::create_new(path).map_err(|e| unusable(&e))?;
    file.write_all(plan::template().as_bytes())
        .map_err(|e| unusable(&e))?;
    output::result(&format!(
        "{}: a plan to start from; check it with `loadtest plan check {0}`, run it with `loadtest run --plan {0}`\n",
        path.display()
    ));
    Ok(Exit::Pass)
}

/// Says what a plan will do.
pub(super) fn check(arguments: &PlanCheckArgs) -> Outcome {
    let plan = super::run::plan_of(&arguments.file)?;
    super::run::read_feeders(&plan, Some(&arguments.file))?;
    output::result(&plan.explain());
    Ok(Exit::Pass)
}
