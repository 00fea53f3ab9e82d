//! `loadtest run`: the main job, from load to flamegraph.

mod info;
mod interrupt;
mod judge;
mod resolve;
mod show;

use super::history::{Appended, of_run};
use super::render::{self, Profiles};
use super::steps::await_word;
use super::tail::TailFiles;
use crate::cli::{ListenOrOff, OnInconclusive, RunArgs};
use crate::exit::{Exit, Failure, Outcome};
use crate::folder::Folder;
use crate::live::{Archive, Discovery, Labels, Live, TargetScrapes, Watchers, Windows};
use crate::output;
use crate::target::Target;
use driver::{Client, Job, Measured, Placement, ProfileBytes, ShiftWork, Workload};
use judge::{Known, PlanJudge};
use probe::admin::AdminHandle;
use record::files;
use record::hlog;
use record::run::{Audit, AuditCheck, Ending, Insides, ProfileKind, Provenance, RunRecord};
use resolve::Resolved;
use stats::Verdict;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Where the generator serves its metrics if nobody says otherwise and nobody else is there.
const METRICS_USUAL: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 6061);
/// What the reference engine counts its requests with.
const REQUEST_COUNTER: &str = "http_requests_total";
/// How long one request of preparation or audit may take: pages of the journal are large.
const OUTSIDE_TIMEOUT: Duration = Duration::from_secs(30);

pub(super) use resolve::{placement, plan_of, read_feeders};

/// What would be run, checked as a run would check it.
pub(super) fn resolved_plan(arguments: &RunArgs) -> Result<plan::Plan, Failure> {
    Ok(Resolved::from(arguments)?.plan)
}

pub(super) fn run(arguments: &RunArgs) -> Outcome {
    let mut resolved = Resolved::from(arguments)?;
    if arguments.dry_run {
        output::result(&resolved.explain());
        return Ok(Exit::Pass);
    }
    render::prove(&arguments.outputs)?;
    let history = Appended::prove(&arguments.history)?;
    let folder = Folder::create(resolved.folder.clone())?;
    if !arguments.quiet {
        output::note(&format!("plan: {}", resolved.plan.words()));
    }
    interrupt::keep_what_was_measured();
    let placement = resolved.placement();
    let mut target = resolved.target(&placement)?;
    let workers = resolved.pin_generator(&placement);
    resolved.keep_awake(arguments);
    let runtime = driver::runtime(workers)
        .map_err(|e| Failure::new(Exit::Internal, format!("runtime cannot be started: {e}")))?;
    runtime.block_on(async { interrupt::end_when_told_to() });
    let finished = runtime.block_on(offer(
        arguments,
        &resolved,
        &folder,
        &mut target,
        workers,
        &placement,
    ));
    // What is still under way at the end of the drain has been counted; nobody waits for it.
    runtime.shutdown_background();
    finish(arguments, &folder, finished?, history)
}

/// What a run leaves to be written.
struct Finished {
    record: RunRecord,
    profiles: Profiles,
    tail: Option<TailFiles>,
    generator_metrics: String,
    target_metrics: Option<String>,
}

