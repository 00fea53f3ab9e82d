//! What a request line asks for: the id in its path, and its query, both strictly.

use super::error::ApiError;
use crate::ledger::{AccountId, CommandId, Sequence};
use axum::extract::Request;

/// The account in a path such as `/v1/accounts/{id}/statement`.
pub(super) fn account_in_path(request: &Request) -> Result<AccountId, ApiError> {
    AccountId::parse(third_segment(request))
        .map_err(|error| malformed("path", "id_malformed", error))
}

/// The key in a path such as `/v1/transfers/{id}`.
pub(super) fn command_in_path(request: &Request) -> Result<CommandId, ApiError> {
    CommandId::parse(third_segment(request))
        .map_err(|error| malformed("path", "id_malformed", error))
}

/// Ids contain nothing that a path would encode, so the raw segment is compared.
fn third_segment(request: &Request) -> &str {
    request.uri().path().split('/').nth(3).unwrap_or_default()
}

fn malformed(place: &str, code: &'static str, error: impl std::fmt::Display) -> ApiError {
    ApiError::bad_request(code, format!("{place}: {error}"))
}

/// The values of a query, in the order of the names a route knows.
#[derive(Debug)]
pub(super) struct Query<'a, const N: usize> {
    names: [&'static str; N],
    values: [Option<&'a str>; N],
}

impl<'a, const N: usize> Query<'a, N> {
    /// Reads a query in which each name may stand once and no other may stand.
    pub(super) fn read(request: &'a Request, names: [&'static str; N]) -> Result<Self, ApiError> {
        let mut values = [None; N];
        let query = request.uri().query().unwrap_or_default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let Some(at) = names.iter().position(|known| *known == name) else {
                return Err(unknown_name(name, &names));
            };
            if values[at].replace(value).is_some() {
                let message = format!("query: \"{name}\" stands twice");
                return Err(ApiError::bad_request("query_invalid", message));
            }
        }
        Ok(Self { names, values })
    }

    fn value(&self, name: &str) -> Option<&'a str> {
        let at = self.names.iter().position(|known| *known == name)?;
        self.values[at]
    }

    /// The number of rows asked for, 1 ..= `most`; `usual` if none is given.
    pub(super) fn limit(&self, usual: usize, most: usize) -> Result<usize, ApiError> {
        match self.value("limit") {
            None => Ok(usual),
            Some(text) => text
                .parse()
                .ok()
                .filter(|limit| (1..=most).contains(limit))
                .ok_or_else(|| invalid("limit", text, &format!("a number from 1 to {most}"))),
        }
    }

    /// Whether the answer may come from a cache.
    pub(super) fn may_be_cached(&self) -> Result<bool, ApiError> {
        match self.value("consistency") {
            None | Some("strong") => Ok(false),
            Some("cached") => Ok(true),
            Some(other) => Err(invalid("consistency", other, "strong or cached")),
        }
    }

    /// The sequence of that name.
    pub(super) fn sequence(&self, name: &'static str) -> Result<Option<Sequence>, ApiError> {
        self.value(name)
            .map(|text| {
                text.parse()
                    .ok()
                    .and_then(Sequence::new)
                    .ok_or_else(|| invalid(name, text, "a sequence from 1"))
            })
            .transpose()
    }

    /// The value of that name as something else.
    pub(super) fn parsed<T>(
        &self,
        name: &'static str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, ApiError> {
        self.value(name)
            .map(|text| parse(text).ok_or_else(|| invalid(name, text, expected)))
            .transpose()
    }

    /// The account of that name.
    pub(super) fn account(&self, name: &'static str) -> Result<Option<AccountId>, ApiError> {
        self.value(name)
            .map(|text| {
                AccountId::parse(text).map_err(|error| invalid(name, text, &error.to_string()))
            })
            .transpose()
    }
}

fn unknown_name(name: &str, known: &[&str]) -> ApiError {
    let message = match known {
        [] => format!("query: unknown name \"{name}\"; this route takes none"),
        _ => format!(
            "query: unknown name \"{name}\"; known are {}",
            known.join(", ")
        ),
    };
    ApiError::bad_request("query_invalid", message)
}

fn invalid(name: &str, text: &str, expected: &str) -> ApiError {
    let message = format!("query: {name} is \"{text}\"; expected {expected}");
    ApiError::bad_request("query_invalid", message)
}
