//! What the composition root hands to the driver: Goose scenarios, and what comes before and after them.

use crate::client::{Client, ClientError};
use goose::goose::Scenario;
use record::run::Audit;
use std::future::Future;
use std::pin::Pin;

/// An ordinary Goose scenario and the names of its steps. Its transactions send through [`crate::session`]; in the open model one
/// arrival runs all of them once, in the order of their sequence; in the closed model Goose runs them by weight and sequence.
pub struct Journey {
    /// The scenario; its name and weight are the plan's.
    pub scenario: Scenario,
    /// Names of the steps that [`crate::Session::send`] numbers; never raw URLs.
    pub steps: Vec<String>,
}

/// A future that borrows nothing but the workload.
pub type AuditFuture<'a> =
    Pin<Box<dyn Future<Output = Result<Option<Audit>, ClientError>> + Send + 'a>>;

/// What users do to a target.
pub trait Workload: Send + Sync {
    /// The scenarios, in the plan's order.
    fn journeys(&self) -> Vec<Journey>;

    /// Prepares the target before T0: opens accounts and the like. Nothing of it is measured.
    fn prepare<'a>(
        &'a self,
        client: &'a Client,
    ) -> Pin<Box<dyn Future<Output = Result<(), ClientError>> + Send + 'a>>;

    /// After the run: is what the target answered also what it did? `None` where there is nothing to check.
    fn audit<'a>(&'a self, client: &'a Client) -> AuditFuture<'a>;
}
