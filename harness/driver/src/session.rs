//! What a scenario sees of the driver: a user's session, through which every request goes.

mod message;
mod visit;
mod watchdog;

use crate::alarm::Alarms;
use crate::clock::Clock;
use crate::http1::{Answer, Connection, HeadOnly};
use crate::inflight::InFlight;
use crate::pacer::Due;
use crate::recorder::{ArrivalEnd, Ended, Recorder};
use crate::request::{Failed, Reply, Request};
use crate::transport::Transport;
use goose::goose::GooseUser;
use message::Message;
use record::failure::FailureKind;
use record::phase::Phase;
use record::served::RequestKey;
use record::shift::Shifts;
use record::trace::RunTrace;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;
pub(crate) use visit::Start;
use visit::Visit;
use watchdog::Watchdog;

/// What all sessions of a run share.
pub(crate) struct Shared {
    pub(crate) addresses: Vec<SocketAddr>,
    /// `http://host:port`, for the general client.
    pub(crate) origin: String,
    /// The fields every request carries, up to the arrival number in `x-request-id`.
    pub(crate) fields: Vec<u8>,
    /// Given where every request carries `traceparent`.
    pub(crate) traced: Option<RunTrace>,
    pub(crate) timeout: Duration,
    pub(crate) recorder: Recorder,
    pub(crate) inflight: InFlight,
    pub(crate) due: Due,
    pub(crate) alarms: Alarms,
    /// Numbers arrivals of the closed model.
    pub(crate) sequence: AtomicU64,
    /// Given where another run takes turns with this one.
    pub(crate) shifts: Option<Shifts>,
    /// Whether later steps of a visit have intended starts of their own (partly open model).
    pub(crate) dependent_steps: DependentSteps,
}

/// When a later request of a visit is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DependentSteps {
    /// When the answer before it is there.
    ByAnswer,
    /// By the service time that the plan expects, where it does.
    ByExpectation,
}

/// One exchange, as it is recorded. Times in nanoseconds since T0.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exchange {
    pub(crate) arrival: u64,
    /// Its place among the requests of its arrival.
    pub(crate) number: u32,
    pub(crate) step: usize,
    pub(crate) intended: u64,
    /// When its user was free for it.
    pub(crate) slot_free: u64,
    /// When the user began with it: from here to `sent` it waited for a connection.
    pub(crate) released: u64,
    /// Absent if no connection could be made.
    pub(crate) sent: Option<u64>,
    pub(crate) done: u64,
    /// The first request of its arrival: its send delay is the generator's own.
    pub(crate) first: bool,
    pub(crate) status: Option<u16>,
    pub(crate) body_bytes: u64,
    pub(crate) failure: Option<FailureKind>,
}

/// One user's connection, buffers and place in the run; it lives in Goose's session data.
pub struct Session {
    shared: Arc<Shared>,
    clock: Clock,
    user: usize,
    transport: Transport,
    watchdog: Watchdog,
    message: Message,
    visit: Visit,
}

/// Goose asks this of what it keeps for a user. A copy is another user's session: it has a connection of its own.
impl Clone for Session {
    fn clone(&self) -> Self {
        Self {
            shared: self.shared.clone(),
            transport: self.transport.another(),
            watchdog: Watchdog::default(),
            message: Message::default(),
            ..*self
        }
    }
}

/// The session of `user`. Every user of a run has one before its first transaction.
pub fn session(user: &mut GooseUser) -> &mut Session {
    user.get_session_data_unchecked_mut::<Session>()
}

impl Session {
    pub(crate) fn new(shared: Arc<Shared>, user: usize, transport: Transport) -> Self {
        Self {
            shared,
            clock: Clock::starting_in(Duration::ZERO),
            user,
            transport,
            watchdog: Watchdog::default(),
            message: Message::default(),
            visit: Visit::SETUP,
        }
    }

    /// The number of this user, from 0.
    pub fn user(&self) -> usize {
        self.user
    }

    /// The number of the arrival this user works on: with the plan's seed it decides what is sent.
    pub fn arrival(&self) -> u64 {
        self.visit.start.arrival
    }

