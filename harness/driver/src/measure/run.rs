//! The order of events in one run: users connect, T0, load, drain, count.

use super::account::{self, Ledger};
use super::prepare::{general, metrics, shared};
use super::steady::{Steady, SteadyFacts};
use super::{DriverError, Job, Measured};
use crate::attack::{self, Ground};
use crate::clock::Clock;
use crate::collector::{Collected, Collector};
use crate::edges::Edges;
use crate::handover::{Dropped, Handover};
use crate::judge::AsPlanned;
use crate::local::Met;
use crate::pacer::{self, Pacing};
use crate::place::step_back;
use crate::recorder::Layout;
use crate::session::Shared;
use crate::turns::Turns;
use goose::{GooseError, is_killswitch_triggered, trigger_killswitch};
use plan::schedule::Arrival;
use plan::{OnFull, Plan};
use record::run::{Ending, Model, pacing_floor_ns};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// The most arrivals that may wait for an idle user; 32 bytes each.
const MAX_BACKLOG: usize = 1_000_000;
/// Windows for which memory is taken before T0: those of five hours and a half, 7 MB. Longer runs take more as they go.
const MOST_ROOM: usize = 20_000;
/// How long users may take to connect before T0.
const CONNECT_TIME: Duration = Duration::from_secs(30);
/// How often the run looks at interruptions and at the target.
const TICK: Duration = Duration::from_millis(50);
/// After so many windows in which every request failed to connect, the target counts as gone.
const GONE_AFTER: u64 = 5;
/// What is under way may still finish after a Ctrl-C, but nobody wants to wait long then.
const DRAIN_WHEN_INTERRUPTED: Duration = Duration::from_secs(1);

pub(super) struct Run {
    job: Job,
    names: Vec<account::Names>,
    layout: Layout,
    edges: Arc<Edges>,
    shared: Arc<Shared>,
    handover: Option<Arc<Handover>>,
    stop: Arc<AtomicBool>,
    abort: Arc<OnceLock<String>>,
    clock: watch::Sender<Option<Clock>>,
    attack: tokio::task::JoinHandle<Result<(), GooseError>>,
    steady: Steady,
    /// Limits of this machine that were met before the run.
    met_before: Met,
}

/// The two threads beside the runtime.
struct Threads {
    pacer: JoinHandle<()>,
    collector: JoinHandle<Collected>,
    finish: mpsc::Sender<()>,
    unreachable: Arc<AtomicU64>,
}

impl Run {
    /// Starts the users and waits until all are connected.
    pub(super) async fn prepare(job: Job) -> Result<Self, DriverError> {
        let met_before = Met::now();
        let users = job.plan.users as usize;
        let journeys = job.workload.journeys();
        let names: Vec<_> = journeys.iter().map(account::Names::of).collect();
        let layout = account::layout(&names, job.plan.timeout);
        let shared = Arc::new(shared(&job, layout).await?);
        let edges = Arc::new(Edges::new(
            job.plan.warmup_most(),
            job.plan.duration,
            shared.shifts,
        ));
        let open = job.plan.model.is_scheduled();
        let handover = open.then(|| Arc::new(Handover::new(users, backlog(&job.plan))));
        let (clock, start) = watch::channel(None);
        let stop = Arc::new(AtomicBool::new(false));
        let general = general(&job)?;
        let ground = Arc::new(Ground {
            shared: shared.clone(),
            general,
            edges: edges.clone(),
            think: job.plan.think,
            users_at: users_at(&job.plan),
            turns: turns(&job.plan),
            began: tokio::time::Instant::now(),
            ready: AtomicUsize::new(0),
            entered: AtomicUsize::new(0),
            start,
            stop: stop.clone(),
        });
        let attack = attack::build(
            &job.address.origin(),
            users,
            journeys,
            &ground,
            handover.as_ref(),
        )
        .map_err(Box::new)?;
        let mut attack = tokio::spawn(async move { Box::pin(attack.execute()).await.map(|_| ()) });
        await_users(&ground, users, &mut attack).await?;
        let steady = Steady::new(
            job.admin.as_deref(),
            &job.plan.target,
            job.process,
            metrics(&job),
        );
        Ok(Self {
            job,
            names,
            layout,
            edges,
            shared,
            handover,
            stop,
            abort: Arc::default(),
            clock,
            attack,
            steady,
            met_before,
        })
    }

