//! The Goose side: the plan's users and scenarios as one Goose attack.
//!
//! Closed model: users are Goose's users, and each of their transactions is one arrival. Open model: Goose's users are slots; each loops
//! on one transaction that takes the next arrival and runs the scenario the schedule drew for it.

use crate::clock::Clock;
use crate::edges::Edges;
use crate::handover::Handover;
use crate::session::{Outcome, Session, Shared, Start, session};
use crate::transport::Transport;
use crate::turns::{Turn, Turns};
use crate::workload::Journey;
use goose::client::GooseClientBuilder;
use goose::config::GooseConfiguration;
use goose::goose::{GooseUser, Scenario, Transaction, TransactionFunction, TransactionResult};
use goose::{GooseAttack, GooseError};
use record::phase::Phase;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// A pause after the end of the schedule, so that users wait for Goose's word to stop without spinning.
const PARK: Duration = Duration::from_millis(20);
/// A closed user that cannot connect waits a little, or it would count refusals as fast as the kernel makes them.
const AFTER_REFUSAL: Duration = Duration::from_millis(10);
/// A closed user whose turn to be active has not come looks again after this.
const INACTIVE: Duration = Duration::from_millis(5);

/// Connections are made at most so fast before T0. Where more of them wait to be accepted than the target has room for, usually 128, the kernel
/// forgets those beyond, and each of them takes a second more.
const CONNECTIONS_PER_SECOND: u32 = 10_000;

/// What the users of one attack share beside [`Shared`].
pub(crate) struct Ground {
    pub(crate) shared: Arc<Shared>,
    pub(crate) general: Option<reqwest::Client>,
    pub(crate) edges: Arc<Edges>,
    pub(crate) think: Duration,
    /// Active users of the closed model by time since the steady phase began.
    pub(crate) users_at: Box<dyn Fn(Duration) -> u32 + Send + Sync>,
    /// Steady transactions that closed users may still start.
    pub(crate) turns: Turns,
    /// When the first user connects.
    pub(crate) began: Instant,
    /// Users connected and waiting for T0.
    pub(crate) ready: AtomicUsize,
    /// Numbers users.
    pub(crate) entered: AtomicUsize,
    /// Carries the clock once T0 is known.
    pub(crate) start: watch::Receiver<Option<Clock>>,
    /// Set when nothing more is to be started.
    pub(crate) stop: Arc<std::sync::atomic::AtomicBool>,
}

impl Ground {
    /// How many closed users are active at `at`.
    fn active_users(&self, at: u64) -> usize {
        let into_steady = at.saturating_sub(self.edges.warmup_end());
        (self.users_at)(Duration::from_nanos(into_steady)) as usize
    }

    // Where the plan counts transactions, the steady phase ends with the start of the last one: later starts would be too many, and time
    // in which nobody may start would be in every rate.
    fn may_start(&self, phase: Phase, clock: Clock) -> bool {
        if phase != Phase::Steady {
            return true;
        }
        let turn = self.turns.take();
        if turn == Turn::Last {
            self.edges.end_steady(clock.now() + 1);
        }
        turn != Turn::Over
    }
}

/// The functions of one scenario, sorted by when they run.
struct Route {
    first_step: usize,
    steps: usize,
    on_start: Vec<TransactionFunction>,
    transactions: Vec<TransactionFunction>,
}

fn route(journey: &Journey, first_step: usize) -> Route {
    let mut ordered: Vec<&Transaction> = journey.scenario.transactions.iter().collect();
    // Stable: equal sequences keep the order in which they were registered.
    ordered.sort_by_key(|transaction| transaction.sequence);
    let functions = |wanted: fn(&Transaction) -> bool| {
        let chosen = ordered.iter().filter(|transaction| wanted(transaction));
        chosen
            .map(|transaction| transaction.function.clone())
            .collect()
    };
    Route {
        first_step,
        steps: journey.steps.len(),
        on_start: functions(|transaction| transaction.on_start),
        transactions: functions(|transaction| !transaction.on_start && !transaction.on_stop),
    }
}