/// Everything up to the record.
async fn offer(
    arguments: &RunArgs,
    resolved: &Resolved,
    folder: &Folder,
    target: &mut Target,
    workers: usize,
    placement: &Placement,
) -> Result<Finished, Failure> {
    let workload = scenarios::workload(
        &resolved.plan,
        &target.address.path(),
        &resolved.run_id,
        resolve::beside(arguments.what.plan.as_deref()),
    )
    .map_err(Failure::usage)?;
    let client = Client::new(&target.address, OUTSIDE_TIMEOUT).map_err(Failure::target)?;
    let process = target.process();
    // The guard lives until the audit is done, and then stops a target of ours.
    let (liveness, guard) = target.watch();
    let archive = Arc::new(Archive::create(folder, &METRICS_USUAL.to_string())?);
    let made_by = resolved.provenance(placement);
    let watchers = Arc::new(Watchers {
        live: Live::new(
            &labels(resolved, workload.as_ref(), &made_by, workers),
            process,
        ),
        archive: archive.clone(),
        progress: show::progress(
            arguments,
            resolved,
            workload.as_ref(),
            target.address.as_str(),
        ),
        windows: Windows::default(),
    });
    let served = serve_metrics(arguments, &watchers.live)?;
    let discovery = announce(arguments, resolved, target, &watchers.live, served.as_ref())?;
    workload
        .prepare(&client)
        .await
        .map_err(|e| unprepared(&e))?;
    if let Some(discovery) = &discovery {
        discovery.first_scrape().await;
    }
    let started = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    watchers
        .windows
        .begin(folder.append(files::WINDOWS)?, &resolved.run_id, started)
        .map_err(anyhow::Error::from)?;
    let mut log = folder.append(files::HLOG)?;
    std::io::Write::write_all(&mut log, hlog::header(&resolved.run_id, started).as_bytes())
        .map_err(anyhow::Error::from)?;
    let known = Known::default();
    let steps = workload.journeys().into_iter();
    let steps = steps.flat_map(|journey| journey.steps).collect();
    let job = Job {
        plan: resolved.plan.clone(),
        address: target.address.clone(),
        workload: workload.clone(),
        shifts: arguments.shifts.map(|shifts| ShiftWork {
            shifts,
            begin: Box::new(await_word),
        }),
        run_id: resolved.run_id.clone(),
        shards: workers,
        process,
        admin: target.admin.clone(),
        liveness,
        log: Box::new(log),
        observer: watchers.clone(),
        judge: Box::new(PlanJudge::new(&resolved.plan, steps, known.clone())),
        tail: !arguments.no_tail,
        counter: target.reference.then(|| REQUEST_COUNTER.to_owned()),
    };
    // Before the first window, so that every counter is seen where it began.
    archive.keep_own(&watchers.live.registry().render());
    // Nobody draws what leaves its record only, and a scrape would fall into whoever's turn it is.
    let scraped = target.admin.as_deref().filter(|_| !arguments.record_only);
    let scrapes = TargetScrapes::start(archive.clone(), scraped);
    let measured = driver::measure(job).await;
    let told = scrapes.map(TargetScrapes::end).unwrap_or_default();
    // Before anything is printed, an error too.
    watchers.progress.finish();
    let measured = measured.map_err(|e| Failure::new(Exit::Internal, e))?;
    watchers.live.phase("done");
    archive.keep_own(&watchers.live.registry().render());
    // Before the audit, whose requests a fault would meet as well.
    let engine = info::facts(&resolved.plan, &client).await;
    let audit = audit(&measured, workload.as_ref(), &client).await;
    let mut finished = finished(resolved, target, placement, started, measured, audit);
    finished.record.shifts = arguments.shifts;
    finished.record.precision = known.precision();
    finished.record.stretches = known.stretches();
    finished.record.insides = told.insides(started, finished.record.steady);
    watchers.live.judged(&stats::judge(&finished.record));
    finished.generator_metrics = watchers.live.registry().render();
    archive.keep_own(&finished.generator_metrics);
    // Both sides are there to be scraped until their last state was.
    if let Some(discovery) = discovery {
        discovery.last_scrape().await;
    }
    drop(guard);
    drop(served);
    finished.record.warnings.extend(archive.finish());
    let misbehaved = engine.as_ref().and_then(info::warning);
    finished.record.warnings.extend(misbehaved);
    finished.record.target.engine = engine;
    Ok(finished)
}

fn unprepared(error: &driver::ClientError) -> Failure {
    Failure::target(format!("target cannot be prepared: {error}"))
        .hint("the plan's scenarios are for the reference engine; load another service with --target URL and no --plan")
}

fn labels<'a>(
    resolved: &'a Resolved,
    workload: &dyn Workload,
    made_by: &'a Provenance,
    cores: usize,
) -> Labels<'a> {
    let journeys = workload.journeys().into_iter();
    Labels {
        run_id: &resolved.run_id,
        plan: &resolved.plan.name,
        model: resolved.plan.model.name(),
        users: resolved.plan.users,
        revision: &made_by.revision,
        build: &made_by.build,
        cores,
        thresholds: &resolved.plan.thresholds,
        slo: plan::facts(&resolved.plan).good_within(),
        scenarios: journeys
            .map(|journey| (journey.scenario.name.to_string(), journey.steps))
            .collect(),
    }
}

// A port that was asked for must be had; the usual one is a convenience that another run may have taken.
fn serve_metrics(arguments: &RunArgs, live: &Live) -> Result<Option<AdminHandle>, Failure> {
    let (address, asked_for) = match arguments.metrics_listen {
        Some(ListenOrOff::Off) => return Ok(None),
        Some(ListenOrOff::On(address)) => (address, true),
        None => (METRICS_USUAL, false),
    };
    let serve = || {
        probe::admin::serve(
            TcpListener::bind(address)?,
            probe::admin::router(live.registry()),
        )
    };
    match serve() {
        Ok(handle) => Ok(Some(handle)),
        Err(error) if asked_for => Err(Failure::usage(format!(
            "metrics address {address} cannot be used: {error}"
        ))
        .hint("choose another one with --metrics-listen, or `off`")),
        Err(error) => {
            output::note(&format!(
                "note: no /metrics of this run, {address} cannot be used: {error}"
            ));
            Ok(None)
        }
    }
}

