//! The only effect of the house: it offers load and writes down what happened.
//!
//! Goose owns users, scenarios and weights. This crate owns the rest, because Goose's own clock starts after its throttle, stops at
//! the answer's head and knows no intended start: pacing ([`pacer`]), the HTTP client ([`http1`]), recording ([`recorder`]), phases and
//! the reading of profiles and processes.

mod admin;
mod alarm;
mod attack;
mod awake;
mod client;
mod clock;
mod collector;
mod edges;
mod exposition;
mod fetch;
mod handover;
mod health;
mod http1;
mod inflight;
mod judge;
mod local;
mod measure;
mod observer;
mod pacer;
mod place;
mod pprof;
mod proc;
mod recorder;
mod request;
mod session;
mod target;
mod transport;
mod turns;
mod workload;
pub mod yardstick;

pub use awake::{KeptAwake, keep_awake};
pub use client::{Client, ClientError};
pub use clock::monotonic as monotonic_ns;
pub use exposition::Exposition;
pub use health::HealthReading;
pub use judge::{AsPlanned, Bin, Decision, Judge};
pub use measure::{
    DriverError, Job, Liveness, Measured, ProfileBytes, ShiftWork, TailFacts, TakenProfile, measure,
};
pub use observer::{Observer, WindowView};
pub use place::{Placement, pin, runtime, step_back};
pub use proc::{Process, machine};
pub use recorder::{PhaseSet, StepSet, TransactionSet};
pub use request::{Failed, Reply, Request};
pub use session::{Session, session};
pub use target::{Address, AddressError};
pub use workload::{AuditFuture, Journey, Workload};
