//! From a decided gate to the files that people and machines open; `gate` and `compare` end here.

use super::{PLAN, timeline, why};
use crate::cli::LimitsFormat;
use crate::exit::Failure;
use crate::folder::Folder;
use crate::output;
use record::comparison::{Calibration, GatePlan, Round, offered, window};
use reports::gate::Gate;
use stats::gate::{
    Decision, Design, OnInconclusive, headline, noise_floor, proposal, valid_rounds,
};
use std::path::PathBuf;

/// A gate with everything that was measured.
pub(super) struct Measured<'a> {
    /// What baseline and candidate are called.
    pub(super) names: [String; 2],
    /// True if both are one build: differences are the machine's.
    pub(super) are_equal: bool,
    pub(super) design: &'a Design,
    pub(super) calibration: &'a Calibration,
    pub(super) rounds: &'a [Round],
    pub(super) decision: &'a Decision,
    /// The command line that measured it.
    pub(super) command: Vec<String>,
    /// What an inconclusive gate is to its caller.
    pub(super) on_inconclusive: OnInconclusive,
}

impl Measured<'_> {
    /// Writes every file into `into` and prints the result; the windows are below `from`.
    pub(super) fn report(
        &self,
        from: &Folder,
        into: &Folder,
        output: LimitsFormat,
    ) -> Result<(), Failure> {
        let judged = &self.rounds[..self.decision.measured.min(self.rounds.len())];
        // Those after the decision, too: they were measured for this.
        let valid = valid_rounds(self.design, self.calibration, self.rounds);
        let why = why::why(&PathBuf::from(from.display()), &valid);
        let floors = self
            .are_equal
            .then(|| noise_floor(self.design, self.decision));
        let plan = in_force(self.design);
        let timeline = timeline::moments(&PathBuf::from(from.display()), judged);
        let gate = Gate {
            names: self.names.clone(),
            headline: headline(self.decision, self.calibration.rate, &why.causes),
            proposed: floors.as_deref().map(proposal),
            design: self.design,
            calibration: self.calibration,
            rounds: judged,
            timeline: &timeline,
            decision: self.decision,
            causes: &why.causes,
            differences: why.differences(),
            plan: &plan,
            folder: &into.display(),
            command: self.command.clone(),
            on_inconclusive: self.on_inconclusive,
        };
        why::keep(&why, into)?;
        why::write_times(into, judged, offered(window(self.design.plan.slot_open)))?;
        into.write(PLAN, plan.as_bytes())?;
        for (name, text) in reports::gate::files(&gate) {
            into.write(name, text.as_bytes())?;
        }
        match output {
            LimitsFormat::Json => output::result(&format!("{}\n", reports::gate::json(&gate))),
            LimitsFormat::Text => output::result(&reports::gate::text(&gate)),
        }
        Ok(())
    }
}

/// The plan as it was judged by: its looks are those that are made, so that reading it again gives the same design.
pub(super) fn in_force(design: &Design) -> String {
    let looks = design.looks.iter();
    let rounds = looks
        .clone()
        .map(|look| u32::try_from(look.rounds).unwrap_or(u32::MAX));
    let plan = GatePlan {
        looks: rounds.collect(),
        spend: spend(design),
        ..design.plan.clone()
    };
    plan::parse::gate::text(&plan)
}

// The shares as the plan has them where no look was left out or added, since a division could move the last digit.
fn spend(design: &Design) -> Vec<f64> {
    let plan = &design.plan;
    let share = |(at, alpha): (usize, f64)| {
        let asked = plan.spend.get(at).copied().unwrap_or(0.0);
        let is_same = (asked * plan.alpha - alpha).abs() <= alpha * 1e-9;
        if is_same { asked } else { alpha / plan.alpha }
    };
    let looks = design.looks.iter().map(|look| look.alpha).enumerate();
    looks.map(share).collect()
}
