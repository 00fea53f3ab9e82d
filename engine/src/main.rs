//! The engine by hand: `engine serve --listen 127.0.0.1:8080 --admin 127.0.0.1:6060`.
#![forbid(unsafe_code)]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the only part of the crate that talks to a terminal"
)]

use engine::allocator;
use engine::args::{self, Export, Request, USAGE, VerifyExport};
use engine::evidence::text_of;
use engine::export::{ExportError, Summary, export_folder};
use engine::journal::{Cut, Found};
use engine::lab::{self, Lab, Settings, journal::Experiment, stores};
use engine::ledger::Limits;
use engine::store::StoreUrl;
use engine::{Opened, Options, ServeError};
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// Counts and samples allocations for the probe.
#[global_allocator]
static ALLOCATOR: probe::ProfAlloc<allocator::Inner> = probe::ProfAlloc::new(allocator::INNER);

/// Exit code for bad usage; everything else that fails is 1.
const BAD_USAGE: u8 = 2;

/// Exit code when the journal could not be written any more.
const JOURNAL_FAILED: u8 = 3;

fn main() -> ExitCode {
    match args::parse(std::env::args().skip(1), allocator::BUILT_IN) {
        Ok(Request::Serve(options)) => serve(*options),
        Ok(Request::Verify(folder)) => verify(&folder),
        Ok(Request::Export(wanted)) => export(&wanted),
        Ok(Request::VerifyExport(wanted)) => verify_export(&wanted),
        Ok(Request::LabExport(experiment)) => lab_export(&experiment),
        Ok(Request::VerifyStore(url)) => verify_store(&url),
        Ok(Request::LabJournal(experiment)) => lab_journal(&experiment),
        Ok(Request::Lab(lab, settings, is_json)) => run_lab(lab, &settings, is_json),
        Ok(Request::LabReplay(experiment)) => lab_replay(&experiment),
        Ok(Request::LabStores(experiment)) => lab_stores(&experiment),
        Ok(Request::Help) => {
            println!("{USAGE}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}\n\n{USAGE}");
            ExitCode::from(BAD_USAGE)
        }
    }
}

fn serve(options: Options) -> ExitCode {
    let values = options.switches.values();
    let switches = values.map(|(name, value)| format!("{name}={value}"));
    let switches = switches.join(" ");
    for fault in &options.faults {
        eprintln!("warning: this engine misbehaves on demand: {fault}");
    }
    let ended = engine::bind(options).and_then(|bound| {
        let opened = bound.open()?;
        // Watched before anybody knows that there is somebody to stop.
        let stop = opened.inside(stop_signal);
        println!("switches {switches}");
        announce(&opened);
        opened.run(stop)
    });
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let code = match error {
                ServeError::Journal(_) => ExitCode::from(JOURNAL_FAILED),
                _ => ExitCode::FAILURE,
            };
            complain(&error, error.hint());
            code
        }
    }
}

/// Who reads the address may connect: the journal is replayed by then.
fn announce(opened: &Opened) {
    match (opened.folder(), opened.found()) {
        (Some(folder), Some(found)) => {
            let (entries, folder) = (found.entries, folder.display());
            match opened.begun().snapshot {
                0 => println!("journal {folder}: {entries} entries replayed"),
                at => {
                    println!(
                        "journal {folder}: snapshot of entry {at}, {entries} entries replayed"
                    );
                }
            }
            for name in &opened.begun().bad {
                eprintln!(
                    "warning: snapshot {name} is damaged; an older one or the whole journal was read"
                );
            }
            report_cut(found);
        }
        _ => match opened.store() {
            Some(store) => println!("store {store}"),
            None => println!("no journal: what is answered is lost at the end"),
        },
    }
    println!("serving http://{}", opened.listen_addr());
    if let Some(admin) = opened.admin_addr() {
        println!("operations http://{admin}");
    }
}

