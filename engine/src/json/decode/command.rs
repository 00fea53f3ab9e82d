//! A body with many optional fields to one command: each kind takes its own, and what is left over is refused by name.

use super::{DecodeError, either, required};
use crate::amount::Amount;
use crate::json::wire::request::{CommandBody, Text};
use crate::ledger::{AccountId, Allowance, Command, CommandId, Flags, Kind, Profile, TokenId};

/// Reads a body whose kind is said by its path, by itself, or by both.
pub(super) fn read(
    mut body: CommandBody,
    key: Option<CommandId>,
    kind: Option<Kind>,
) -> Result<Command, DecodeError> {
    let own = match body.kind.take() {
        None => None,
        own => Some(required("kind", own)?),
    };
    let kind = match (kind, own) {
        (Some(kind), Some(own)) if kind != own => {
            return Err(DecodeError::NotAllowed { field: "kind" });
        }
        (Some(Kind::Transfer), _) if body.spender.is_some() => Kind::TransferFrom,
        (Some(kind), _) | (None, Some(kind)) => kind,
        (None, None) => return Err(DecodeError::Missing { field: "kind" }),
    };
    let id = either(body.id.take(), key)?;
    build(body, kind, id)
}

/// The command of that kind and key with the fields of `body`.
pub(super) fn build(
    mut body: CommandBody,
    kind: Kind,
    id: CommandId,
) -> Result<Command, DecodeError> {
    let command = core(&mut body, kind, id)?;
    let command = options(&mut body, command)?;
    match left_over(&body) {
        Some(field) => Err(DecodeError::NotAllowed { field }),
        None => Ok(command),
    }
}

/// What every command of that kind must have.
fn core(body: &mut CommandBody, kind: Kind, id: CommandId) -> Result<Command, DecodeError> {
    Ok(match kind {
        Kind::Open => Command::open(id, account(body)?),
        Kind::Mint => {
            let account = account(body)?;
            Command::mint(id, account, amount(body)?)
        }
        Kind::Transfer => {
            let (debit, credit) = sides(body)?;
            Command::transfer(id, debit, credit, amount(body)?)
        }
        Kind::TransferFrom => {
            let spender = required("spender", body.spender.take())?;
            let (debit, credit) = sides(body)?;
            Command::transfer_from(id, spender, debit, credit, amount(body)?)
        }
        Kind::Hold => {
            let (debit, credit) = sides(body)?;
            Command::hold_for(id, debit, credit, amount(body)?, 0)
        }
        Kind::Burn => {
            let account = account(body)?;
            Command::burn(id, account, amount(body)?)
        }
        Kind::Freeze | Kind::Unfreeze => freeze(body, kind, id)?,
        Kind::Approve => {
            let owner = required("owner", body.owner.take())?;
            let spender = required("spender", body.spender.take())?;
            Command::approve(id, owner, spender, allowance(body)?)
        }
        Kind::SetKyc => {
            let account = account(body)?;
            if body.kyc_level.is_none() {
                return Err(DecodeError::Missing { field: "kyc_level" });
            }
            Command::set_kyc(id, account, Profile::default())
        }
        Kind::Close => Command::close(id, account(body)?),
        Kind::Pause => Command::pause(id, TokenId::FIRST),
        Kind::Unpause => Command::unpause(id, TokenId::FIRST),
        Kind::Post | Kind::Void => end_of_hold(body, kind, id)?,
        Kind::Expire => {
            let expected = "a kind that callers may send; holds expire by themselves";
            let field = "kind";
            return Err(DecodeError::Word { field, expected });
        }
    })
}

fn account(body: &mut CommandBody) -> Result<AccountId, DecodeError> {
    required("account", body.account.take())
}

fn sides(body: &mut CommandBody) -> Result<(AccountId, AccountId), DecodeError> {
    let debit = required("debit", body.debit.take())?;
    Ok((debit, required("credit", body.credit.take())?))
}

fn amount(body: &mut CommandBody) -> Result<Amount, DecodeError> {
    required("amount", body.amount.take())
}

fn freeze(body: &mut CommandBody, kind: Kind, id: CommandId) -> Result<Command, DecodeError> {
    let account = account(body)?;
    if std::mem::take(&mut body.whole) {
        return Ok(match kind {
            Kind::Freeze => Command::freeze_whole(id, account),
            _ => Command::unfreeze_whole(id, account),
        });
    }
    let amount = amount(body)?;
    Ok(match kind {
        Kind::Freeze => Command::freeze(id, account, amount),
        _ => Command::unfreeze(id, account, amount),
    })
}

