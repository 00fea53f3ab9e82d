//! Who may do what: the operator's token, and the key that operators sign with.

use super::error::ApiError;
use crate::evidence::PublicKey;
use crate::ledger::{Command, CommandRecord, Role};
use axum::http::StatusCode;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// What operators are told apart by.
#[derive(Clone)]
pub struct Guard {
    /// The digest of the token: digests have one length, so that comparing them tells nothing about the token's.
    token: Option<[u8; 32]>,
    name: String,
    key: Option<PublicKey>,
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guard")
            .field("name", &self.name)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl Guard {
    /// A guard for the operator of that name; without a token everybody is one, without a key nobody has to sign.
    pub fn new(token: Option<&str>, name: &str, key: Option<PublicKey>) -> Self {
        Self {
            token: token.map(|token| Sha256::digest(token).into()),
            name: name.to_owned(),
            key,
        }
    }

    /// What a sender with that bearer token may do: without any token on our side everybody is an operator, and whoever shows
    /// none is a holder.
    pub(super) fn role_of(&self, shown: Option<&[u8]>) -> Result<Role, ApiError> {
        match (&self.token, shown) {
            (None, _) => Ok(Role::Operator),
            (Some(_), None) => Ok(Role::Holder),
            (Some(token), Some(shown)) => {
                let shown: [u8; 32] = Sha256::digest(shown).into();
                if bool::from(token.ct_eq(&shown)) {
                    Ok(Role::Operator)
                } else {
                    Err(ApiError::unauthorized("the bearer token is not known"))
                }
            }
        }
    }

    /// Lets only operators pass.
    pub(super) fn admit(&self, shown: Option<&[u8]>) -> Result<(), ApiError> {
        match self.role_of(shown)? {
            Role::Operator => Ok(()),
            _ => Err(ApiError::unauthorized(
                "this path takes the operator's bearer token",
            )),
        }
    }

    /// The operator's name; `None` if nobody proves to be one.
    pub(super) fn operator(&self) -> Option<&str> {
        (self.token.is_some() || self.key.is_some()).then_some(&self.name)
    }

    /// Whether commands of operators must be signed.
    pub(super) const fn wants_signatures(&self) -> bool {
        self.key.is_some()
    }

    /// Holds the signature against the command's record, if there is a key to do it with.
    pub(super) fn check_signature(
        &self,
        command: &Command,
        signature: Option<&[u8; 64]>,
    ) -> Result<(), ApiError> {
        let Some(key) = &self.key else {
            return Ok(());
        };
        let signature = signature.ok_or_else(|| {
            refused(
                "signature_missing",
                "an operator's command takes a header Operator-Signature",
            )
        })?;
        if key.verifies(CommandRecord::new(command).bytes(), signature) {
            return Ok(());
        }
        Err(refused(
            "signature_wrong",
            "the header Operator-Signature does not belong to this command's 128-byte record",
        ))
    }
}

fn refused(code: &'static str, message: &'static str) -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, code, message)
}
