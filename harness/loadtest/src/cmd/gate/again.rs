//! `loadtest compare GATE`: a gate that was measured judged again, from its rounds and its plan alone.

use super::measured::Measured;
use super::{PLAN, ROUNDS, exit};
use crate::cli::LimitsFormat;
use crate::exit::{Failure, Outcome};
use crate::folder::{self, Folder};
use record::comparison::json::Rounds;
use stats::gate::{Design, OnInconclusive, interrupted};
use std::fs;
use std::path::{Path, PathBuf};

/// Rounds of more bytes than this are not read.
const MOST: u64 = 512 << 20;

/// The folder of a gate of that name: a path, or an id under the usual root.
pub(in crate::cmd) fn is_gate(name: &str) -> Option<PathBuf> {
    let candidates = [PathBuf::from(name), folder::default_path(name)];
    candidates
        .into_iter()
        .find(|path| path.join(ROUNDS).is_file())
}

/// Verdict and report once more, into `out` or the gate's own folder; ends as the gate did.
pub(in crate::cmd) fn again(gate: &Path, out: Option<&Path>) -> Outcome {
    let plan_file = gate.join(PLAN);
    let plan = plan::parse::gate::plan(&read(&plan_file)?, &plan_file.display().to_string())
        .map_err(Failure::usage)?;
    let file = gate.join(ROUNDS);
    let Rounds {
        calibration,
        rounds,
        ..
    } = record::comparison::json::rounds(&read(&file)?)
        .map_err(|error| Failure::usage(format!("{}: {error}", file.display())))?;
    let design = Design::new(&plan);
    let decision = interrupted(&design, &calibration, &rounds, "interrupted");
    let known = Known::read(gate);
    let measured = Measured {
        are_equal: known.names[0] == known.names[1],
        names: known.names,
        design: &design,
        calibration: &calibration,
        rounds: &rounds,
        decision: &decision,
        command: known.command,
        on_inconclusive: known.on_inconclusive,
    };
    let from = Folder::create(gate.to_owned())?;
    let into = match out {
        Some(out) => Folder::create(out.to_owned())?,
        None => from.clone(),
    };
    measured.report(&from, &into, LimitsFormat::Text)?;
    Ok(exit(decision.exit_code(known.on_inconclusive)))
}

fn read(path: &Path) -> Result<String, Failure> {
    let bad = |why: String| {
        Failure::usage(format!("{}: {why}", path.display()))
            .hint("a gate's folder has rounds.ndjson and gate.toml")
    };
    let size = fs::metadata(path).map_err(|e| bad(e.to_string()))?.len();
    if size > MOST {
        return Err(bad(format!("{size} bytes are too many")));
    }
    fs::read_to_string(path).map_err(|e| bad(e.to_string()))
}

/// What the gate was called with. A gate that was killed has not told it; then everything is as usual.
struct Known {
    names: [String; 2],
    command: Vec<String>,
    on_inconclusive: OnInconclusive,
}

impl Known {
    fn read(gate: &Path) -> Self {
        let text = read(&gate.join("gate.json")).unwrap_or_default();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        let name = |key: &str| json[key].as_str().unwrap_or(key).to_owned();
        let words = json["command"].as_array().into_iter().flatten();
        Self {
            names: [name("baseline"), name("candidate")],
            on_inconclusive: json["on_inconclusive"]
                .as_str()
                .and_then(OnInconclusive::parse)
                .unwrap_or_default(),
            command: words
                .filter_map(|word| Some(word.as_str()?.to_owned()))
                .collect(),
        }
    }
}
