//! What a scenario sees of the driver: a user's session, through which every request goes.

use crate::clock::Clock;
use crate::inflight::InFlight;
use crate::pacer::Due;
use crate::recorder::Recorder;
use crate::request::{Failed, Reply, Request};
use crate::transport::Transport;
use goose::goose::GooseUser;
use record::failure::FailureKind;
use record::phase::Phase;
use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What all sessions of a run share.
pub(crate) struct Shared {
    pub(crate) addresses: Vec<SocketAddr>,
    /// `http://host:port`, for the general client.
    pub(crate) origin: String,
    /// The fields every request carries, up to the arrival number in `x-request-id`.
    pub(crate) fields: Vec<u8>,
    pub(crate) timeout: Duration,
    pub(crate) recorder: Recorder,
    pub(crate) inflight: InFlight,
    pub(crate) due: Due,
    /// Numbers arrivals of the closed model.
    pub(crate) sequence: AtomicU64,
}

/// One exchange, as it is recorded. Times in nanoseconds since T0.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exchange {
    pub(crate) step: usize,
    pub(crate) intended: u64,
    /// Absent if no connection could be made.
    pub(crate) sent: Option<u64>,
    pub(crate) done: u64,
    /// The first request of its arrival: its send delay is the generator's own.
    pub(crate) first: bool,
    pub(crate) status: Option<u16>,
    pub(crate) body_bytes: u64,
    pub(crate) failure: Option<FailureKind>,
}

/// Where a user is in its current arrival.
#[derive(Debug, Clone, Copy)]
struct Visit {
    arrival: u64,
    phase: Phase,
    scenario: usize,
    /// Index of the scenario's first step among all steps.
    first_step: usize,
    steps: usize,
    /// Intended start of the next request.
    intended: u64,
    /// Intended start of the transaction.
    began: u64,
    /// Requests sent so far.
    sent: u32,
    /// Why the transaction failed, if it did.
    failure: Option<FailureKind>,
    /// Why the arrival failed, if it did.
    arrival_failure: Option<FailureKind>,
}

const SETUP: Visit = Visit {
    arrival: 0,
    phase: Phase::Setup,
    scenario: 0,
    first_step: 0,
    steps: usize::MAX,
    intended: 0,
    began: 0,
    sent: 0,
    failure: None,
    arrival_failure: None,
};

/// One user's connection, buffers and place in the run; it lives in Goose's session data.
pub struct Session {
    shared: Arc<Shared>,
    clock: Clock,
    user: usize,
    transport: Transport,
    message: Vec<u8>,
    url: String,
    visit: Visit,
}

/// Goose asks this of what it keeps for a user. A copy is another user's session: it has a connection of its own.
impl Clone for Session {
    fn clone(&self) -> Self {
        Self {
            shared: self.shared.clone(),
            transport: self.transport.another(),
            message: Vec::new(),
            url: String::new(),
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
            message: Vec::with_capacity(512),
            url: String::new(),
            visit: SETUP,
        }
    }

    /// The number of this user, from 0.
    pub fn user(&self) -> usize {
        self.user
    }

    /// The number of the arrival this user works on: with the plan's seed it decides what is sent.
    pub fn arrival(&self) -> u64 {
        self.visit.arrival
    }

