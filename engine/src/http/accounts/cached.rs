//! A read that may be answered from the cache.

use super::super::error::ApiError;
use super::super::{Answer, Service, answer};
use crate::json::wire::answer::AccountAnswer;
use crate::ledger::{Account, AccountId};
use crate::store::cache::{Cache, now_ms};
use axum::http::HeaderValue;
use axum::http::header::{AGE, HeaderName};

/// RFC 9211: what a cache did with a request.
const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

/// The cache's answer carries its age (RFC 9111) beside the version, and every answer whether it is one. What the cache lacks is read
/// from the ledger and offered to it.
pub(super) async fn get(service: &Service, id: AccountId) -> Answer {
    let Some(cache) = &service.stores().cache else {
        let account = super::read(service, id).await?;
        return Ok(shown(&account, "engine; fwd=bypass", None));
    };
    match cache.get(id).await {
        Some(value) => {
            let age = value.age_s(now_ms());
            Ok(shown(&value.account, "engine; hit", Some(age)))
        }
        None => Ok(shown(
            &missed(service, cache, id).await?,
            "engine; fwd=miss",
            None,
        )),
    }
}

async fn missed(service: &Service, cache: &Cache, id: AccountId) -> Result<Account, ApiError> {
    let account = super::read(service, id).await?;
    cache.write(&[account]);
    Ok(account)
}

fn shown(account: &Account, status: &'static str, age: Option<u64>) -> axum::response::Response {
    let mut response = answer::ok(&AccountAnswer::new(account));
    let headers = response.headers_mut();
    headers.insert(CACHE_STATUS, HeaderValue::from_static(status));
    if let Some(age) = age {
        headers.insert(AGE, age.into());
    }
    response
}