fn report_cut(found: &Found) {
    if let Some(Cut {
        name,
        offset,
        bytes,
    }) = &found.cut
    {
        eprintln!(
            "warning: {name} ends in a group that was not written whole and not acknowledged: {bytes} bytes at {offset}"
        );
    }
}

fn verify(folder: &Path) -> ExitCode {
    match engine::executor::verify(folder, Limits::default()) {
        Ok((found, totals)) => {
            report_cut(&found);
            println!(
                "whole: {} entries in {} groups and {} segments, last sequence {}, {} accounts",
                found.entries, found.groups, found.segments, found.last_sequence, totals.accounts
            );
            println!("head {}", text_of(&found.head));
            ExitCode::SUCCESS
        }
        Err(error) => {
            complain(&error, error.hint());
            ExitCode::FAILURE
        }
    }
}

fn export(wanted: &Export) -> ExitCode {
    let mut out: Box<dyn Write> = match &wanted.out {
        None => Box::new(std::io::stdout().lock()),
        Some(path) => match File::create(path) {
            Ok(file) => Box::new(BufWriter::new(file)),
            Err(error) => {
                complain(&format!("cannot make {}: {error}", path.display()), None);
                return ExitCode::FAILURE;
            }
        },
    };
    match export_folder(&wanted.folder, &wanted.query, wanted.key.as_ref(), &mut out) {
        Ok(summary) => {
            let Summary {
                records, groups, ..
            } = summary;
            eprintln!("{records} operations in a chain of {groups} groups");
            ExitCode::SUCCESS
        }
        Err(error) => {
            let hint = match &error {
                ExportError::Journal(error) => error.hint(),
                _ => None,
            };
            complain(&error, hint);
            ExitCode::FAILURE
        }
    }
}

fn verify_export(wanted: &VerifyExport) -> ExitCode {
    let path = wanted.file.display();
    let file = match File::open(&wanted.file) {
        Ok(file) => file,
        Err(error) => {
            complain(&format!("cannot open {path}: {error}"), None);
            return ExitCode::FAILURE;
        }
    };
    match engine::export::verify(&mut BufReader::new(file), &wanted.trust) {
        Ok(verified) => {
            let (records, groups) = (verified.records, verified.groups);
            let last = verified.last_sequence;
            println!(
                "whole: {records} operations in a chain of {groups} groups, last sequence {last}"
            );
            println!("head {}", text_of(&verified.head));
            match (verified.key, wanted.trust.engine) {
                (None, _) => println!("not signed: anybody could have made it"),
                (Some(key), None) => println!("signed with {key}; compare it with the engine's"),
                (Some(_), Some(_)) => println!("signed with the given key"),
            }
            ExitCode::SUCCESS
        }
        Err(fault) => {
            complain(&format!("{path} is not as it was written: {fault}"), None);
            ExitCode::FAILURE
        }
    }
}

fn lab_export(experiment: &lab::export::Experiment) -> ExitCode {
    let measured = match lab::export::run(experiment) {
        Ok(measured) => measured,
        Err(error) => {
            complain(&error, None);
            return ExitCode::FAILURE;
        }
    };
    let lab::export::Measured {
        summary,
        export,
        verify,
    } = measured;
    println!(
        "export    {:.2} s for {} freezes among {} entries, {:.0} MB; the article: {} s, number of operations not given",
        export.as_secs_f64(),
        summary.records,
        summary.entries,
        summary.bytes as f64 / 1e6,
        lab::export::ARTICLE.as_secs()
    );
    println!("verify    {:.2} s", verify.as_secs_f64());
    ExitCode::SUCCESS
}

#[cfg(feature = "postgres")]
fn verify_store(url: &StoreUrl) -> ExitCode {
    match engine::store::postgres::verify_blocking(url) {
        Ok(verified) => {
            println!(
                "whole: {} entries below {} links of {} chains",
                verified.entries, verified.links, verified.chains
            );
            ExitCode::SUCCESS
        }
        Err(error) => {
            complain(&error, error.hint());
            ExitCode::FAILURE
        }
    }
}