// A folder that was asked for must be usable; the usual one is a convenience.
fn announce(
    arguments: &RunArgs,
    resolved: &Resolved,
    target: &Target,
    live: &Live,
    served: Option<&AdminHandle>,
) -> Result<Option<Discovery>, Failure> {
    let usual = Path::new(super::STACK).join("prometheus/targets");
    let dir = match &arguments.sd_dir {
        Some(dir) => dir.as_path(),
        None if usual.is_dir() => usual.as_path(),
        None => return Ok(None),
    };
    let Some(served) = served else {
        return Ok(None);
    };
    let admin = target.admin.as_deref();
    let admin = admin.and_then(|admin| driver::Address::parse(admin).ok());
    let announced = Discovery::announce(
        dir,
        &resolved.run_id,
        live.registry(),
        &served.local_addr().to_string(),
        admin.map(|address| address.authority()).as_deref(),
    );
    match announced {
        Ok(discovery) => Ok(Some(discovery)),
        Err(failure) if arguments.sd_dir.is_some() => Err(failure),
        Err(_) => Ok(None),
    }
}

// A target that is gone cannot be audited; everything else must be.
async fn audit(measured: &Measured, workload: &dyn Workload, client: &Client) -> Option<Audit> {
    if matches!(measured.ending, Ending::TargetDied(_)) {
        return None;
    }
    workload.audit(client).await.unwrap_or_else(|error| {
        Some(Audit {
            checks: vec![AuditCheck {
                name: "the ledger can be read after the run".to_owned(),
                held: false,
                detail: error.to_string(),
            }],
        })
    })
}

fn finished(
    resolved: &Resolved,
    target: &Target,
    placement: &Placement,
    started: Duration,
    measured: Measured,
    audit: Option<Audit>,
) -> Finished {
    let mut profiles = Profiles::default();
    let mut facts = Vec::new();
    for ProfileBytes { facts: of, profile } in measured.profiles {
        match of.kind {
            ProfileKind::Cpu => profiles.cpu = profile,
            ProfileKind::Alloc => profiles.alloc = profile,
        }
        facts.push(of);
    }
    let tail = measured.tail;
    let tail = tail.map(|facts| TailFiles::of(facts, &measured.steps, &resolved.run_id));
    let mut warnings = resolved.warnings(target, placement);
    warnings.extend(measured.warnings);
    let record = RunRecord {
        run_id: resolved.run_id.clone(),
        started_unix: started,
        provenance: resolved.provenance(placement),
        plan: plan::facts(&resolved.plan),
        target: target.facts(),
        ending: measured.ending,
        steady: measured.steady,
        shifts: None,
        arrivals: measured.arrivals,
        steps: measured.steps,
        transactions: measured.transactions,
        send_delay: measured.send_delay,
        delays: measured.delays,
        unfinished: measured.unfinished,
        health: measured.health,
        warmup: measured.warmup,
        precision: None,
        stretches: Vec::new(),
        aborted: measured.aborted,
        windows: measured.windows,
        costs: measured.costs,
        profiles: facts,
        insides: Insides::default(),
        audit,
        warnings,
    };
    Finished {
        record,
        profiles,
        tail,
        generator_metrics: String::new(),
        target_metrics: measured.target_metrics.map(|exposition| exposition.text),
    }
}

// The record first: everything else can be made from it again.
fn finish(
    arguments: &RunArgs,
    folder: &Folder,
    finished: Finished,
    history: Option<Appended>,
) -> Outcome {
    let Finished {
        record,
        profiles,
        tail,
        generator_metrics,
        target_metrics,
    } = finished;
    folder.write(files::RECORD, record::wire::to_json(&record).as_bytes())?;
    for (name, profile) in [
        (files::CPU_PROFILE, &profiles.cpu),
        (files::ALLOC_PROFILE, &profiles.alloc),
    ] {
        if let Some(profile) = profile {
            folder.write_profile(name, profile)?;
        }
    }
    if let Some(tail) = &tail {
        tail.write(folder)?;
    }
    folder.write(files::METRICS, generator_metrics.as_bytes())?;
    if let Some(text) = target_metrics {
        folder.write(files::TARGET_METRICS, text.as_bytes())?;
    }
    let judgement = stats::judge(&record);
    let outputs = &arguments.outputs;
    if !arguments.record_only {
        render::write(
            folder,
            &record,
            &judgement,
            &profiles,
            tail.as_ref(),
            outputs,
        )?;
        render::deliver(folder, &record, &judgement, arguments.form(), outputs)?;
    }
    // What cannot be trusted is no point of a history.
    let counts = record.ending == Ending::Completed && judgement.verdict != Verdict::Invalid;
    if let Some(history) = history.filter(|_| counts) {
        let point = of_run(&history.commit, &record);
        history.add(&point)?;
    }
    if let Ending::TargetDied(why) | Ending::Failed(why) = &record.ending {
        output::failure(&Failure::target(why).hint(format!(
            "what was measured until then is in {}",
            folder.display()
        )));
    }
    Ok(match render::exit(&record, &judgement) {
        Exit::Inconclusive if arguments.on_inconclusive == OnInconclusive::Pass => Exit::Pass,
        exit => exit,
    })
}