    pub(super) async fn go(mut self) -> Result<Measured, DriverError> {
        self.steady.rehearse(self.job.plan.duration).await;
        self.steady.count_before(self.job.counter.as_deref()).await;
        let clock = self.begin().await?;
        let log = std::mem::replace(&mut self.job.log, Box::new(std::io::sink()));
        let threads = self.start_threads(clock, log)?;
        self.clock.send_replace(Some(clock));
        let watching = tokio::spawn(self.steady.clone().watch(
            clock,
            self.edges.clone(),
            self.job.plan.duration,
            self.shared.clone(),
        ));

        let ending = self.wait_for_the_end(clock, &threads.unreachable).await;
        let stopped_at = clock.now().min(self.edges.steady_end());
        self.stop.store(true, Ordering::Relaxed);
        self.shared.alarms.close();
        if ending != Ending::Completed || self.abort.get().is_some() {
            self.steady.end_early();
        }
        // The pacer first: what was due has been handed over, and counted, when it is gone.
        let paced = threads.pacer.join().is_ok();
        let ending = if paced {
            ending
        } else {
            Ending::Failed("the pacer stopped".to_owned())
        };
        self.drain(&ending).await;
        // Then the hand-over, so that no user takes another arrival; then the recorder, so that what is under way is counted as such.
        let unsent = self
            .handover
            .as_ref()
            .map(|handover| handover.close())
            .unwrap_or_default();
        let _ = threads.finish.send(());
        let collected = threads.collector.join();
        let counted_at = clock.now();
        let in_flight = self.shared.inflight.steady();
        self.stop_goose();
        let (collected, ending) = match collected {
            Ok(collected) => (collected, ending),
            Err(_) => (
                Collected::empty(self.layout),
                Ending::Failed("the collector stopped".to_owned()),
            ),
        };
        let mut facts = watching.await.unwrap_or_else(|error| {
            SteadyFacts::absent(&format!("the watching task failed: {error}"))
        });
        let server_requests = self.steady.requests_counted().await;
        let steady = &self.steady;
        let tail = steady.tail(&mut facts, clock, &self.shared, &self.job.run_id);
        let tail = tail.await.filter(|_| self.job.tail);
        let plan = &self.job.plan;
        let warmup = account::warmup(plan, &self.edges, stopped_at, collected.settled);
        let ledger = Ledger {
            warmup,
            server_requests,
            waited_for_user: self
                .handover
                .as_ref()
                .map_or(0, |handover| handover.waited()),
            aborted: self.abort.get().cloned(),
            paused: Duration::from_nanos(self.shared.inflight.paused()),
            local_limits: Met::now().since(self.met_before),
            plan,
            names: &self.names,
            steady_from: self.edges.warmup_end(),
            stopped_at,
            counted_at,
            scheduled: self.shared.due.steady.load(Ordering::Relaxed),
            in_flight,
            unsent: account::steady(&unsent),
            dropped: self.dropped(),
        };
        Ok(Measured {
            tail,
            ..ledger.settle(collected, ending, facts)
        })
    }

    // T0. Where another run takes turns with this one, both have the same.
    async fn begin(&mut self) -> Result<Clock, DriverError> {
        let Some(work) = self.job.shifts.take() else {
            return Ok(Clock::starting_in(Duration::from_millis(20)));
        };
        let asked = tokio::task::spawn_blocking(work.begin).await;
        let at = asked.ok().flatten().ok_or(DriverError::NoShift)?;
        Ok(Clock::starting_at(at))
    }

    fn dropped(&self) -> Dropped {
        self.handover
            .as_ref()
            .map(|handover| handover.take_dropped())
            .unwrap_or_default()
    }

    // Users have left, or are counted as under way. Goose's own loop would notice up to half a second later, and nobody waits for it.
    fn stop_goose(&self) {
        trigger_killswitch("the schedule is over");
        self.attack.abort();
    }

    fn start_threads(
        &mut self,
        clock: Clock,
        log: Box<dyn std::io::Write + Send>,
    ) -> Result<Threads, DriverError> {
        let unreachable = Arc::new(AtomicU64::new(0));
        let (finish, finished) = mpsc::channel();
        let collector = Collector {
            shared: self.shared.clone(),
            handover: self.handover.clone(),
            clock,
            edges: self.edges.clone(),
            judge: std::mem::replace(&mut self.job.judge, Box::new(AsPlanned)),
            find_steady: self.job.plan.warmup.is_auto(),
            classes: account::classes(&self.names),
            log,
            observer: self.job.observer.clone(),
            users: u64::from(self.job.plan.users),
            unreachable: unreachable.clone(),
            abort: self.abort.clone(),
            pacing_floor_ns: pacing_floor_ns(crate::proc::machine().cores),
        };
        let (layout, room) = (self.layout, room(&self.job.plan));
        Ok(Threads {
            pacer: self.start_pacer(clock)?,
            collector: thread("collector", move || {
                step_back();
                collector.run(&finished, Collected::new(layout, room), layout)
            })?,
            finish,
            unreachable,
        })
    }