    /// Sends a request of the scenario's step number `step` and reads the whole answer. A status that is not expected is a failure; each
    /// failure has been recorded when it is returned.
    pub async fn send(&mut self, step: usize, request: Request<'_>) -> Result<Reply<'_>, Failed> {
        self.send_checked(step, request, |_| true).await
    }

    /// As [`Session::send`]; an answer for which `check` is false counts as failed, because a wrong answer quickly given is an error and
    /// not speed.
    pub async fn send_checked(
        &mut self,
        step: usize,
        request: Request<'_>,
        check: impl FnOnce(Reply<'_>) -> bool,
    ) -> Result<Reply<'_>, Failed> {
        assert!(
            step < self.visit.steps,
            "step {step} is not one of the scenario's {} steps",
            self.visit.steps
        );
        let mut exchange = self.exchange(step, &request).await;
        if exchange.failure.is_none() {
            exchange.failure = self.judge(&exchange, &request, check);
        }
        self.note(&exchange);
        match exchange.failure {
            Some(kind) => Err(Failed(kind)),
            None => Ok(Reply {
                status: exchange.status.unwrap_or_default(),
                body: self.transport.body(),
            }),
        }
    }

    fn judge(
        &self,
        exchange: &Exchange,
        request: &Request<'_>,
        check: impl FnOnce(Reply<'_>) -> bool,
    ) -> Option<FailureKind> {
        let status = exchange.status.unwrap_or_default();
        let body = self.transport.body();
        if !request.accepts(status) {
            Some(FailureKind::Status)
        } else if !check(Reply { status, body }) {
            Some(FailureKind::Check)
        } else {
            None
        }
    }

    async fn exchange(&mut self, step: usize, request: &Request<'_>) -> Exchange {
        let mut exchange = Exchange {
            step: self.visit.first_step + step,
            intended: self.visit.intended,
            sent: None,
            done: 0,
            first: self.visit.sent == 0,
            status: None,
            body_bytes: 0,
            failure: None,
        };
        let result = if request.is_clean() {
            self.compose(request);
            self.exchange_within_timeout(request, &mut exchange).await
        } else {
            Err(FailureKind::Malformed)
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

    async fn exchange_within_timeout(
        &mut self,
        request: &Request<'_>,
        exchange: &mut Exchange,
    ) -> Result<crate::http1::Answer, FailureKind> {
        let timeout = self.shared.timeout;
        match tokio::time::timeout(timeout, self.transport.open(&self.shared.addresses)).await {
            Ok(opened) => opened?,
            Err(_) => return Err(FailureKind::Connect),
        }
        exchange.sent = Some(self.clock.now());
        let answer = self.transport.exchange(&self.message, &self.url, request);
        if let Ok(result) = tokio::time::timeout(timeout, answer).await {
            return result;
        }
        self.transport.close();
        Err(FailureKind::Timeout)
    }

    // The whole message in one buffer, so that it leaves in one write.
    fn compose(&mut self, request: &Request<'_>) {
        let Visit { arrival, sent, .. } = self.visit;
        let message = &mut self.message;
        message.clear();
        for part in [
            request.method.as_bytes(),
            b" ",
            request.path.as_bytes(),
            b" HTTP/1.1\r\n",
        ] {
            message.extend_from_slice(part);
        }
        message.extend_from_slice(&self.shared.fields);
        // Writing to a Vec cannot fail.
        let _ = write!(message, "{arrival}-{sent}\r\n");
        for (name, value) in request.headers {
            let _ = write!(message, "{name}: {value}\r\n");
        }
        if let Some(body) = request.body {
            let _ = write!(
                message,
                "content-type: application/json\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            message.extend_from_slice(body);
        } else {
            message.extend_from_slice(b"\r\n");
        }
        if let Transport::General { .. } = self.transport {
            self.url.clear();
            self.url.push_str(&self.shared.origin);
            self.url.push_str(request.path);
        }
    }

    fn note(&mut self, exchange: &Exchange) {
        let visit = &mut self.visit;
        visit.sent += 1;
        // A later request depends on this answer: it is due when the answer is there.
        visit.intended = exchange.done;
        if let Some(kind) = exchange.failure {
            visit.failure.get_or_insert(kind);
            visit.arrival_failure.get_or_insert(kind);
        }
        if visit.phase != Phase::Setup {
            self.shared.recorder.exchange(visit.phase, exchange);
        }
    }

    pub(crate) fn set_clock(&mut self, clock: Clock) {
        self.clock = clock;
    }

    pub(crate) fn clock(&self) -> Clock {
        self.clock
    }

    /// Connects before T0, so that no arrival of a plain run waits for a connection.
    pub(crate) async fn connect(&mut self) -> Result<(), FailureKind> {
        let open = self.transport.open(&self.shared.addresses);
        tokio::time::timeout(self.shared.timeout, open)
            .await
            .unwrap_or(Err(FailureKind::Connect))
    }

    pub(crate) fn begin_arrival(&mut self, start: Start) {
        self.visit = Visit {
            arrival: start.arrival,
            phase: start.phase,
            scenario: start.scenario,
            first_step: start.first_step,
            steps: start.steps,
            intended: start.intended,
            began: start.intended,
            ..SETUP
        };
        self.shared
            .inflight
            .begin(self.user, start.phase, start.intended);
    }

    /// Starts a transaction of the arrival: due when the one before it ended.
    pub(crate) fn begin_transaction(&mut self) {
        self.visit.began = self.visit.intended;
        self.visit.failure = None;
    }

    /// Records the transaction; `good` is what the scenario says of it.
    pub(crate) fn end_transaction(&mut self, good: bool) {
        let visit = &mut self.visit;
        if !good {
            visit.failure.get_or_insert(FailureKind::Check);
            visit.arrival_failure.get_or_insert(FailureKind::Check);
        }
        let response = visit
            .failure
            .is_none()
            .then(|| visit.intended - visit.began);
        self.shared
            .recorder
            .transaction(visit.phase, visit.scenario, response);
    }

    pub(crate) fn end_arrival(&mut self) {
        let (visit, shared) = (self.visit, &self.shared);
        let clear = || shared.inflight.end(self.user);
        shared
            .recorder
            .arrival(visit.phase, visit.arrival_failure, clear);
    }

    /// When the last answer was complete: a closed user's next start counts from here.
    pub(crate) fn last_done(&self) -> u64 {
        self.visit.intended
    }

    pub(crate) fn could_not_connect(&self) -> bool {
        self.visit.arrival_failure == Some(FailureKind::Connect)
    }

    pub(crate) fn next_number(&self) -> u64 {
        self.shared.sequence.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn count_due(&self, phase: Phase) {
        self.shared.due.all.fetch_add(1, Ordering::Relaxed);
        if phase == Phase::Steady {
            self.shared.due.steady.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The start of an arrival.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start {
    pub(crate) arrival: u64,
    pub(crate) phase: Phase,
    pub(crate) scenario: usize,
    pub(crate) first_step: usize,
    pub(crate) steps: usize,
    pub(crate) intended: u64,
}
