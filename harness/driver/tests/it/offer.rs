//! One run of the driver with a single step.

use crate::server::Server;
use driver::yardstick::Yardstick;
use driver::{
    Address, AuditFuture, Client, ClientError, Job, Journey, Measured, Observer, Process, Request,
    ShiftWork, WindowView, Workload, measure, session,
};
use goose::goose::{Scenario, Transaction, TransactionFunction};
use record::shift::Shifts;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

pub struct Offer {
    pub url: String,
    /// Open model where there is one.
    pub rate: Option<u32>,
    /// Users in the closed model.
    pub connections: u32,
    pub seconds: u32,
    pub timeout: Duration,
    pub drain: Duration,
    pub warmup: Duration,
    /// `constant` or `poisson`.
    pub arrivals: &'static str,
    pub seed: u64,
    /// The target's, where it has one of its own.
    pub process: Option<Process>,
    /// Where another run has every other turn.
    pub shifts: Option<Shifts>,
}

impl Offer {
    pub fn open(server: &Server, rate: u32, seconds: u32) -> Self {
        Self::open_at(server.url(), rate, seconds)
    }

    pub fn open_at(url: String, rate: u32, seconds: u32) -> Self {
        Self {
            url,
            rate: Some(rate),
            connections: 64,
            seconds,
            timeout: Duration::from_secs(5),
            drain: Duration::from_secs(5),
            warmup: Duration::from_secs(1),
            arrivals: "constant",
            seed: 1,
            process: None,
            shifts: None,
        }
    }

    pub fn open_to(target: &Yardstick, rate: u32, seconds: u32) -> Self {
        Self {
            process: Some(Process::of(target.pid())),
            ..Self::open_at(target.url(), rate, seconds)
        }
    }

    pub fn closed(server: &Server, users: u32, seconds: u32) -> Self {
        Self::open(server, 1, seconds).closed_by(users)
    }

    /// The same without a rate: so many users instead.
    pub fn closed_by(self, users: u32) -> Self {
        Self {
            rate: None,
            connections: users,
            ..self
        }
    }

    /// The plan that is run.
    pub fn parsed(&self) -> plan::Plan {
        plan::parse::plan(&self.plan(), "test").unwrap()
    }

    fn plan(&self) -> String {
        let schedule = match self.rate {
            Some(rate) => format!(
                "arrivals = \"{}\"\nrate = \"{rate}/s\"\nmax_in_flight = {}",
                self.arrivals, self.connections
            ),
            None => format!("users = {}\nthink = \"0ms\"", self.connections),
        };
        format!(
            "schema = 1\nname = \"test\"\nseed = {}\nmodel = \"{}\"\ntarget = {{ timeout = \"{}ms\" }}\n\
             phases = {{ warmup = \"{}ms\", duration = \"{}s\", drain = \"{}ms\" }}\n[schedule]\n{schedule}\n[[scenario]]\nname = \"get\"\nweight = 1\n",
            self.seed,
            if self.rate.is_some() {
                "open"
            } else {
                "closed"
            },
            self.timeout.as_millis(),
            self.warmup.as_millis(),
            self.seconds,
            self.drain.as_millis(),
        )
    }
}

struct Get;

impl Workload for Get {
    fn journeys(&self) -> Vec<Journey> {
        let get: TransactionFunction = Arc::new(|user| {
            Box::pin(async move {
                session(user).send(0, Request::get("/")).await?;
                Ok(())
            })
        });
        vec![Journey {
            scenario: Scenario::new("get").register_transaction(Transaction::new(get)),
            steps: vec!["get".to_owned()],
        }]
    }

    fn prepare<'a>(
        &'a self,
        _client: &'a Client,
    ) -> Pin<Box<dyn Future<Output = Result<(), ClientError>> + Send + 'a>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn audit<'a>(&'a self, _client: &'a Client) -> AuditFuture<'a> {
        Box::pin(std::future::ready(Ok(None)))
    }
}

struct Nobody;

impl Observer for Nobody {
    fn window(&self, _view: &WindowView<'_>) {}
}

/// Goose keeps its switch in a static, so attacks of one process run one after the other.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

pub fn offer(offer: &Offer) -> Measured {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let runtime = driver::runtime(2).unwrap();
    let job = Job {
        plan: offer.parsed(),
        address: Address::parse(&offer.url).unwrap(),
        workload: Arc::new(Get),
        shifts: offer.shifts.map(|shifts| ShiftWork {
            shifts,
            begin: Box::new(|| Some(driver::monotonic_ns() + 20_000_000)),
        }),
        run_id: "test".to_owned(),
        shards: 2,
        process: offer.process,
        admin: None,
        tail: false,
        liveness: Box::new(|| None),
        log: Box::new(std::io::sink()),
        observer: Arc::new(Nobody),
        judge: Box::new(driver::AsPlanned),
        counter: None,
    };
    let measured = runtime.block_on(measure(job)).unwrap();
    runtime.shutdown_background();
    measured
}