/// Goose's view of the run. `handover` is there in the open model.
pub(crate) fn build(
    host: &str,
    users: usize,
    journeys: Vec<Journey>,
    ground: &Arc<Ground>,
    handover: Option<&Arc<Handover>>,
) -> Result<GooseAttack, GooseError> {
    let mut first_step = 0;
    let mut routes = Vec::new();
    for journey in &journeys {
        routes.push(route(journey, first_step));
        first_step += journey.steps.len();
    }
    let routes: Arc<Vec<Route>> = Arc::new(routes);
    // One general client for all users instead of one each, which would read the system's certificates once per user: users send
    // through the session, never through it.
    let client = GooseClientBuilder::new().without_cookies();
    let mut attack = GooseAttack::initialize_with_config(configuration(host, users)?)?
        .set_client_builder_without_cookies(client)?;
    match handover {
        Some(handover) => {
            let slots = Scenario::new("slots").register_transaction(entrance(ground, &routes));
            attack = attack.register_scenario(slots.register_transaction(slot(&routes, handover)));
        }
        None => {
            for (at, journey) in journeys.into_iter().enumerate() {
                attack = attack.register_scenario(closed(journey.scenario, at, ground, &routes));
            }
        }
    }
    Ok(attack)
}

fn configuration(host: &str, users: usize) -> Result<GooseConfiguration, GooseError> {
    let users = users.to_string();
    let arguments = [
        "--host",
        host,
        "--users",
        &users,
        "--increase-rate",
        "100000",
        "--no-metrics",
        "--no-telnet",
        "--no-print-metrics",
        "--quiet",
        "--quiet",
    ];
    GooseConfiguration::parse_args_default(&arguments)
}

// Every user's first act: connect, run what the scenarios do at a user's start, and wait for T0.
fn entrance(ground: &Arc<Ground>, routes: &Arc<Vec<Route>>) -> Transaction {
    let (ground, routes) = (ground.clone(), routes.clone());
    let enter: TransactionFunction = Arc::new(move |user| {
        let (ground, routes) = (ground.clone(), routes.clone());
        Box::pin(async move { enter(user, &ground, &routes).await })
    });
    Transaction::new(enter).set_on_start()
}

async fn enter(user: &mut GooseUser, ground: &Ground, routes: &[Route]) -> TransactionResult {
    let number = ground.entered.fetch_add(1, Ordering::Relaxed);
    let transport = match &ground.general {
        Some(client) => Transport::general(client.clone()),
        None => Transport::plain(),
    };
    user.set_session_data(Session::new(ground.shared.clone(), number, transport));
    let turn = ground.began + Duration::from_secs(1) * number as u32 / CONNECTIONS_PER_SECOND;
    tokio::time::sleep_until(turn).await;
    // A connection that cannot be made now is made, or counted as failed, with the first arrival.
    let _ = session(user).connect().await;
    for function in routes.iter().flat_map(|route| &route.on_start) {
        function(user).await?;
    }
    ground.ready.fetch_add(1, Ordering::Release);
    let mut start = ground.start.clone();
    // The sender outlives the attack; if it is gone, the run is over before it began.
    if let Ok(clock) = start.wait_for(Option::is_some).await
        && let Some(clock) = *clock
    {
        session(user).set_clock(clock);
    }
    let clock = session(user).clock();
    tokio::time::sleep_until(clock.at(0).into()).await;
    Ok(())
}

fn slot(routes: &Arc<Vec<Route>>, handover: &Arc<Handover>) -> Transaction {
    let (routes, handover) = (routes.clone(), handover.clone());
    let function: TransactionFunction = Arc::new(move |user| {
        let (routes, handover) = (routes.clone(), handover.clone());
        Box::pin(async move { take_arrivals(user, &routes, &handover).await })
    });
    Transaction::new(function)
}

// Goose's own loop is entered once: here one arrival after the other is taken until there are no more.
async fn take_arrivals(
    user: &mut GooseUser,
    routes: &[Route],
    handover: &Handover,
) -> TransactionResult {
    let number = session(user).user();
    while let Some(arrival) = handover.next(number).await {
        let scenario = arrival.scenario as usize;
        let route = &routes[scenario];
        session(user).begin_arrival(Start {
            arrival: arrival.n,
            phase: arrival.phase,
            scenario,
            first_step: route.first_step,
            steps: route.steps,
            intended: arrival.intended_ns,
        });
        visit(user, &route.transactions).await;
    }
    tokio::time::sleep(PARK).await;
    Ok(())
}

