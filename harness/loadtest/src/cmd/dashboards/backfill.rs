//! `loadtest dashboards backfill`: what a run exposed, as OpenMetrics text and as blocks of a Prometheus database.

use super::programs::find;
use crate::cli::BackfillArgs;
use crate::exit::{Exit, Failure, Outcome};
use crate::folder::Folder;
use crate::output;
use dashboards::{OPEN_METRICS_END, Placed, open_metrics};
use record::archive;
use record::run::RunRecord;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Where the steady phase of an aligned run begins: 2020-01-01 00:02:00 UTC.
const ALIGNED: Duration = Duration::from_mins(26_297_282);

pub(in crate::cmd) fn backfill(arguments: &BackfillArgs) -> Outcome {
    let Some(promtool) = find(&["promtool"]) else {
        return Err(
            Failure::usage("no promtool on this machine, which makes the blocks")
                .hint("apt-get install --no-install-recommends prometheus"),
        );
    };
    let into = &arguments.into;
    fs::create_dir_all(into).map_err(|error| {
        Failure::usage(format!(
            "folder {} cannot be written: {error}",
            into.display()
        ))
        .hint("choose another one with --into DIR")
    })?;
    for run in &arguments.runs {
        let folder = Folder::find(run)?;
        let record = folder.record()?;
        let archive = folder.archive()?;
        let steady = record.started_unix + record.steady.start;
        let places = places(&record.run_id, steady, arguments.align);
        let text = into.with_file_name(format!("{}.om", record.run_id));
        let samples = write_text(&text, &archive, &places)?;
        make_blocks(&promtool, &text, into)?;
        output::result(&said(&record, samples, &text, into));
    }
    output::note(&format!(
        "look at them with `loadtest dashboards up`, or: prometheus --config.file=/dev/null --storage.tsdb.path={} \
         --storage.tsdb.retention.time=50y --web.listen-address=127.0.0.1:9091",
        into.display()
    ));
    Ok(Exit::Pass)
}

fn places(run_id: &str, steady: Duration, align: bool) -> Vec<Placed<'_>> {
    let as_it_was = Placed {
        run_id,
        job: None,
        shift_ms: 0,
    };
    let millis = |time: Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
    let aligned = Placed {
        run_id,
        job: Some("aligned"),
        shift_ms: millis(ALIGNED) - millis(steady),
    };
    if align {
        vec![as_it_was, aligned]
    } else {
        vec![as_it_was]
    }
}

// One place after the other: samples of a series must come in order of time.
fn write_text(path: &Path, archive: &str, places: &[Placed<'_>]) -> Result<u64, Failure> {
    let unwritten = |error: std::io::Error| {
        Failure::usage(format!("{} cannot be written: {error}", path.display()))
    };
    let mut out = BufWriter::new(File::create(path).map_err(unwritten)?);
    let (mut samples, mut broken) = (0, None);
    for placed in places {
        let read = archive::read(archive, |scrape| {
            samples += scrape.series.len() as u64;
            if let Err(error) = out.write_all(open_metrics(&scrape, placed).as_bytes()) {
                broken.get_or_insert(error);
            }
        });
        // A killed run leaves a cut archive: what came before the cut is good.
        if let Err(error) = read {
            output::note(&format!("note: {error}; what came before it is used"));
        }
    }
    out.write_all(OPEN_METRICS_END.as_bytes())
        .map_err(unwritten)?;
    out.flush().map_err(unwritten)?;
    broken.map_or(Ok(samples), |error| Err(unwritten(error)))
}

fn make_blocks(promtool: &Path, text: &Path, into: &Path) -> Result<(), Failure> {
    let made = Command::new(promtool)
        .args(["tsdb", "create-blocks-from", "openmetrics"])
        .args([text, into])
        .output()
        .map_err(|error| Failure::target(format!("promtool did not start: {error}")))?;
    if made.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&made.stderr).into_owned();
    Err(Failure::target(format!(
        "promtool made no blocks of {}: {}",
        text.display(),
        said.trim().lines().last().unwrap_or_default()
    )))
}

fn said(record: &RunRecord, samples: u64, text: &Path, into: &Path) -> String {
    format!(
        "run {}: {samples} samples in {}, blocks in {}\n",
        record.run_id,
        text.display(),
        into.display()
    )
}
