//! Requests outside the measured path: preparation before T0, the audit after the run.

use crate::target::Address;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use thiserror::Error;
use tokio::task::JoinSet;

/// A request that must succeed and did not.
#[derive(Debug, Error)]
pub enum ClientError {
    /// No answer.
    #[error("{method} {url} got no answer: {why}")]
    NoAnswer {
        /// Method.
        method: &'static str,
        /// URL.
        url: String,
        /// What went wrong.
        why: String,
    },
    /// An answer that was not expected.
    #[error("{method} {url} answered {status}: {body}")]
    Status {
        /// Method.
        method: &'static str,
        /// URL.
        url: String,
        /// Status code.
        status: u16,
        /// Start of the body.
        body: String,
    },
    /// An answer that could not be understood.
    #[error("answer of {url} is not what this scenario expects: {why}")]
    Content {
        /// URL.
        url: String,
        /// What is wrong with it.
        why: String,
    },
}

/// A plain client for the target.
#[derive(Debug, Clone)]
pub struct Client {
    inner: reqwest::Client,
    origin: String,
}

const BODY_IN_ERROR: usize = 200;
/// Requests of [`Client::post_each`] that are under way at once.
const AT_A_TIME: usize = 16;

impl Client {
    /// A client whose every request has `timeout` to be answered.
    pub fn new(address: &Address, timeout: Duration) -> Result<Self, ClientError> {
        let inner =
            general_client(&address.origin(), timeout, 0).map_err(|why| ClientError::NoAnswer {
                method: "GET",
                url: address.origin(),
                why,
            })?;
        Ok(Self {
            inner,
            origin: address.origin(),
        })
    }

    /// The body of GET `path`, which must answer 2xx.
    pub async fn get(&self, path: &str) -> Result<Vec<u8>, ClientError> {
        let url = format!("{}{path}", self.origin);
        self.finish("GET", url.clone(), self.inner.get(url)).await
    }

    /// The body of POST `path` with a JSON body, which must answer 2xx.
    pub async fn post(&self, path: &str, json: Vec<u8>) -> Result<Vec<u8>, ClientError> {
        let url = format!("{}{path}", self.origin);
        let request = self
            .inner
            .post(&url)
            .header("content-type", "application/json")
            .body(json);
        self.finish("POST", url, request).await
    }

    /// POSTs every body to `path`, several at a time; the first failure ends it.
    pub async fn post_each(&self, path: &str, bodies: Vec<String>) -> Result<(), ClientError> {
        let queue = Arc::new(Mutex::new(bodies.into_iter()));
        let mut workers = JoinSet::new();
        for _ in 0..AT_A_TIME {
            let (client, queue, path) = (self.clone(), queue.clone(), path.to_owned());
            workers.spawn(async move {
                let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                while let Some(body) = next() {
                    client.post(&path, body.into_bytes()).await?;
                }
                Ok(())
            });
        }
        while let Some(result) = workers.join_next().await {
            result.unwrap_or_else(|e| {
                Err(ClientError::Content {
                    url: format!("{}{path}", self.origin),
                    why: e.to_string(),
                })
            })?;
        }
        Ok(())
    }

    async fn finish(
        &self,
        method: &'static str,
        url: String,
        request: reqwest::RequestBuilder,
    ) -> Result<Vec<u8>, ClientError> {
        let no_answer = |e: reqwest::Error| ClientError::NoAnswer {
            method,
            url: url.clone(),
            why: cause(&e),
        };
        let answer = request.send().await.map_err(no_answer)?;
        let status = answer.status();
        let body = answer.bytes().await.map_err(no_answer)?;
        if status.is_success() {
            return Ok(body.to_vec());
        }
        let start = &body[..body.len().min(BODY_IN_ERROR)];
        Err(ClientError::Status {
            method,
            url,
            status: status.as_u16(),
            body: String::from_utf8_lossy(start).into_owned(),
        })
    }
}

/// reqwest without what would change a measurement: no proxy from the environment, no compression, and so many redirects and no more.
///
/// The system's certificates are read for a `url` that may need them: they are a hundred files, and a gate makes four clients a window.
pub(crate) fn general_client(
    url: &str,
    timeout: Duration,
    redirects: u32,
) -> Result<reqwest::Client, String> {
    let policy = match redirects {
        0 => reqwest::redirect::Policy::none(),
        most => reqwest::redirect::Policy::limited(most as usize),
    };
    let mut builder = reqwest::Client::builder();
    if url.starts_with("http://") && redirects == 0 {
        builder = builder.tls_certs_only([]);
    }
    builder
        .timeout(timeout)
        .no_proxy()
        .no_gzip()
        .redirect(policy)
        .tcp_nodelay(true)
        .build()
        .map_err(|e| cause(&e))
}

/// The innermost cause: the layers above it only repeat the URL.
pub(crate) fn cause(error: &dyn std::error::Error) -> String {
    let mut inner = error;
    while let Some(next) = inner.source() {
        inner = next;
    }
    inner.to_string()
}
