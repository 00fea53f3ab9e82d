//! `loadtest selftest`: the instrument against what is known to be true.

mod bench;
mod experiments;
mod show;
mod truth;

use crate::cli::{SelftestArgs, YardstickArgs};
use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use bench::Bench;
use driver::yardstick::{Behaviour, serve_as_child};
use truth::{Held, Truth};

pub(super) fn selftest(arguments: &SelftestArgs) -> Outcome {
    let bench = Bench::prepare(arguments.out.clone())?;
    let mut truths = Vec::new();
    for experiment in experiments::ALL {
        if !arguments.quiet {
            output::note(&format!("{}: {} ...", experiment.name, experiment.summary));
        }
        let found = (experiment.run)(&bench)?;
        truths.extend(found.into_iter().map(|truth| (experiment.name, truth)));
    }
    let json = show::json(&truths, &bench.folder.display());
    bench
        .folder
        .write("selftest.json", format!("{json}\n").as_bytes())?;
    if arguments.json {
        output::result(&format!("{json}\n"));
    } else {
        output::result(&show::table(&truths, &bench.folder.display()));
    }
    Ok(exit(&truths))
}

// A wrong figure is not excused by a disturbed one.
fn exit(truths: &[(&str, Truth)]) -> Exit {
    match overall(truths) {
        Held::Holds => Exit::Pass,
        Held::Wrong => Exit::Fail,
        Held::Disturbed => Exit::Invalid,
    }
}

fn overall(truths: &[(&str, Truth)]) -> Held {
    let any = |held| truths.iter().any(|(_, truth)| truth.held == held);
    if any(Held::Wrong) {
        Held::Wrong
    } else if any(Held::Disturbed) {
        Held::Disturbed
    } else {
        Held::Holds
    }
}

/// The target of known behaviour, as a child of the self-test.
pub(super) fn yardstick(arguments: &YardstickArgs) -> Outcome {
    let behaviour = Behaviour::parse(&arguments.behaviour).map_err(Failure::usage)?;
    if !arguments.cpus.is_empty() {
        // Before any thread is started, so that all of them inherit it. A target that cannot be pinned still works.
        let _ = driver::pin(&arguments.cpus);
    }
    serve_as_child(behaviour)
        .map_err(|e| Failure::target(format!("target of known behaviour cannot serve: {e}")))?;
    Ok(Exit::Pass)
}

#[cfg(test)]
mod tests;
