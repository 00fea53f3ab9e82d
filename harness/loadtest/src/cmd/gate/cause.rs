//! Rounds after the decision, for the cause alone: an exact metric fails a gate after three rounds, and three rounds name no function.

use super::bench::{Bench, Outcome};
use super::{measured_round, write};
use crate::cli::{GateArgs, GateProfile};
use crate::output;
use record::comparison::json::round_line;
use record::comparison::{Calibration, Round};
use stats::Verdict;
use stats::gate::{Decision, Design, valid_rounds};
use std::fs::File;
use std::time::{Duration, Instant};

/// Rounds that tell a hundred functions apart; ten, at which a gate may fail first, tell only twenty-five.
const ENOUGH: usize = 12;
/// Rounds beyond the decision, dropped ones too.
const MOST: usize = 14;

/// Measures on until the cause of a regression can be named. The verdict stands: nothing here is judged, and what goes wrong ends it.
pub(super) fn measure(
    arguments: &GateArgs,
    bench: &Bench,
    (design, calibration): (&Design, &Calibration),
    decision: &Decision,
    (rounds, lines): (&mut Vec<Round>, &mut File),
    (begun, round): (Instant, Duration),
) {
    let has_cause = decision.verdict == Some(Verdict::Fail) && !decision.regressed().is_empty();
    if !has_cause || arguments.profile == GateProfile::Smoke {
        return;
    }
    for _ in 0..MOST {
        let there_is_time = arguments
            .budget
            .is_none_or(|budget| begun.elapsed() + round <= budget);
        let valid = valid_rounds(design, calibration, rounds).len();
        if valid >= ENOUGH || !there_is_time || bench.interrupt.is_set() {
            return;
        }
        let measured = match measured_round(bench, design, calibration, rounds.len()) {
            Ok(Outcome::Done(measured)) => measured,
            Ok(Outcome::Interrupted) => return,
            Err(failure) => return output::note(&format!("note: {}", failure.message)),
        };
        if let Err(failure) = write(lines, &round_line(&measured)) {
            return output::note(&format!("note: {}", failure.message));
        }
        if !arguments.result.quiet {
            output::note(&format!(
                "{}; decided, this one is for the cause",
                reports::gate::round(Some(&measured), None)
            ));
        }
        rounds.push(measured);
    }
}
