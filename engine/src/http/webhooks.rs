//! What providers tell of: verified over the raw bytes, then one command, answered when it is durable.

use super::body::CommandRequest;
use super::error::ApiError;
use super::{Answer, Service, answer, sender};
use crate::evidence::Origin;
use crate::json;
use crate::json::wire::answer::Shown;
use crate::json::wire::webhook::DeliveryAnswer;
use crate::ledger::{Outcome, Sequence};
use crate::webhook::command_id;
use axum::http::{HeaderMap, HeaderValue};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// `POST /v1/webhooks/{provider}`: 200 once the outcome is durable, whatever it is, and 200 with the first outcome for the same
/// event again. A provider need not deliver again what was refused for good.
pub(super) async fn post(service: Arc<Service>, request: CommandRequest) -> Answer {
    let provider = service.provider(request.third_segment()).ok_or_else(|| {
        ApiError::not_found("provider_unknown", "no such provider of webhooks", None)
    })?;
    let headers = request.headers();
    let event_id = provider.verify(&|name| text(headers, name), request.body(), now_ms())?;
    let event = provider.names_event_in_head().then_some(event_id.as_str());
    let delivery = json::decode_delivery(request.body(), event)?;
    let id = command_id(provider.name(), &delivery.event);
    let command = delivery.command(id);
    let origin = Origin {
        provider: Some(provider.name().to_owned()),
        event: Some(event_id.clone()),
        tx_hash: delivery.tx_hash,
        ..sender::anybody(&request)
    };
    let outcome = service.apply(&command, origin.evidence()).await?;
    let (Outcome::Recorded { status, sequence } | Outcome::Replayed { status, sequence }) = outcome
    else {
        return Err(ApiError::refusal_of(&command, &outcome));
    };
    Ok(answer::ok(&DeliveryAnswer {
        event: &delivery.event,
        event_id: &event_id,
        command: Shown(id),
        status: status.name(),
        sequence: Sequence::get(sequence),
        replayed: outcome.is_replayed(),
    }))
}

fn text<'a>(headers: &'a HeaderMap, name: &'static str) -> Option<&'a str> {
    headers.get(name).map(HeaderValue::to_str)?.ok()
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |time| time.as_millis() as u64)
}
