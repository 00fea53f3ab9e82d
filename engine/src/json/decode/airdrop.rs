//! Bodies of airdrops: who gets how much.

use super::{DecodeError, either, required};
use crate::amount::Amount;
use crate::json::wire::request::{AirdropBody, ShareBody};
use crate::ledger::{AccountId, CommandId, TokenId};

/// An airdrop as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Airdrop {
    /// The key from which those of its commands come.
    pub id: CommandId,
    /// Whose units are given away.
    pub source: AccountId,
    /// Of which token.
    pub token: TokenId,
    /// Who gets how much.
    pub shares: Shares,
}

/// The receivers of an airdrop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shares {
    /// Each one gets an amount of its own.
    Amounts(Vec<(AccountId, Amount)>),
    /// A total is divided by weights.
    Weights {
        /// What is divided.
        total: Amount,
        /// Who gets which share.
        weights: Vec<(AccountId, u64)>,
    },
}

pub(super) fn read(body: AirdropBody, key: Option<CommandId>) -> Result<Airdrop, DecodeError> {
    let id = either(body.id, key)?;
    let source = required("source", body.source)?;
    let token = body.token.map_or(TokenId::FIRST, TokenId);
    if body.to.is_empty() {
        return Err(DecodeError::Missing { field: "to" });
    }
    let shares = match (body.total, body.each) {
        (Some(_), Some(_)) => return Err(DecodeError::NotAllowed { field: "each" }),
        (Some(total), None) => Shares::Weights {
            total: required("total", Some(total))?,
            weights: body.to.into_iter().map(weight).collect::<Result<_, _>>()?,
        },
        (None, Some(each)) => {
            let each = required("each", Some(each))?;
            let equal = |share| equal(share, each);
            Shares::Amounts(body.to.into_iter().map(equal).collect::<Result<_, _>>()?)
        }
        (None, None) => Shares::Amounts(body.to.into_iter().map(own).collect::<Result<_, _>>()?),
    };
    Ok(Airdrop {
        id,
        source,
        token,
        shares,
    })
}

fn weight(share: ShareBody) -> Result<(AccountId, u64), DecodeError> {
    if share.amount.is_some() {
        return Err(DecodeError::NotAllowed { field: "amount" });
    }
    let account = required("account", share.account)?;
    let weight = share
        .weight
        .ok_or(DecodeError::Missing { field: "weight" })?;
    Ok((account, weight))
}

fn equal(share: ShareBody, each: Amount) -> Result<(AccountId, Amount), DecodeError> {
    match (&share.amount, share.weight) {
        (Some(_), _) => Err(DecodeError::NotAllowed { field: "amount" }),
        (None, Some(_)) => Err(DecodeError::NotAllowed { field: "weight" }),
        (None, None) => Ok((required("account", share.account)?, each)),
    }
}

fn own(share: ShareBody) -> Result<(AccountId, Amount), DecodeError> {
    if share.weight.is_some() {
        return Err(DecodeError::NotAllowed { field: "weight" });
    }
    let account = required("account", share.account)?;
    Ok((account, required("amount", share.amount)?))
}
