//! Routes that can be counted: the document of the interface is held against them.

use super::body::{BATCH_BYTES_MAX, BODY_BYTES_MAX, CommandRequest};
use super::commands::Read;
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

/// A route that reads. What it has read of the request it gives back before it waits for the ledger, as [`super::commands::Ready`] does.
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
            let began = begin(&service);
            // Whoever looks after the engine is not counted: it must be seen when it is overloaded.
            let underway = match surface {
                Surface::Admin => Ok(None),
                Surface::Single | Surface::Batch | Surface::Webhook => service.enter(&request),
            };
            let answer = match underway {
                Ok(_underway) => handler(Arc::clone(&service), request).await,
                Err(refused) => Err(refused),
            };
            service.metrics().answered(surface, began.elapsed());
            answer
        },
    );
    Methods::one("get", router)
}

/// When an answer began that will be counted; the faults that concern requests happen in its time. No layer does that: an engine that is to be
/// slower by one thing must not be slower by a layer, too. And no future around the answer's: it would hold the memory of that one twice.
fn begin(service: &Service) -> Instant {
    let began = Instant::now();
    service.injector().on_request();
    began
}

/// A route that takes commands, one a request.
pub(super) fn commands(read: impl Read) -> Methods {
    takes(move |service, request| super::commands::apply(service, request, read))
}

/// A short form: the path says the kind.
pub(super) fn of_kind(kind: Kind) -> Methods {
    commands(super::commands::of_kind(kind))
}

/// A route that takes commands, and answers them in a form of its own.
pub(super) fn takes<F, A>(handler: F) -> Methods
where
    F: Fn(Arc<Service>, CommandRequest) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Answer> + Send,
{
    Methods::one(
        "post",
        on(MethodFilter::POST, handler, BODY_BYTES_MAX, Surface::Single),
    )
}

/// A route that takes commands which replace something that has a path.
pub(super) fn changes(read: impl Read) -> Methods {
    let handler = move |service, request| super::commands::apply(service, request, read);
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

/// A route that others deliver to, under signatures of their own.
pub(super) fn deliveries<F, A>(handler: F) -> Methods
where
    F: Fn(Arc<Service>, CommandRequest) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Answer> + Send,
{
    let router = routing::post(
        move |State(service): State<Arc<Service>>, request: Request| async move {
            let began = begin(&service);
            let answer = match service.enter(&request) {
                Ok(_underway) => {
                    match CommandRequest::read_delivery(&service, request, BODY_BYTES_MAX).await {
                        Ok(request) => handler(Arc::clone(&service), request).await,
                        Err(error) => Err(error),
                    }
                }
                Err(refused) => Err(refused),
            };
            let took = began.elapsed();
            service.metrics().answered(Surface::Webhook, took);
            answer
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
            let began = begin(&service);
            let answer = match service.enter(&request) {
                Ok(_underway) => match CommandRequest::read(&service, request, most).await {
                    Ok(request) => handler(Arc::clone(&service), request).await,
                    Err(error) => Err(error),
                },
                Err(refused) => Err(refused),
            };
            service.metrics().answered(surface, began.elapsed());
            answer
        },
    )
}