    fn start_pacer(&self, clock: Clock) -> Result<JoinHandle<()>, DriverError> {
        let (edges, stop) = (self.edges.clone(), self.stop.clone());
        let (handover, shared) = (self.handover.clone(), self.shared.clone());
        let shifts = self.shared.shifts;
        // The schedule is one of the time in which this run offers load.
        let placed = move |arrival: Arrival| {
            let at = |worked| shifts.map_or(worked, |shifts| shifts.at(worked));
            Arrival {
                intended_ns: at(arrival.intended_ns),
                ..arrival
            }
        };
        let warmup = self.job.plan.warmup_arrivals().map(placed);
        let steady = self.job.plan.steady_arrivals().map(placed);
        thread("pacer", move || {
            let pacing = Pacing {
                clock,
                edges: &edges,
                handover: handover.as_deref(),
                alarms: &shared.alarms,
                due: &shared.due,
                stop: &stop,
            };
            pacer::run(warmup, steady, &pacing);
        })
    }

    async fn wait_for_the_end(&mut self, clock: Clock, unreachable: &AtomicU64) -> Ending {
        loop {
            if is_killswitch_triggered() {
                return Ending::Interrupted;
            }
            if let Some(why) = (self.job.liveness)() {
                return Ending::TargetDied(why);
            }
            if unreachable.load(Ordering::Relaxed) >= GONE_AFTER {
                return Ending::TargetDied(format!(
                    "no connection to {} could be made for {GONE_AFTER} s",
                    self.job.address.as_str()
                ));
            }
            if self.attack.is_finished() {
                return Ending::Failed(
                    "goose ended the attack before the plan was over".to_owned(),
                );
            }
            let left = self.edges.steady_end().saturating_sub(clock.now());
            if left == 0 || self.abort.get().is_some() {
                return Ending::Completed;
            }
            tokio::time::sleep(TICK.min(Duration::from_nanos(left))).await;
        }
    }

    // What is under way may finish; nothing new starts.
    async fn drain(&self, ending: &Ending) {
        let patience = match ending {
            Ending::Completed => self.job.plan.drain,
            _ => DRAIN_WHEN_INTERRUPTED.min(self.job.plan.drain),
        };
        let deadline = Instant::now() + patience;
        let busy = || {
            self.shared.inflight.count()
                + self
                    .handover
                    .as_ref()
                    .map_or(0, |handover| handover.pending())
        };
        while busy() > 0 && Instant::now() < deadline && !is_interrupted_meanwhile(ending) {
            tokio::time::sleep(TICK).await;
        }
    }
}

// A Ctrl-C while what is under way may still finish: nobody wants to wait for it any more.
fn is_interrupted_meanwhile(ending: &Ending) -> bool {
    *ending == Ending::Completed && is_killswitch_triggered()
}

// Windows to make room for: a second each, and one more for each edge of a phase.
fn room(plan: &Plan) -> usize {
    const EDGES: u64 = 4;
    let most = plan.warmup_most() + plan.steady_most() + plan.drain;
    let windows = usize::try_from(most.as_secs() + EDGES).unwrap_or(usize::MAX);
    windows.min(MOST_ROOM)
}

// The number of users is the same throughout, or follows the plan's shape.
fn users_at(plan: &Plan) -> Box<dyn Fn(Duration) -> u32 + Send + Sync> {
    let plan = plan.clone();
    if plan.shape.is_none() {
        return Box::new(move |_| plan.users);
    }
    Box::new(move |since| plan.users_at(since))
}

// On a schedule the plan's stream of arrivals ends by itself.
fn turns(plan: &Plan) -> Turns {
    let counted = plan
        .iterations
        .filter(|_| plan.model == Model::Closed)
        .map(|asked| asked.count);
    Turns::new(counted)
}

fn backlog(plan: &Plan) -> usize {
    match plan.on_full {
        OnFull::Wait => MAX_BACKLOG,
        OnFull::Drop => 0,
    }
}

async fn await_users(
    ground: &Ground,
    users: usize,
    attack: &mut tokio::task::JoinHandle<Result<(), GooseError>>,
) -> Result<(), DriverError> {
    let started = Instant::now();
    loop {
        let ready = ground.ready.load(Ordering::Acquire);
        if ready >= users {
            return Ok(());
        }
        if attack.is_finished() {
            let why = match attack.await {
                Ok(Err(error)) => return Err(Box::new(error).into()),
                Ok(Ok(())) => "the attack ended before it began".to_owned(),
                Err(error) => error.to_string(),
            };
            return Err(DriverError::Users(why));
        }
        if started.elapsed() > CONNECT_TIME {
            return Err(DriverError::NotReady {
                ready,
                wanted: users,
                waited: CONNECT_TIME,
            });
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

fn thread<T: Send + 'static>(
    name: &str,
    body: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>, DriverError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(body)
        .map_err(DriverError::Thread)
}
