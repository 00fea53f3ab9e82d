//! What each client has under way: nobody alone fills the queue.
//!
//! A client is a bearer token, or else an address. Requests are counted as the queue counts items, and their bodies by the records of
//! 128 bytes that they could be: what is in them is not known before it is read, and reading it is what is to be saved.

use super::error::ApiError;
use super::sender::Peer;
use crate::executor::QueueLimits;
use crate::ledger::{Outcome, RECORD_BYTES, Status};
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH};
use axum::http::{HeaderMap, HeaderValue};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// Clients that are remembered; beyond them those with nothing under way are forgotten.
const REMEMBERED: usize = 10_000;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Client {
    Token(Vec<u8>),
    Address(IpAddr),
}

impl Client {
    /// `None` for a connection without an address, which only tests have.
    fn of(request: &Request) -> Option<Self> {
        if let Some(token) = request.headers().get(AUTHORIZATION) {
            return Some(Self::Token(token.as_bytes().to_vec()));
        }
        let Peer(address) = request.extensions().get()?;
        Some(Self::Address(address.ip()))
    }
}

/// What one client has under way.
#[derive(Debug, Default)]
struct Usage {
    items: AtomicUsize,
    commands: AtomicUsize,
}

/// All clients.
#[derive(Debug)]
pub(super) struct Clients {
    items_max: usize,
    commands_max: usize,
    known: RwLock<HashMap<Client, Arc<Usage>>>,
}

/// A request under way; ends when it is dropped.
#[derive(Debug)]
pub(super) struct Underway {
    usage: Arc<Usage>,
    commands: usize,
}

impl Drop for Underway {
    fn drop(&mut self) {
        self.usage.items.fetch_sub(1, Ordering::Relaxed);
        self.usage
            .commands
            .fetch_sub(self.commands, Ordering::Relaxed);
    }
}

impl Clients {
    /// Half of the queue for each.
    pub(super) fn new(queue: &QueueLimits) -> Self {
        Self {
            items_max: queue.items.get().div_ceil(2),
            commands_max: queue.commands.get().div_ceil(2),
            known: RwLock::default(),
        }
    }

    /// Counts a request until what is returned is dropped.
    ///
    /// # Errors
    /// `client_limited`, if the client has too much under way.
    pub(super) fn enter(&self, request: &Request) -> Result<Option<Underway>, ApiError> {
        let Some(client) = Client::of(request) else {
            return Ok(None);
        };
        let usage = self.usage(client);
        let commands = commands(request.headers());
        let items = usage.items.fetch_add(1, Ordering::Relaxed);
        let before = usage.commands.fetch_add(commands, Ordering::Relaxed);
        // From here on the end of this value takes both back.
        let underway = Underway { usage, commands };
        // A single large request is for the queue to judge.
        let too_much = before > 0 && before + commands > self.commands_max;
        if items >= self.items_max || too_much {
            return Err(ApiError::refusal(&Outcome::Unrecorded(
                Status::ClientLimited,
            )));
        }
        Ok(Some(underway))
    }

    fn usage(&self, client: Client) -> Arc<Usage> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(usage) = known.get(&client) {
            return Arc::clone(usage);
        }
        drop(known);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.retain(|_, usage| Arc::strong_count(usage) > 1);
        }
        Arc::clone(known.entry(client).or_default())
    }
}

/// How many records the body could be, by its announced length.
fn commands(headers: &HeaderMap) -> usize {
    let length = headers.get(CONTENT_LENGTH).map(HeaderValue::to_str);
    let length = length
        .and_then(Result::ok)
        .and_then(|text| text.parse().ok());
    length.map_or(1, |bytes: usize| (bytes / RECORD_BYTES).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use std::num::NonZeroUsize;

    fn clients() -> Clients {
        Clients::new(&QueueLimits {
            items: NonZeroUsize::new(4).unwrap(),
            commands: NonZeroUsize::new(100).unwrap(),
        })
    }

    fn request(token: &str, bytes: usize) -> Request {
        Request::post("/v1/batch")
            .header(AUTHORIZATION, token)
            .header(CONTENT_LENGTH, bytes)
            .body(Body::empty())
            .unwrap()
    }

    #[test]
    fn half_of_the_items_are_for_one_client_and_the_rest_for_others() {
        let clients = clients();
        let first = clients.enter(&request("a", 1)).unwrap();
        let _second = clients.enter(&request("a", 1)).unwrap();
        assert!(clients.enter(&request("a", 1)).is_err());
        assert!(clients.enter(&request("b", 1)).is_ok());
        drop(first);
        assert!(clients.enter(&request("a", 1)).is_ok());
    }

    #[test]
    fn half_of_the_commands_are_for_one_client_but_a_single_batch_is_let_through() {
        let clients = clients();
        let large = clients.enter(&request("a", 100 * RECORD_BYTES)).unwrap();
        assert!(clients.enter(&request("a", 1)).is_err());
        drop(large);
        let _half = clients.enter(&request("a", 40 * RECORD_BYTES)).unwrap();
        assert!(clients.enter(&request("a", 11 * RECORD_BYTES)).is_err());
        assert!(clients.enter(&request("a", 10 * RECORD_BYTES)).is_ok());
    }

    #[test]
    fn who_has_nothing_under_way_is_forgotten_when_there_are_too_many() {
        let clients = clients();
        let _stays = clients.enter(&request("stays", 1)).unwrap();
        for number in 0..REMEMBERED {
            drop(clients.enter(&request(&number.to_string(), 1)));
        }
        let known = clients.known.read().unwrap();
        assert!(known.len() <= REMEMBERED);
        assert!(known.contains_key(&Client::Token(b"stays".to_vec())));
    }

    #[test]
    fn a_request_without_token_and_address_is_not_counted() {
        let request = Request::get("/").body(Body::empty()).unwrap();
        assert!(clients().enter(&request).unwrap().is_none());
    }
}
