//! Every slot of a gate second by second, from the records of its windows: where a stall or a disturbance lies that a round hides.

use crate::folder::Folder;
use record::comparison::{Arm, Round};
use record::run::RunRecord;
use reports::gate::{Load, Moment};
use std::path::Path;
use std::time::Duration;

/// The seconds of these rounds, in the order in which they were measured; nothing of windows that are not there any more.
pub(super) fn moments(folder: &Path, rounds: &[Round]) -> Vec<Moment> {
    let windows = folder.join("windows");
    let mut found: Vec<(Duration, Moment)> = Vec::new();
    for round in rounds {
        for (slot, arm) in (1..).zip(round.order.slots()) {
            for (name, load) in [("closed", Load::Closed), ("open", Load::Open)] {
                let path = format!("round-{:02}/{slot}-{}-{name}", round.number, arm.name());
                let record = Folder::find(&windows.join(path).to_string_lossy())
                    .and_then(|folder| folder.record());
                if let Ok(record) = record {
                    found.extend(seconds(&record, (round.number, slot), arm, load));
                }
            }
        }
    }
    let first = found.iter().map(|(at, _)| *at).min().unwrap_or_default();
    found
        .into_iter()
        .map(|(at, moment)| Moment {
            at: (at.saturating_sub(first)).as_secs_f64(),
            ..moment
        })
        .collect()
}

fn seconds(
    record: &RunRecord,
    (round, slot): (u32, u32),
    arm: Arm,
    load: Load,
) -> Vec<(Duration, Moment)> {
    record
        .whole_steady_windows()
        .map(|window| {
            let good = window.requests.saturating_sub(window.failed) as f64;
            let moment = Moment {
                at: 0.0,
                round,
                slot,
                arm,
                load,
                throughput: good / window.span.length().as_secs_f64(),
                p50_ns: window.response.map(|times| times.p50),
                p99_ns: window.response.map(|times| times.p99),
                steal: record.health.steal,
                pressure: record.health.cpu_pressure,
            };
            let middle = window.span.start + window.span.length() / 2;
            (record.started_unix + middle, moment)
        })
        .collect()
}
