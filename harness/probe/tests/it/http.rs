//! The request layer in front of an axum router, and its cost in allocations.

use std::convert::Infallible;
use std::future::{Future, ready};
use std::task::{Context, Poll, Waker};

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, Response, StatusCode};
use axum::routing::{get, post};
use probe::metrics::Registry;
use probe::{alloc, http};
use record::catalog;
use tower::{Layer, Service, ServiceExt};

fn app(registry: &Registry) -> Router {
    let inner = Router::new().route("/balance", get(|| async { "0" }));
    Router::new()
        .route("/accounts/{id}", get(|| async { "account" }))
        .route("/fail", post(|| async { StatusCode::CONFLICT }))
        .nest("/v1", inner)
        .layer(http::layer(registry))
}

async fn call(app: &Router, method: &str, path: &str) -> StatusCode {
    let request = Request::builder().method(method).uri(path);
    let request = request.body(Body::empty()).unwrap();
    app.clone().oneshot(request).await.unwrap().status()
}

fn requests(registry: &Registry) -> Vec<String> {
    let text = registry.render();
    let lines = text
        .lines()
        .filter(|line| line.starts_with("http_requests_total"));
    lines.map(str::to_owned).collect()
}

#[tokio::test]
async fn requests_are_counted_by_method_template_and_status() {
    let registry = Registry::new();
    let app = app(&registry);
    for id in ["1", "2", "3"] {
        call(&app, "GET", &format!("/accounts/{id}")).await;
    }
    call(&app, "POST", "/fail").await;
    call(&app, "GET", "/v1/balance").await;
    assert_eq!(
        requests(&registry),
        [
            r#"http_requests_total{method="GET",route="/accounts/{id}",code="200"} 3"#,
            r#"http_requests_total{method="GET",route="/v1/balance",code="200"} 1"#,
            r#"http_requests_total{method="POST",route="/fail",code="409"} 1"#,
        ]
    );
    let text = registry.render();
    let count = r#"http_request_duration_seconds_count{method="GET",route="/accounts/{id}"} 3"#;
    assert!(text.contains(count), "{text}");
    assert!(text.contains("http_requests_in_flight 0"), "{text}");
}

#[tokio::test]
async fn what_matches_no_route_or_method_is_other() {
    let registry = Registry::new();
    let app = app(&registry);
    assert_eq!(call(&app, "GET", "/no/such").await, 404);
    assert_eq!(call(&app, "GET", "/neither").await, 404);
    call(&app, "BREW", "/accounts/1").await;
    assert_eq!(
        requests(&registry),
        [
            r#"http_requests_total{method="GET",route="other",code="404"} 2"#,
            r#"http_requests_total{method="OTHER",route="/accounts/{id}",code="405"} 1"#,
        ]
    );
}

#[tokio::test]
async fn a_request_is_in_flight_until_it_is_dropped() {
    let registry = Registry::new();
    let in_flight = registry.gauge(&catalog::HTTP_IN_FLIGHT, &[]);
    let slow = tower::service_fn(|_: Request<Body>| {
        std::future::pending::<Result<Response<Body>, Infallible>>()
    });
    let mut service = http::layer(&registry).layer(slow);
    let future = service.call(Request::new(Body::empty()));
    assert!((in_flight.get() - 1.0).abs() < f64::EPSILON);
    drop(future);
    assert!(in_flight.get().abs() < f64::EPSILON);
}

#[test]
fn counting_a_request_allocates_nothing_in_steady_state() {
    let registry = Registry::new();
    let inner = tower::service_fn(|_: Request<()>| ready(Ok::<_, Infallible>(Response::new(()))));
    let mut service = http::layer(&registry).layer(inner);
    let mut send = || {
        let mut request = Request::new(());
        *request.method_mut() = Method::PUT;
        let mut future = std::pin::pin!(service.call(request));
        let mut context = Context::from_waker(Waker::noop());
        assert!(matches!(
            future.as_mut().poll(&mut context),
            Poll::Ready(Ok(_))
        ));
    };
    send();
    let before = alloc::thread_counters();
    (0..100).for_each(|_| send());
    let counted = alloc::thread_counters().since(&before);
    assert_eq!(counted.allocations, 0);
    let line = r#"http_requests_total{method="PUT",route="other",code="200"} 101"#;
    assert!(registry.render().contains(line));
}
