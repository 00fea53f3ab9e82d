//! How this run is shown while it is on.

use super::Resolved;
use crate::cli::{OutputFormat, RunArgs};
use crate::live::{Head, Manner, Palette, Progress, Surface, Wish};
use driver::Workload;

/// Progress as asked for, as far as the terminal goes.
pub(super) fn progress(
    arguments: &RunArgs,
    resolved: &Resolved,
    workload: &dyn Workload,
    target: &str,
) -> Progress {
    let palette = if arguments.terminal.no_color {
        Palette::Plain
    } else {
        Palette::here()
    };
    let head = Head {
        plan: resolved.plan.name.clone(),
        words: resolved.plan.words(),
        target: target.to_owned(),
        model: resolved.plan.model,
        steps: steps(workload),
    };
    Progress::new(
        Manner::of(wish(arguments), Surface::here()),
        palette,
        head,
        resolved.plan.warmup_most() + resolved.plan.duration,
    )
}

// Whoever wants JSON has a program read it; a bar does not come between.
fn wish(arguments: &RunArgs) -> Wish {
    if arguments.quiet {
        Wish::Silence
    } else if arguments.terminal.no_tui || arguments.form() == OutputFormat::Json {
        Wish::Bar
    } else {
        Wish::View
    }
}

// As in the histogram log.
fn steps(workload: &dyn Workload) -> Vec<String> {
    let journeys = workload.journeys().into_iter();
    journeys
        .flat_map(|journey| {
            let scenario = journey.scenario.name;
            let steps = journey.steps.into_iter();
            steps.map(move |step| format!("{scenario}/{step}"))
        })
        .collect()
}