fn allowance(body: &mut CommandBody) -> Result<Allowance, DecodeError> {
    if std::mem::take(&mut body.unlimited) {
        Ok(Allowance::Unlimited)
    } else {
        amount(body).map(Allowance::Limited)
    }
}

fn end_of_hold(body: &mut CommandBody, kind: Kind, id: CommandId) -> Result<Command, DecodeError> {
    let hold = required("hold", body.hold.take())?;
    let command = if kind == Kind::Void {
        Command::void(id, hold)
    } else if std::mem::take(&mut body.all) {
        Command::post_all(id, hold)
    } else {
        Command::post(id, hold, amount(body)?)
    };
    let none = AccountId::new(0);
    let debit = optional("debit", body.debit.take())?.unwrap_or(none);
    let credit = optional("credit", body.credit.take())?.unwrap_or(none);
    Ok(command.with_sides(debit, credit))
}

fn optional<T>(field: &'static str, text: Option<Text<T>>) -> Result<Option<T>, DecodeError> {
    match text {
        None => Ok(None),
        text => required(field, text).map(Some),
    }
}

/// What a command of that kind may have besides; the ledger refuses what this kind does not take of it.
fn options(body: &mut CommandBody, command: Command) -> Result<Command, DecodeError> {
    let kind = command.kind();
    let mut command = profile(body, command)?;
    if let Some(token) = body.token.take() {
        command = command.with_token(TokenId(token));
    }
    if let Some(reference) = optional("reference", body.reference.take())? {
        if kind == Kind::Open {
            return Err(DecodeError::NotAllowed { field: "reference" });
        }
        command = command.with_reference(reference.get());
    }
    if let Some(deadline_ms) = body.deadline_ms.take() {
        command = command.with_deadline_ms(deadline_ms);
    }
    if let Some(version) = body.expected_version.take() {
        command = command.with_expected_version(version);
    }
    if let Some(chain) = optional("chain", body.chain.take())? {
        command = command.with_chain(chain);
    }
    if kind == Kind::Approve
        && let Some(expected) = optional("expected", body.expected.take())?
    {
        command = command.with_expected_allowance(expected);
    }
    if kind == Kind::Hold
        && let Some(timeout_s) = body.timeout_s.take()
    {
        command = command.with_timeout_s(timeout_s);
    }
    if kind == Kind::Burn && std::mem::take(&mut body.from_frozen) {
        command = command.with_flags(Flags::FROM_FROZEN);
    }
    if std::mem::take(&mut body.linked) {
        command = command.with_flags(Flags::LINKED);
    }
    Ok(command)
}

fn profile(body: &mut CommandBody, command: Command) -> Result<Command, DecodeError> {
    if !matches!(command.kind(), Kind::Open | Kind::SetKyc) {
        return Ok(command);
    }
    let jurisdiction = optional("jurisdiction", body.jurisdiction.take())?;
    let command = command.with_profile(Profile {
        level: body.kyc_level.take().unwrap_or(0),
        jurisdiction: jurisdiction.map_or([0; 2], |found| found.0),
    });
    match (command.kind(), optional("address", body.address.take())?) {
        (_, None) => Ok(command),
        (Kind::Open, Some(address)) => Ok(command.with_address(address.0)),
        _ => Err(DecodeError::NotAllowed { field: "address" }),
    }
}

/// A field that nothing of the above has taken.
fn left_over(body: &CommandBody) -> Option<&'static str> {
    [
        (body.account.is_some(), "account"),
        (body.debit.is_some(), "debit"),
        (body.credit.is_some(), "credit"),
        (body.owner.is_some(), "owner"),
        (body.spender.is_some(), "spender"),
        (body.amount.is_some(), "amount"),
        (body.hold.is_some(), "hold"),
        (body.expected.is_some(), "expected"),
        (body.timeout_s.is_some(), "timeout_s"),
        (body.kyc_level.is_some(), "kyc_level"),
        (body.jurisdiction.is_some(), "jurisdiction"),
        (body.address.is_some(), "address"),
        (body.whole, "whole"),
        (body.all, "all"),
        (body.unlimited, "unlimited"),
        (body.from_frozen, "from_frozen"),
    ]
    .into_iter()
    .find_map(|(given, name)| given.then_some(name))
}