// One arrival: the scenario's transactions in their order, up to the first that fails.
async fn visit(user: &mut GooseUser, transactions: &[TransactionFunction]) {
    for (at, function) in transactions.iter().enumerate() {
        let outcome = match function(user).await {
            Ok(()) => Outcome::Good,
            Err(_) => Outcome::Bad,
        };
        let current = session(user);
        if outcome == Outcome::Bad || at + 1 == transactions.len() {
            current.end_arrival(outcome);
            return;
        }
        current.end_transaction(outcome);
        current.begin_transaction();
    }
}

// The scenario as Goose knows it, each transaction wrapped so that it is an arrival of its own.
fn closed(
    mut scenario: Scenario,
    at: usize,
    ground: &Arc<Ground>,
    routes: &Arc<Vec<Route>>,
) -> Scenario {
    scenario
        .transactions
        .retain(|transaction| !transaction.on_start);
    for transaction in &mut scenario.transactions {
        let (ground, routes, inner) =
            (ground.clone(), routes.clone(), transaction.function.clone());
        transaction.function = Arc::new(move |user| {
            let (ground, routes, inner) = (ground.clone(), routes.clone(), inner.clone());
            Box::pin(async move { closed_turn(user, &ground, at, &routes[at], &inner).await })
        });
    }
    scenario.register_transaction(entrance(ground, routes))
}

// With a single transaction Goose's loop would do nothing but come back here, so it is entered once; otherwise Goose chooses the next.
async fn closed_turn(
    user: &mut GooseUser,
    ground: &Ground,
    scenario: usize,
    route: &Route,
    inner: &TransactionFunction,
) -> TransactionResult {
    while let Some(intended) = think(user, ground).await {
        let phase = ground.edges.phase(intended);
        let current = session(user);
        if !ground.may_start(phase, current.clock()) {
            break;
        }
        let arrival = current.next_number();
        current.count_due(phase);
        current.begin_arrival(Start {
            arrival,
            phase,
            scenario,
            first_step: route.first_step,
            steps: route.steps,
            intended,
        });
        visit(user, std::slice::from_ref(inner)).await;
        if route.transactions.len() > 1 {
            return Ok(());
        }
    }
    tokio::time::sleep(PARK).await;
    Ok(())
}

// The intended start of a closed user's next transaction: its last answer plus think time. `None` once the steady phase is over.
async fn think(user: &mut GooseUser, ground: &Ground) -> Option<u64> {
    let current = session(user);
    let (clock, number) = (current.clock(), current.user());
    let refused = current.could_not_connect();
    let mut after = current.last_done();
    if refused {
        tokio::time::sleep(AFTER_REFUSAL).await;
        after = after.max(clock.now());
    }
    let mut intended = after + ground.think.as_nanos() as u64;
    loop {
        if is_over(ground, intended, clock) {
            return None;
        }
        // A user whose turn to be active comes later starts then, and owes nothing for the time before.
        if number < ground.active_users(intended) {
            break;
        }
        tokio::time::sleep(INACTIVE).await;
        intended = clock.now();
    }
    let due = intended;
    if let Some(shifts) = &ground.shared.shifts {
        intended = shifts.next(intended);
    }
    let may_wait = intended > due || !ground.think.is_zero();
    if may_wait && intended > clock.now() {
        ground.shared.alarms.wait(number, intended).await;
        if is_over(ground, intended, clock) {
            return None;
        }
    }
    Some(intended)
}

fn is_over(ground: &Ground, intended: u64, clock: Clock) -> bool {
    if ground.stop.load(Ordering::Relaxed) {
        return true;
    }
    // Without think time a start follows an answer at once, and the time of the answer is the time of day.
    let now = if ground.think.is_zero() {
        intended
    } else {
        clock.now().max(intended)
    };
    now >= ground.edges.steady_end()
}
