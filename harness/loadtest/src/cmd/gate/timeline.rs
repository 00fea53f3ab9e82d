//! Every window of a gate second by second, from the records of its windows: where a stall or a disturbance lies that a round hides.

use crate::folder::Folder;
use record::comparison::{Arm, Round, offered};
use record::histogram::Summary;
use record::phase::Phase;
use record::run::{RunRecord, Window};
use reports::gate::{Load, Moment};
use stats::signed_rank::median;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// The seconds of these rounds, in the order in which they were measured; nothing of windows that are not there any more.
pub(super) fn moments(folder: &Path, rounds: &[Round]) -> Vec<Moment> {
    let windows = folder.join("windows");
    let mut found: Vec<(Duration, Moment)> = Vec::new();
    for round in rounds {
        for load in [Load::Closed, Load::Open] {
            for arm in Arm::BOTH {
                let path = super::window_name(round.number, arm, load);
                let record = Folder::find(&windows.join(path).to_string_lossy())
                    .and_then(|folder| folder.record());
                if let Ok(record) = record {
                    found.extend(seconds(&record, round.number, arm, load));
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

// What the turns of each second say together.
fn seconds(record: &RunRecord, round: u32, arm: Arm, load: Load) -> Vec<(Duration, Moment)> {
    let steady = record.windows.iter();
    let mut seconds: BTreeMap<u64, Vec<&Window>> = BTreeMap::new();
    for window in steady.filter(|window| window.phase == Phase::Steady) {
        // A turn that is the first of its second has the end of the second before it in its window.
        let since = window.span.end.saturating_sub(record.steady.start);
        let since = since.saturating_sub(Duration::from_nanos(1));
        seconds.entry(since.as_secs()).or_default().push(window);
    }
    let moments = seconds.into_iter().map(|(second, turns)| {
        let good: u64 = turns
            .iter()
            .map(|turn| turn.requests.saturating_sub(turn.failed))
            .sum();
        let median = |of: fn(&Summary) -> u64| {
            let all = turns.iter().filter_map(|turn| turn.response.as_ref());
            let all: Vec<f64> = all.map(|times| of(times) as f64).collect();
            (!all.is_empty()).then(|| median(&all) as u64)
        };
        let moment = Moment {
            at: 0.0,
            round,
            arm,
            load,
            throughput: good as f64 / offered(SECOND).as_secs_f64(),
            p50_ns: median(|times| times.p50),
            p99_ns: median(|times| times.p99),
            steal: record.health.steal,
            pressure: record.health.cpu_pressure,
        };
        let middle = record.steady.start + SECOND.mul_f64(second as f64 + 0.5);
        (record.started_unix + middle, moment)
    });
    moments.collect()
}
