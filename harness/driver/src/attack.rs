//! The Goose side: the plan's users and scenarios as one Goose attack.
//!
//! Closed model: users are Goose's users, and each of their transactions is one arrival. Open model: Goose's users are slots; each loops
//! on one transaction that takes the next arrival and runs the scenario the schedule drew for it.

use crate::clock::Clock;
use crate::collector::Edges;
use crate::handover::Handover;
use crate::http1::Connection;
use crate::session::{Session, Shared, Start, session};
use crate::transport::Transport;
use crate::workload::Journey;
use goose::config::GooseConfiguration;
use goose::goose::{GooseUser, Scenario, Transaction, TransactionFunction, TransactionResult};
use goose::{GooseAttack, GooseError};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::watch;

/// A pause after the end of the schedule, so that users wait for Goose's word to stop without spinning.
const PARK: Duration = Duration::from_millis(20);
/// A closed user that cannot connect waits a little, or it would count refusals as fast as the kernel makes them.
const AFTER_REFUSAL: Duration = Duration::from_millis(10);
/// How often a waiting closed user looks at the clock.
const THINK_SLICE: Duration = Duration::from_millis(500);

/// What the users of one attack share beside [`Shared`].
pub(crate) struct Ground {
    pub(crate) shared: Arc<Shared>,
    pub(crate) general: Option<reqwest::Client>,
    pub(crate) edges: Edges,
    pub(crate) think: Duration,
    /// Users connected and waiting for T0.
    pub(crate) ready: AtomicUsize,
    /// Numbers users.
    pub(crate) entered: AtomicUsize,
    /// Carries the clock once T0 is known.
    pub(crate) start: watch::Receiver<Option<Clock>>,
    /// Set when nothing more is to be started.
    pub(crate) stop: Arc<std::sync::atomic::AtomicBool>,
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
    let mut attack = GooseAttack::initialize_with_config(configuration(host, users)?)?;
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
        Some(client) => Transport::General {
            client: client.clone(),
            body: Vec::new(),
        },
        None => Transport::Plain(Box::<Connection>::default()),
    };
    user.set_session_data(Session::new(ground.shared.clone(), number, transport));
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
        Box::pin(async move { take_arrival(user, &routes, &handover).await })
    });
    Transaction::new(function)
}

async fn take_arrival(
    user: &mut GooseUser,
    routes: &[Route],
    handover: &Handover,
) -> TransactionResult {
    let number = session(user).user();
    let Some(arrival) = handover.next(number).await else {
        tokio::time::sleep(PARK).await;
        return Ok(());
    };
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
    for function in &route.transactions {
        session(user).begin_transaction();
        let good = function(user).await.is_ok();
        session(user).end_transaction(good);
        if !good {
            break;
        }
    }
    session(user).end_arrival();
    Ok(())
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

async fn closed_turn(
    user: &mut GooseUser,
    ground: &Ground,
    scenario: usize,
    route: &Route,
    inner: &TransactionFunction,
) -> TransactionResult {
    let Some(intended) = think(user, ground).await else {
        tokio::time::sleep(PARK).await;
        return Ok(());
    };
    let phase = ground.edges.phase(intended);
    let current = session(user);
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
    current.begin_transaction();
    let good = inner(user).await.is_ok();
    let current = session(user);
    current.end_transaction(good);
    current.end_arrival();
    if current.could_not_connect() {
        tokio::time::sleep(AFTER_REFUSAL).await;
    }
    Ok(())
}

// The intended start of a closed user's next transaction: its last answer plus think time. `None` once the steady phase is over.
async fn think(user: &mut GooseUser, ground: &Ground) -> Option<u64> {
    let current = session(user);
    let clock = current.clock();
    let after = current.last_done().max(if current.could_not_connect() {
        clock.now()
    } else {
        0
    });
    let intended = after + ground.think.as_nanos() as u64;
    loop {
        let over = ground.stop.load(Ordering::Relaxed)
            || intended >= ground.edges.steady_end
            || clock.now() >= ground.edges.steady_end;
        if over {
            return None;
        }
        let left = intended.saturating_sub(clock.now());
        if left == 0 {
            return Some(intended);
        }
        tokio::time::sleep(Duration::from_nanos(left).min(THINK_SLICE)).await;
    }
}
