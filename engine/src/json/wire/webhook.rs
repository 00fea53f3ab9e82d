//! Webhooks as they are sent and answered.

use super::answer::Shown;
use super::request::{Hex32, Text, Word};
use crate::amount::Amount;
use crate::ledger::{AccountId, Chain, CommandId};
use serde::{Deserialize, Serialize};

/// The payload of a webhook. What a provider adds for others is let pass: its signature covers it all the same.
#[derive(Debug, Deserialize)]
pub struct DeliveryBody {
    /// The provider's own id of the event.
    pub event: Option<String>,
    /// What has happened.
    #[serde(rename = "type")]
    pub kind: Option<Text<Word>>,
    /// Whose units came or went.
    pub account: Option<Text<AccountId>>,
    /// How many.
    pub amount: Option<Text<Amount>>,
    /// Of which token.
    pub token: Option<u32>,
    /// On which chain.
    pub chain: Option<Text<Chain>>,
    /// By which submission there.
    pub tx_hash: Option<Text<Hex32>>,
}

/// What became of an event.
#[derive(Debug, Serialize)]
pub struct DeliveryAnswer<'a> {
    /// The provider's own id of the event.
    pub event: &'a str,
    /// The id by the provider's form: the delivery's digest, or the same once more.
    pub event_id: &'a str,
    /// The key of the command that it means.
    pub command: Shown<CommandId>,
    /// The name of the command's status.
    pub status: &'static str,
    /// The place of its entry.
    pub sequence: u64,
    /// Whether it was delivered before: then this is the first outcome.
    pub replayed: bool,
}
