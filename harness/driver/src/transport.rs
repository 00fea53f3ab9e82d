//! One way to exchange messages per target: our own HTTP/1.1 connection, or reqwest where TLS is needed.

use crate::http1::{Answer, Connection, HeadOnly};
use crate::request::Request;
use record::failure::FailureKind;
use std::net::SocketAddr;

/// A user's means of talking to the target.
pub(crate) enum Transport {
    /// Plain HTTP/1.1.
    Plain(Box<Connection>),
    /// Everything else: slower, and its `sent` includes the making of a connection.
    General {
        client: reqwest::Client,
        body: Vec<u8>,
    },
}

impl Transport {
    /// The same means with a connection of its own.
    pub(crate) fn another(&self) -> Self {
        match self {
            Self::Plain(_) => Self::Plain(Box::default()),
            Self::General { client, .. } => Self::General {
                client: client.clone(),
                body: Vec::new(),
            },
        }
    }

    /// Connects where that can be told apart from sending.
    pub(crate) async fn open(&mut self, addresses: &[SocketAddr]) -> Result<(), FailureKind> {
        match self {
            Self::Plain(connection) => connection.open(addresses).await,
            Self::General { .. } => Ok(()),
        }
    }

    /// Drops what is under way.
    pub(crate) fn close(&mut self) {
        if let Self::Plain(connection) = self {
            connection.close();
        }
    }

    /// The kept part of the last answer's body.
    pub(crate) fn body(&self) -> &[u8] {
        match self {
            Self::Plain(connection) => connection.body(),
            Self::General { body, .. } => body,
        }
    }

    /// Sends `message` (plain) or `request` to `url` (general) and reads the whole answer.
    pub(crate) async fn exchange(
        &mut self,
        message: &[u8],
        url: &str,
        request: &Request<'_>,
    ) -> Result<Answer, FailureKind> {
        match self {
            Self::Plain(connection) => {
                let head_only = if request.method == "HEAD" {
                    HeadOnly::Yes
                } else {
                    HeadOnly::No
                };
                connection.exchange(message, head_only).await
            }
            Self::General { client, body } => general(client, body, url, request).await,
        }
    }
}

async fn general(
    client: &reqwest::Client,
    body: &mut Vec<u8>,
    url: &str,
    request: &Request<'_>,
) -> Result<Answer, FailureKind> {
    let method = reqwest::Method::from_bytes(request.method.as_bytes())
        .map_err(|_| FailureKind::Malformed)?;
    let mut builder = client.request(method, url);
    for (name, value) in request.headers {
        builder = builder.header(*name, *value);
    }
    if let Some(content) = request.body {
        builder = builder
            .header("content-type", "application/json")
            .body(content.to_vec());
    }
    let answer = builder.send().await.map_err(|e| kind(&e))?;
    let status = answer.status().as_u16();
    let content = answer.bytes().await.map_err(|e| kind(&e))?;
    body.clear();
    body.extend_from_slice(&content);
    Ok(Answer {
        status,
        body_bytes: content.len() as u64,
    })
}

fn kind(error: &reqwest::Error) -> FailureKind {
    if error.is_timeout() {
        FailureKind::Timeout
    } else if error.is_connect() {
        FailureKind::Connect
    } else if error.is_decode() || error.is_body() {
        FailureKind::Malformed
    } else {
        FailureKind::Reset
    }
}
