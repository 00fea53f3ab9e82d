//! Connections: each is HTTP/1.1 over the routes, and ends in order when the engine does.

use crate::http::{BoundedListener, Peer};
use axum::Router;
use axum::body::Body;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use std::pin::pin;
use tower_service::Service as _;

/// Accepts connections until `shutdown` is ready, then waits for the requests that are under way.
///
/// It stands for `axum::serve`, which sets one option too few: with half-closed connections allowed, hyper does not look for the end of a
/// connection while its request is under way. That look takes a buffer of 8 KiB for every request, because the request still holds the
/// buffer that it came in, and an answer is owed to a caller who has merely sent all that it will.
pub(super) async fn serve(
    mut listener: BoundedListener,
    router: Router,
    shutdown: impl Future<Output = ()>,
) {
    let graceful = GracefulShutdown::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let (connection, address) = tokio::select! {
            accepted = listener.accept() => accepted,
            () = shutdown.as_mut() => break,
        };
        let peer = Peer(address);
        let router = router.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            // A router is always ready.
            router.clone().call(request.map(Body::new))
        });
        let served = http1::Builder::new()
            .half_close(true)
            .serve_connection(TokioIo::new(connection), service);
        // A connection that breaks is its caller's business, and its requests are counted as they end.
        tokio::spawn(graceful.watch(served));
    }
    drop(listener);
    graceful.shutdown().await;
}
