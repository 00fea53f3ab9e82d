//! Airdrops: many transfers out of one account, in chunks, so that they cannot starve other callers.
//!
//! The total moves to an account of the airdrop's own, every receiver gets one transfer from there, and what is refused goes
//! back. All keys come from the airdrop's id, so a request that broke off is simply sent again.

use super::body::{CommandRequest, Form};
use super::error::ApiError;
use super::request::{Query, command_in_path};
use super::{Answer, Service, answer, sender};
use crate::amount::Amount;
use crate::json::wire::answer::{AirdropAnswer, AirdropStateAnswer, Shown};
use crate::json::{self, Airdrop, Shares};
use crate::ledger::part::Needs;
use crate::ledger::{AccountId, Command, CommandId, KYC_LEVEL_MAX, Outcome, Profile, Status};
use axum::extract::Request;
use axum::http::StatusCode;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Transfers of one chunk.
const CHUNK: usize = 1024;

/// The parts of an airdrop that are no items.
const ACCOUNT: &[u8] = b"account";
const OPEN: &[u8] = b"open";
const FUND: &[u8] = b"fund";
const RETURN: &[u8] = b"return";

/// The low 16 bytes of SHA-256 over the airdrop's id and the part, little-endian as in records.
fn key(airdrop: CommandId, part: &[u8]) -> u128 {
    let mut hash = Sha256::new();
    hash.update(airdrop.get().to_le_bytes());
    hash.update(part);
    let digest = hash.finalize();
    let low = digest.first_chunk::<16>().copied().unwrap_or_default();
    u128::from_le_bytes(low)
}

/// `POST /v1/airdrops`: answers when every receiver is answered.
pub(super) async fn post(service: Arc<Service>, mut request: CommandRequest) -> Answer {
    if request.form() != Form::Json {
        let message = "an airdrop is written in JSON";
        return Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "form_unknown",
            message,
        ));
    }
    if service.guard().wants_signatures() {
        request.demote();
    }
    let airdrop = json::decode_airdrop(request.body(), request.key())?;
    let shares = shares(&service, &airdrop).await?;
    let total = total(&shares)?;
    let run = Run {
        service: &service,
        request: &request,
        airdrop: &airdrop,
        account: AccountId::new(key(airdrop.id, ACCOUNT)),
    };
    run.fund(total).await?;
    let (delivered, refused, left) = run.deliver(&shares).await?;
    run.give_back(left).await?;
    Ok(answer::ok(&AirdropAnswer {
        id: Shown(airdrop.id),
        account: Shown(run.account),
        total: Shown(total),
        delivered,
        refused,
        returned: Shown(left),
    }))
}

/// Who gets how much; weights divide the total in steps of the token.
async fn shares(
    service: &Service,
    airdrop: &Airdrop,
) -> Result<Vec<(AccountId, Amount)>, ApiError> {
    let (total, weights) = match &airdrop.shares {
        Shares::Amounts(amounts) => return Ok(amounts.clone()),
        Shares::Weights { total, weights } => (*total, weights),
    };
    let token = airdrop.token;
    let step = service
        .read(Needs::Sums, move |ledger| ledger.step(token))
        .await?;
    let step = step.ok_or_else(|| ApiError::refusal(&Outcome::Unrecorded(Status::TokenUnknown)))?;
    let numbers: Vec<u64> = weights.iter().map(|(_, weight)| *weight).collect();
    let parts = total.split(&numbers, step).ok_or_else(|| {
        let message = "the total must be a multiple of the token's smallest unit, and the weights must add up to 1 to 2^64-1";
        ApiError::bad_request("shares_invalid", message)
    })?;
    let accounts = weights.iter().map(|(account, _)| *account);
    Ok(accounts.zip(parts).collect())
}

fn total(shares: &[(AccountId, Amount)]) -> Result<Amount, ApiError> {
    let mut amounts = shares.iter().map(|(_, amount)| *amount);
    amounts
        .try_fold(Amount::ZERO, Amount::checked_add)
        .ok_or_else(|| ApiError::refusal(&Outcome::Unrecorded(Status::AmountTooLarge)))
}

