//! Routes that can be counted: the document of the interface is held against them.

use super::body::{BATCH_BYTES_MAX, BODY_BYTES_MAX, CommandRequest};
use super::{Answer, Service};
use crate::ledger::Kind;
use crate::metrics::Surface;
use axum::Router;
use axum::extract::{Request, State};
use axum::routing::{self, MethodFilter, MethodRouter};
use std::sync::Arc;
use std::time::Instant;

/// Paths with their methods, as they were added.
#[derive(Debug, Default)]
pub(super) struct Routes {
    pub(super) router: Router<Arc<Service>>,
    /// Method in lower case, then path.
    pub(super) served: Vec<(&'static str, &'static str)>,
}

impl Routes {
    /// Adds a path.
    pub(super) fn route(mut self, path: &'static str, methods: Methods) -> Self {
        let served = methods.names.into_iter().map(|method| (method, path));
        self.served.extend(served);
        self.router = self.router.route(path, methods.router);
        self
    }
}

/// The methods of one path.
#[derive(Debug)]
pub(super) struct Methods {
    router: MethodRouter<Arc<Service>>,
    names: Vec<&'static str>,
}

impl Methods {
    fn one(name: &'static str, router: MethodRouter<Arc<Service>>) -> Self {
        Self {
            router,
            names: vec![name],
        }
    }

    /// Both.
    pub(super) fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.names.extend(other.names);
        self
    }
}

/// A route that reads.
pub(super) fn reads<F, A>(handler: F) -> Methods
where
    F: Fn(Arc<Service>, Request) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Answer> + Send,
{
    asks(handler, Surface::Single)
}

/// A route that operators and auditors read.
pub(super) fn watches<F, A>(handler: F) -> Methods
where
    F: Fn(Arc<Service>, Request) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Answer> + Send,
{
    asks(handler, Surface::Admin)
}

fn asks<F, A>(handler: F, surface: Surface) -> Methods
where
    F: Fn(Arc<Service>, Request) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Answer> + Send,
{
    let router = routing::get(
        move |State(service): State<Arc<Service>>, request: Request| async move {
            let answer = async {
                // Whoever looks after the engine is not counted: it must be seen when it is overloaded.
                let _underway = match surface {
                    Surface::Admin => None,
                    Surface::Single | Surface::Batch | Surface::Webhook => {
                        service.enter(&request)?
                    }
                };
                handler(Arc::clone(&service), request).await
            };
            timed(&service, surface, answer).await
        },
    );
    Methods::one("get", router)
}

/// Counts how long an answer takes, and lets the faults that concern requests happen in that time. No layer does that: an engine that is to be
/// slower by one thing must not be slower by a layer, too.
async fn timed(
    service: &Service,
    surface: Surface,
    answer: impl Future<Output = Answer>,
) -> Answer {
    let began = Instant::now();
    service.injector().on_request();
    let answer = answer.await;
    service.metrics().answered(surface, began.elapsed());
    answer
}

/// A route that takes commands, one a request.
pub(super) fn commands<F, A>(handler: F) -> Methods
where
    F: Fn(Arc<Service>, CommandRequest) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Answer> + Send,
{
    Methods::one(
        "post",
        on(MethodFilter::POST, handler, BODY_BYTES_MAX, Surface::Single),
    )
}

/// The same, for what replaces something that has a path.
pub(super) fn changes<F, A>(handler: F) -> Methods
where
    F: Fn(Arc<Service>, CommandRequest) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Answer> + Send,
{
    Methods::one(
        "put",
        on(MethodFilter::PUT, handler, BODY_BYTES_MAX, Surface::Admin),
    )
}

/// A route that takes many commands at once.
pub(super) fn batches<F, A>(handler: F) -> Methods
where
    F: Fn(Arc<Service>, CommandRequest) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Answer> + Send,
{
    Methods::one(
        "post",
        on(MethodFilter::POST, handler, BATCH_BYTES_MAX, Surface::Batch),
    )
}

/// A short form: the path says the kind.
pub(super) fn of_kind(kind: Kind) -> Methods {
    commands(move |service, request| super::commands::of_kind(service, request, kind))
}

/// A route that others deliver to, under signatures of their own.
pub(super) fn deliveries<F, A>(handler: F) -> Methods
where
    F: Fn(Arc<Service>, CommandRequest) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Answer> + Send,
{
    let router = routing::post(
        move |State(service): State<Arc<Service>>, request: Request| async move {
            let answer = async {
                let _underway = service.enter(&request)?;
                let request =
                    CommandRequest::read_delivery(&service, request, BODY_BYTES_MAX).await?;
                handler(Arc::clone(&service), request).await
            };
            timed(&service, Surface::Webhook, answer).await
        },
    );
    Methods::one("post", router)
}

fn on<F, A>(
    method: MethodFilter,
    handler: F,
    most: usize,
    surface: Surface,
) -> MethodRouter<Arc<Service>>
where
    F: Fn(Arc<Service>, CommandRequest) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Answer> + Send,
{
    routing::on(
        method,
        move |State(service): State<Arc<Service>>, request: Request| async move {
            let answer = async {
                let _underway = service.enter(&request)?;
                let request = CommandRequest::read(&service, request, most).await?;
                handler(Arc::clone(&service), request).await
            };
            timed(&service, surface, answer).await
        },
    )
}
