//! Where the load goes.

use std::net::SocketAddr;
use thiserror::Error;

/// A target's base URL, taken apart once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    url: reqwest::Url,
}

/// A URL that cannot be a target.
#[derive(Debug, Error)]
pub enum AddressError {
    /// Not a URL.
    #[error("\"{url}\" is not a URL ({why}); write it in full, as in http://127.0.0.1:8080/path")]
    Invalid {
        /// As given.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// A scheme we do not speak.
    #[error("\"{url}\" has the scheme \"{scheme}\"; only http and https can be measured")]
    Scheme {
        /// As given.
        url: String,
        /// The scheme.
        scheme: String,
    },
    /// Name and password in the URL would end up in records and reports.
    #[error(
        "\"{0}\" holds a name or password, which would be written into the record; leave them out"
    )]
    Secret(String),
    /// The host has no address.
    #[error("host of {url} cannot be resolved: {why}")]
    Unknown {
        /// As given.
        url: String,
        /// The resolver's answer.
        why: String,
    },
}

impl Address {
    /// Takes `http://host[:port][/path][?query]` or the same with `https`.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let url = reqwest::Url::parse(text).map_err(|e| AddressError::Invalid {
            url: text.to_owned(),
            why: e.to_string(),
        })?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(AddressError::Scheme {
                url: text.to_owned(),
                scheme: url.scheme().to_owned(),
            });
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(AddressError::Secret(text.to_owned()));
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(AddressError::Invalid {
                url: text.to_owned(),
                why: "it names no host".to_owned(),
            });
        }
        Ok(Self { url })
    }

    /// Scheme, host and port, without a path: what Goose calls the host.
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// Path and query as sent; at least `/`.
    pub fn path(&self) -> String {
        match self.url.query() {
            Some(query) => format!("{}?{query}", self.url.path()),
            None => self.url.path().to_owned(),
        }
    }

    /// True for https: such targets go through the general client.
    pub fn is_tls(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The whole URL.
    pub fn as_str(&self) -> &str {
        self.url.as_str()
    }

    /// Host and port as the `host` field has them.
    pub fn authority(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        match self.url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// Host and port for the resolver.
    pub fn host_and_port(&self) -> (String, u16) {
        let host = self.url.host_str().unwrap_or_default();
        let plain = host.trim_start_matches('[').trim_end_matches(']');
        (plain.to_owned(), self.port())
    }

    /// The port, given or implied.
    pub fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or(80)
    }

    /// Socket addresses, resolved once so that no name look-up is in the measured path.
    pub(crate) async fn resolve(&self) -> Result<Vec<SocketAddr>, AddressError> {
        let unknown = |why: String| AddressError::Unknown {
            url: self.url.to_string(),
            why,
        };
        let found: Vec<_> = tokio::net::lookup_host(self.host_and_port())
            .await
            .map_err(|e| unknown(e.to_string()))?
            .collect();
        if found.is_empty() {
            return Err(unknown("no address".to_owned()));
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_url_is_taken_apart() {
        let address = Address::parse("http://127.0.0.1:8080/a/b?c=d").unwrap();
        assert_eq!(address.origin(), "http://127.0.0.1:8080");
        assert_eq!(address.path(), "/a/b?c=d");
        assert_eq!(address.authority(), "127.0.0.1:8080");
        let plain = Address::parse("https://[::1]").unwrap();
        assert_eq!((plain.path().as_str(), plain.port()), ("/", 443));
        assert!(plain.is_tls());
    }

    #[test]
    fn what_cannot_be_measured_is_named() {
        let says = |text: &str| Address::parse(text).unwrap_err().to_string();
        assert!(says("localhost:8080").contains("scheme \"localhost\""));
        assert!(says("ftp://x/").contains("ftp"));
        assert!(says("/path").contains("in full"));
        assert!(says("http://user:secret@host/").contains("leave them out"));
    }

    #[tokio::test]
    async fn addresses_resolve() {
        let address = Address::parse("http://[::1]:81/").unwrap();
        assert_eq!(
            address.resolve().await.unwrap(),
            [SocketAddr::from(([0_u16, 0, 0, 0, 0, 0, 0, 1], 81))]
        );
    }
}
