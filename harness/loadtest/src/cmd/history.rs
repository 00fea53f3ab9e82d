//! `loadtest history`: figures from commit to commit, and where they changed level. `run` and `gate` append to it.

mod append;
mod point;

pub(super) use append::Appended;
pub(super) use point::{of_gate, of_run};

use crate::cli::{HistoryShownArgs, LimitsFormat};
use crate::exit::{Exit, Failure, Outcome};
use crate::folder::Folder;
use crate::output;
use record::comparison::history::{HistoryPoint, json};
use reports::history::History;
use std::fs;
use std::path::Path;

/// Histories of more bytes than this are not read.
const MOST: u64 = 256 << 20;
/// Where the shuffles start that a change is held against: the same history shows the same changes.
const SEED: u64 = 0;

pub(super) fn show(arguments: &HistoryShownArgs) -> Outcome {
    let points = read(&arguments.file)?;
    if points.is_empty() {
        return Err(
            Failure::usage(format!("{} has no points", arguments.file.display()))
                .hint("`loadtest gate --history FILE` appends one"),
        );
    }
    let trends = stats::trend::trends(&points, SEED);
    let history = History {
        points: &points,
        trends: &trends,
    };
    if let Some(out) = &arguments.out {
        let folder = Folder::create(out.clone())?;
        let page = reports::html::history(&history);
        folder.write("history.html", page.as_bytes())?;
        folder.write("history.json", format!("{}\n", history.json()).as_bytes())?;
        for trend in &trends {
            if let Some(chart) = reports::charts::trend(trend) {
                folder.write(&format!("{}.svg", trend.metric.name()), chart.as_bytes())?;
            }
        }
    }
    match arguments.output {
        LimitsFormat::Text => output::result(&history.text()),
        LimitsFormat::Json => output::result(&format!("{}\n", history.json())),
    }
    Ok(Exit::Pass)
}

/// The points of a file.
fn read(file: &Path) -> Result<Vec<HistoryPoint>, Failure> {
    let bad = |why: String| Failure::usage(format!("{}: {why}", file.display()));
    let size = fs::metadata(file).map_err(|e| bad(e.to_string()))?.len();
    if size > MOST {
        return Err(bad(format!("{size} bytes are too many for a history")));
    }
    let text = fs::read_to_string(file).map_err(|e| bad(e.to_string()))?;
    json::history(&text).map_err(|e| {
        bad(e.to_string()).hint("is this a file that `run --history` or `gate --history` wrote?")
    })
}