    /// Sends a request of the scenario's step number `step` and reads the whole answer. A status that is not expected is a failure; each
    /// failure has been noted when it is returned.
    pub fn send<'a>(
        &'a mut self,
        step: usize,
        request: Request<'a>,
    ) -> impl Future<Output = Result<Reply<'a>, Failed>> + Send {
        self.send_checked(step, request, |_| true)
    }

    /// As [`Session::send`]; an answer for which `check` is false counts as failed, because a wrong answer quickly given is an error and
    /// not speed.
    pub async fn send_checked<'a>(
        &'a mut self,
        step: usize,
        request: Request<'a>,
        check: impl FnOnce(Reply<'_>) -> bool,
    ) -> Result<Reply<'a>, Failed> {
        let steps = self.visit.start.steps;
        assert!(
            step < steps,
            "step {step} is not one of the scenario's {steps} steps"
        );
        self.record_last_exchange();
        if let Some(shifts) = self.shared.shifts {
            self.await_shift(&shifts).await;
        }
        let mut exchange = self.exchange(step, &request).await;
        if exchange.failure.is_none() {
            exchange.failure = self.judge(&exchange, &request, check);
        }
        self.visit.done(exchange);
        match exchange.failure {
            Some(kind) => Err(Failed(kind)),
            None => Ok(self.reply(&exchange)),
        }
    }

    /// Pauses for `think` after the last answer; the next request is due after that. `expected` is the service time that the plan
    /// assumes for the last request: in the partly open model the next one is due by it, so that a slow answer makes the next step late
    /// instead of moving it. The pause itself is in no response time.
    pub async fn pause(&mut self, think: Duration, expected: Option<Duration>) {
        let by_plan = self.shared.dependent_steps == DependentSteps::ByExpectation;
        self.visit.expect(expected.filter(|_| by_plan), think);
        let until = self.visit.not_before.max(self.visit.intended);
        let now = self.clock.now();
        if until > now {
            self.shared.inflight.pause(
                self.visit.start.phase,
                (until - now).min(think.as_nanos() as u64),
            );
            self.shared.alarms.wait(self.user, until).await;
        }
    }

    fn reply(&self, exchange: &Exchange) -> Reply<'_> {
        Reply {
            status: exchange.status.unwrap_or_default(),
            body: self.transport.body(),
            body_bytes: exchange.body_bytes,
            service: Duration::from_nanos(
                exchange
                    .done
                    .saturating_sub(exchange.sent.unwrap_or(exchange.done)),
            ),
            head: self.transport.head(),
        }
    }

    fn judge(
        &self,
        exchange: &Exchange,
        request: &Request<'_>,
        check: impl FnOnce(Reply<'_>) -> bool,
    ) -> Option<FailureKind> {
        if !request.accepts(exchange.status.unwrap_or_default()) {
            Some(FailureKind::Status)
        } else if !check(self.reply(exchange)) {
            Some(FailureKind::Check)
        } else {
            None
        }
    }

    // What would leave in a shift of the other run waits for one of this run, and the other run's time is in no response time.
    async fn await_shift(&mut self, shifts: &Shifts) {
        if !self.visit.is_measured() {
            return;
        }
        let mut now = self.clock.now();
        let next = shifts.resume(now);
        if next > now {
            self.shared.alarms.wait(self.user, next).await;
            now = next;
        }
        let foreign = shifts.foreign(self.visit.intended, now);
        self.visit.put_off(foreign);
    }

    async fn exchange(&mut self, step: usize, request: &Request<'_>) -> Exchange {
        let mut exchange = Exchange {
            arrival: self.visit.start.arrival,
            number: self.visit.sent,
            step: self.visit.start.first_step + step,
            intended: self.visit.intended,
            slot_free: self.visit.slot_free,
            released: 0,
            sent: None,
            done: 0,
            first: self.visit.sent == 0,
            status: None,
            body_bytes: 0,
            failure: None,
        };
        let Visit { start, sent, .. } = self.visit;
        let key = RequestKey {
            arrival: start.arrival,
            number: sent,
        };
        let composed = self
            .message
            .compose(request, &self.shared.fields, key, self.shared.traced);
        let result = match composed {
            Ok(()) => self.exchange_in_time(request, &mut exchange).await,
            Err(kind) => Err(kind),
        };
        exchange.done = self.clock.now();
        match result {
            Ok(answer) => {
                exchange.status = Some(answer.status);
                exchange.body_bytes = answer.body_bytes;
            }
            Err(kind) => exchange.failure = Some(kind),
        }
        exchange
    }

    async fn exchange_in_time(
        &mut self,
        request: &Request<'_>,
        exchange: &mut Exchange,
    ) -> Result<Answer, FailureKind> {
        let timeout = self.shared.timeout;
        match &mut self.transport {
            Transport::Plain(connection) => {
                if !connection.is_open() {
                    exchange.released = self.clock.now();
                    // Boxed, here and below, because what is rare must not make every request's future large: it is moved twice a request.
                    Box::pin(connect(connection, &self.shared)).await?;
                }
                let sent = self.clock.now();
                exchange.sent = Some(sent);
                connection.begin(head_only(request));
                let (message, watchdog) = (self.message.bytes(), &mut self.watchdog);
                let (clock, due) = (self.clock, sent + timeout.as_nanos() as u64);
                let answer = poll_fn(|context| match connection.poll_exchange(context, message) {
                    Poll::Pending => watchdog
                        .poll(context, clock, due)
                        .map(|()| Err(FailureKind::Timeout)),
                    answered @ Poll::Ready(_) => answered,
                })
                .await;
                if answer == Err(FailureKind::Timeout) {
                    connection.close();
                }
                answer
            }
            Transport::General(general) => {
                exchange.sent = Some(self.clock.now());
                let answer = general.exchange(&self.shared.origin, request, self.message.bytes());
                Box::pin(tokio::time::timeout(timeout, answer))
                    .await
                    .unwrap_or(Err(FailureKind::Timeout))
            }
        }
    }

    // What came before the present request cannot end the arrival any more.
    fn record_last_exchange(&mut self) {
        let phase = self.visit.start.phase;
        if let Some(exchange) = self.visit.pending.take()
            && phase != Phase::Setup
        {
            self.shared.recorder.exchange(phase, &exchange);
        }
    }

    pub(crate) fn set_clock(&mut self, clock: Clock) {
        self.clock = clock;
        // What was done at the start has no place in the run's time.
        self.visit = Visit::SETUP;
    }

    pub(crate) fn clock(&self) -> Clock {
        self.clock
    }

    /// Connects before T0, so that no arrival of a plain run waits for a connection.
    pub(crate) async fn connect(&mut self) -> Result<(), FailureKind> {
        match &mut self.transport {
            Transport::Plain(connection) => connect(connection, &self.shared).await,
            Transport::General(_) => Ok(()),
        }
    }

    pub(crate) fn begin_arrival(&mut self, start: Start) {
        let slot_free = self.visit.last_done;
        self.visit = Visit::of(start, slot_free);
        let inflight = &self.shared.inflight;
        inflight.begin(self.user, start.phase, start.intended);
    }

    /// Starts a later transaction of the arrival: due when the one before it ended.
    pub(crate) fn begin_transaction(&mut self) {
        self.visit.begin_transaction();
    }

    /// Records the transaction; `good` is what the scenario says of it.
    pub(crate) fn end_transaction(&mut self, good: Outcome) {
        self.note(good);
        let ended = self.ended_transaction();
        self.shared.recorder.end(
            self.visit.start.phase,
            self.visit.pending.take().as_ref(),
            &ended,
            || {},
        );
    }

    /// Records the arrival's last transaction and the arrival, under one lock.
    pub(crate) fn end_arrival(&mut self, good: Outcome) {
        self.note(good);
        let (pending, shared) = (self.visit.pending.take(), &self.shared);
        let ended = Ended {
            arrival: ArrivalEnd::of(self.visit.arrival_failure),
            ..self.ended_transaction()
        };
        let clear = || shared.inflight.end(self.user);
        shared
            .recorder
            .end(self.visit.start.phase, pending.as_ref(), &ended, clear);
    }

    fn note(&mut self, good: Outcome) {
        if good == Outcome::Bad {
            self.visit.fail(FailureKind::Check);
        }
    }

    fn ended_transaction(&self) -> Ended {
        Ended {
            scenario: self.visit.start.scenario,
            response: self.visit.response(),
            arrival: ArrivalEnd::GoesOn,
        }
    }

    /// When the last answer was complete and the pause after it over: a closed user's next start counts from here.
    pub(crate) fn last_done(&self) -> u64 {
        self.visit.last_done.max(self.visit.not_before)
    }

    pub(crate) fn could_not_connect(&self) -> bool {
        self.visit.arrival_failure == Some(FailureKind::Connect)
    }

    pub(crate) fn next_number(&self) -> u64 {
        self.shared.sequence.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn count_due(&self, phase: Phase) {
        self.shared.due.count(phase);
    }
}

/// What a scenario says of a transaction of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Good,
    Bad,
}

async fn connect(connection: &mut Connection, shared: &Shared) -> Result<(), FailureKind> {
    let open = connection.open(&shared.addresses);
    tokio::time::timeout(shared.timeout, open)
        .await
        .unwrap_or(Err(FailureKind::Connect))
}

fn head_only(request: &Request<'_>) -> HeadOnly {
    if request.method == "HEAD" {
        HeadOnly::Yes
    } else {
        HeadOnly::No
    }
}
