//! Who may see profiles: programs on the same machine, or those that know a token.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use axum::middleware::Next;
use axum::response::Response;

use super::answer::failure;

/// The token, if there is one.
pub(super) type Token = Option<Arc<str>>;

/// Lets a request through or answers why not.
pub(super) async fn check(State(token): State<Token>, request: Request, next: Next) -> Response {
    let refused = match &token {
        Some(token) => without_token(&request, token),
        None => not_local(&request),
    };
    match refused {
        Some(response) => response,
        None => next.run(request).await,
    }
}

fn without_token(request: &Request, token: &str) -> Option<Response> {
    let header = request.headers().get(AUTHORIZATION);
    let given = header.and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    if given.is_some_and(|given| same(given, token.as_bytes())) {
        return None;
    }
    let mut response = failure(StatusCode::UNAUTHORIZED, "profiles need a bearer token");
    let scheme = HeaderValue::from_static("Bearer");
    response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
    Some(response)
}

/// Compares in a time that does not tell where the first difference is.
fn same(given: &[u8], token: &[u8]) -> bool {
    let differences = given
        .iter()
        .zip(token)
        .fold(0, |sum, (given, wanted)| sum | (given ^ wanted));
    given.len() == token.len() && differences == 0
}

fn not_local(request: &Request) -> Option<Response> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let reason = match peer {
        Some(ConnectInfo(peer)) if peer.ip().to_canonical().is_loopback() => return None,
        Some(ConnectInfo(peer)) => format!(
            "profiles are served to this machine only, not to {}; set a bearer token to allow others",
            peer.ip()
        ),
        None => "the peer is unknown; serve with into_make_service_with_connect_info::<SocketAddr>(), or set a bearer token"
            .to_owned(),
    };
    Some(failure(StatusCode::FORBIDDEN, &reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_equal_as_a_whole() {
        assert!(same(b"secret", b"secret"));
        for other in [&b""[..], b"secre", b"secrets", b"Secret"] {
            assert!(!same(other, b"secret"));
        }
    }

    fn from(peer: &str) -> Option<Response> {
        let mut request = Request::new(axum::body::Body::empty());
        let peer: SocketAddr = peer.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        not_local(&request)
    }

    #[test]
    fn without_a_token_only_this_machine_is_served() {
        for local in ["127.0.0.1:1", "[::1]:1", "[::ffff:127.0.0.1]:1"] {
            assert!(from(local).is_none(), "{local}");
        }
        for other in ["10.0.0.1:1", "[2001:db8::1]:1"] {
            assert_eq!(from(other).unwrap().status(), StatusCode::FORBIDDEN);
        }
        let unknown = not_local(&Request::new(axum::body::Body::empty()));
        assert_eq!(unknown.unwrap().status(), StatusCode::FORBIDDEN);
    }
}
