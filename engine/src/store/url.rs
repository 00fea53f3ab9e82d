//! Addresses of stores as they are typed, and as they may be shown.

use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// Why an address is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UrlError {
    /// Another form.
    #[error("expected {expected}: {why}")]
    Form {
        /// What it should look like.
        expected: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// This build lacks the store.
    #[error("this build has no PostgreSQL store; build with the feature `postgres`")]
    NotBuilt,
}

const STORE_FORM: &str = "postgres://user@host:port/database";
const CACHE_FORM: &str = "redis://[user:password@]host:port[/number]";

fn form(expected: &'static str, why: &(impl ToString + ?Sized)) -> UrlError {
    UrlError::Form {
        expected,
        why: why.to_string(),
    }
}

/// Where an SQL store is.
#[derive(Clone, PartialEq, Eq)]
pub struct StoreUrl(String);

impl StoreUrl {
    /// As it was typed, secrets included.
    #[cfg_attr(
        not(feature = "postgres"),
        expect(dead_code, reason = "only the store reads it")
    )]
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for StoreUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err(form(STORE_FORM, &"another scheme"));
        }
        check_store(text)?;
        Ok(Self(text.to_owned()))
    }
}

#[cfg(feature = "postgres")]
fn check_store(text: &str) -> Result<(), UrlError> {
    use std::error::Error as _;
    let config = tokio_postgres::Config::from_str(text).map_err(|error| {
        let why = error
            .source()
            .map_or_else(|| error.to_string(), ToString::to_string);
        form(STORE_FORM, &why)
    })?;
    if config.get_ssl_mode() == tokio_postgres::config::SslMode::Require {
        return Err(form(
            STORE_FORM,
            "sslmode=require, but this engine speaks without TLS",
        ));
    }
    if config.get_hosts().is_empty() {
        return Err(form(STORE_FORM, &"no host"));
    }
    Ok(())
}

#[cfg(not(feature = "postgres"))]
fn check_store(_text: &str) -> Result<(), UrlError> {
    Err(UrlError::NotBuilt)
}

/// Without password and without parameters, which may hold one.
impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.0.split('?').next().unwrap_or_default();
        let Some((scheme, rest)) = plain.split_once("://") else {
            return Ok(());
        };
        match rest.rsplit_once('@') {
            Some((user, place)) => {
                let user = user.split(':').next().unwrap_or_default();
                write!(f, "{scheme}://{user}@{place}")
            }
            None => write!(f, "{scheme}://{rest}"),
        }
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Where a cache is.
#[derive(Clone, PartialEq, Eq)]
pub struct CacheUrl {
    /// Host and port.
    pub address: String,
    /// Number of the database there.
    pub database: u32,
    /// User and password; an empty user is the default one.
    pub(super) login: Option<(String, String)>,
}

impl FromStr for CacheUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        let wrong = |why| form(CACHE_FORM, &why);
        let rest = text
            .strip_prefix("redis://")
            .ok_or_else(|| wrong("another scheme"))?;
        let (login, place) = match rest.rsplit_once('@') {
            Some((login, place)) => {
                let (user, password) = login.split_once(':').ok_or_else(|| wrong("no password"))?;
                (Some((user.to_owned(), password.to_owned())), place)
            }
            None => (None, rest),
        };
        let (address, database) = place.split_once('/').unwrap_or((place, ""));
        let database = match database {
            "" => 0,
            number => number
                .parse()
                .map_err(|_| wrong("the database is no number"))?,
        };
        let port = address
            .rsplit_once(':')
            .and_then(|(_, port)| port.parse::<u16>().ok());
        if port.is_none() {
            return Err(wrong("no port"));
        }
        Ok(Self {
            address: address.to_owned(),
            database,
            login,
        })
    }
}

/// Without the login.
impl fmt::Display for CacheUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "redis://{}/{}", self.address, self.database)
    }
}

impl fmt::Debug for CacheUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "postgres")]
    #[test]
    fn a_store_is_shown_without_its_secrets() {
        let shown = |text: &str| text.parse::<StoreUrl>().unwrap().to_string();
        let plain = "postgres://bank@127.0.0.1:5432/ledger";
        assert_eq!(shown(plain), plain);
        let typed = "postgres://bank:s3cret@127.0.0.1:5432/ledger?application_name=x";
        assert_eq!(shown(typed), plain);
        assert_eq!(format!("{:?}", typed.parse::<StoreUrl>().unwrap()), plain);
    }

    #[test]
    fn what_is_no_address_of_a_store_is_refused_with_the_reason() {
        for (typed, why) in [
            ("mysql://a@b/c", "another scheme"),
            ("postgres://u@h:1/d?sslmode=require", "without TLS"),
            ("postgres://u@h:port/d", "expected postgres://"),
        ] {
            let error = typed.parse::<StoreUrl>().unwrap_err().to_string();
            let fits = error.contains(why) || error.contains("feature");
            assert!(fits, "{error}");
        }
    }

    #[test]
    fn a_cache_has_an_address_a_number_and_perhaps_a_login() {
        let url: CacheUrl = "redis://me:s3cret@127.0.0.1:6379/2".parse().unwrap();
        assert_eq!((url.address.as_str(), url.database), ("127.0.0.1:6379", 2));
        assert_eq!(url.to_string(), "redis://127.0.0.1:6379/2");
        assert_eq!(url.login.unwrap().1, "s3cret");
        for wrong in [
            "redis://127.0.0.1",
            "redis://h:1/x",
            "http://h:1",
            "redis://me@h:1",
        ] {
            assert!(wrong.parse::<CacheUrl>().is_err(), "{wrong}");
        }
    }
}