/// Without the store no address of one is ever read.
#[cfg(not(feature = "postgres"))]
fn verify_store(url: &StoreUrl) -> ExitCode {
    complain(url, None);
    ExitCode::FAILURE
}

fn lab_journal(experiment: &Experiment) -> ExitCode {
    let measured = match lab::journal::run(experiment) {
        Ok(measured) => measured,
        Err(error) => {
            complain(&error, None);
            return ExitCode::FAILURE;
        }
    };
    let rate = |time: Duration| measured.entries as f64 / time.as_secs_f64();
    println!("seal      {:?} an entry", measured.seal_per_entry);
    println!(
        "{:<9} {:.0} transfers/s in batches of {}, {} groups, mean sync {:?}",
        experiment.durability.name(),
        rate(measured.durable),
        experiment.batch,
        measured.groups,
        measured.sync
    );
    if let Some(replay) = measured.replay {
        println!("replay    {:.0} entries/s", rate(replay));
    }
    ExitCode::SUCCESS
}

fn run_lab(lab: Lab, settings: &Settings, is_json: bool) -> ExitCode {
    match lab.run(settings, allocator::BUILT_IN.name()) {
        Ok(report) if is_json => println!("{}", report.json()),
        Ok(report) => print!("{report}"),
        Err(error) => {
            complain(&error, None);
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn lab_replay(experiment: &Experiment) -> ExitCode {
    let replayed = match lab::replay::run(experiment) {
        Ok(replayed) => replayed,
        Err(error) => {
            complain(&error, None);
            return ExitCode::FAILURE;
        }
    };
    let rate = |time: Duration| replayed.entries as f64 / time.as_secs_f64();
    println!(
        "journal   {:.0} entries/s, {} entries in {:?}",
        rate(replayed.whole),
        replayed.entries,
        replayed.whole
    );
    println!(
        "snapshot  written in {:?}, {} bytes",
        replayed.snapshot, replayed.bytes
    );
    println!(
        "snapshot  {:.0} entries/s, read in {:?}",
        rate(replayed.from_snapshot),
        replayed.from_snapshot
    );
    if !replayed.same {
        complain(&"the snapshot gives another ledger than the journal", None);
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn lab_stores(experiment: &stores::Experiment) -> ExitCode {
    let rows = match stores::run(experiment) {
        Ok(rows) => rows,
        Err(error) => {
            complain(&error, None);
            return ExitCode::FAILURE;
        }
    };
    println!("{:<30} {:>22} {:>22}", "", "article", "here");
    for row in &rows {
        let shown =
            |rate: f64, mean: Duration| format!("{rate:.0}/s, {:.2} ms", mean.as_secs_f64() * 1e3);
        let article = row
            .article
            .map_or_else(|| "-".to_owned(), |(rate, mean)| shown(rate, mean));
        let here = shown(row.rate(), row.mean());
        println!("{:<30} {article:>22} {here:>22}", row.what);
        if row.missed > 0 {
            println!("{:<30} {} of {} from the ledger", "", row.missed, row.count);
        }
    }
    if experiment.store.is_none() || experiment.cache.is_none() {
        println!(
            "rows are missing: name a server with --store and a cache with --cache; harness/with-stores.sh starts both"
        );
    }
    ExitCode::SUCCESS
}

fn complain(error: &impl std::fmt::Display, hint: Option<&str>) {
    eprintln!("error: {error}");
    if let Some(hint) = hint {
        eprintln!("hint: {hint}");
    }
}

/// Watches from the call on; ready at the first SIGINT or SIGTERM. A signal that cannot be watched keeps its usual effect, which ends the
/// process. Call it inside a runtime.
fn stop_signal() -> impl Future<Output = ()> + Send + 'static {
    let watched = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
    let [interrupt, terminate] = watched.map(async |watched| match watched {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(_) => std::future::pending().await,
    });
    async {
        tokio::select! {
            () = interrupt => {}
            () = terminate => {}
        }
    }
}