/// One airdrop under way.
struct Run<'a> {
    service: &'a Service,
    request: &'a CommandRequest,
    airdrop: &'a Airdrop,
    account: AccountId,
}

impl Run<'_> {
    fn key(&self, part: &[u8]) -> CommandId {
        CommandId::new(key(self.airdrop.id, part))
    }

    /// Whole airdrops take an operator; no part of one is late, because half of one helps nobody.
    fn own(&self, command: Command) -> Command {
        command
            .with_token(self.airdrop.token)
            .with_role(self.request.role())
    }

    /// Opens the airdrop's account and moves the total there.
    async fn fund(&self, total: Amount) -> Result<(), ApiError> {
        let profile = Profile {
            level: KYC_LEVEL_MAX,
            ..Profile::default()
        };
        let open = Command::open(self.key(OPEN), self.account).with_profile(profile);
        let source = self.airdrop.source;
        let fund = Command::transfer(self.key(FUND), source, self.account, total);
        for command in [open, fund] {
            let command = self.own(command);
            let sent = std::iter::once(&command);
            let evidence = sender::of_commands(self.service.guard(), self.request, sent)?;
            let outcome = self.service.apply(&command, evidence).await?;
            if outcome.status() != Status::Ok {
                return Err(ApiError::refusal_of(&command, &outcome));
            }
        }
        Ok(())
    }

    /// How many were answered how, and what is left of the total.
    async fn deliver(
        &self,
        shares: &[(AccountId, Amount)],
    ) -> Result<(u64, u64, Amount), ApiError> {
        let (mut delivered, mut refused, mut left) = (0, 0, Amount::ZERO);
        for (chunk, receivers) in shares.chunks(CHUNK).enumerate() {
            let items = receivers.iter().enumerate();
            let commands = items.map(|(at, share)| self.item(chunk * CHUNK + at, share));
            let outcomes = self.service.apply_batch(commands.collect(), None).await?;
            for ((_, amount), outcome) in receivers.iter().zip(&outcomes) {
                match outcome.status() {
                    Status::Ok => delivered += 1,
                    // The next try decides it.
                    status if status.number() >= 90 => return Err(ApiError::refusal(outcome)),
                    _ => {
                        refused += 1;
                        left = left.checked_add(*amount).unwrap_or(Amount::MAX);
                    }
                }
            }
        }
        Ok((delivered, refused, left))
    }

    fn item(&self, index: usize, (account, amount): &(AccountId, Amount)) -> Command {
        let key = self.key(&(index as u64).to_le_bytes());
        self.own(Command::transfer(key, self.account, *account, *amount))
    }

    async fn give_back(&self, left: Amount) -> Result<(), ApiError> {
        if left.is_zero() {
            return Ok(());
        }
        let source = self.airdrop.source;
        let command = Command::transfer(self.key(RETURN), self.account, source, left);
        let command = self.own(command);
        let outcome = self.service.apply(&command, None).await?;
        if outcome.status() == Status::Ok {
            Ok(())
        } else {
            Err(ApiError::refusal_of(&command, &outcome))
        }
    }
}

/// `GET /v1/airdrops/{id}`.
pub(super) async fn get(service: Arc<Service>, request: Request) -> Answer {
    Query::read(&request, [])?;
    let id = command_in_path(&request)?;
    drop(request);
    let account = AccountId::new(key(id, ACCOUNT));
    let fund = CommandId::new(key(id, FUND));
    let (found, entry, last) = service
        .read(Needs::AccountAndEntry(account, fund), move |ledger| {
            let last = ledger.last_sequence();
            (ledger.account(account), ledger.entry(fund), last)
        })
        .await?;
    let message = "the airdrop does not exist";
    let found = found.ok_or_else(|| ApiError::not_found("airdrop_unknown", message, last))?;
    let funded = entry.filter(|(_, entry)| entry.status() == Status::Ok);
    Ok(answer::ok(&AirdropStateAnswer {
        id: Shown(id),
        account: Shown(account),
        total: funded.and_then(|(_, entry)| entry.command().amount().map(Shown)),
        undelivered: Shown(found.balance),
        sequence: found.sequence.get(),
    }))
}
