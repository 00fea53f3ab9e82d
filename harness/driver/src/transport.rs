//! One way to exchange messages per target: our own HTTP/1.1 connection, or reqwest where TLS, HTTP/2 or redirects are needed.

use crate::http1::{Answer, Connection};
use crate::request::Request;
use record::failure::FailureKind;
use record::trace;

/// A user's means of talking to the target.
pub(crate) enum Transport {
    /// Plain HTTP/1.1.
    Plain(Box<Connection>),
    /// Everything else: slower, and its `sent` includes the making of a connection.
    General(Box<General>),
}

impl Transport {
    pub(crate) fn plain() -> Self {
        Self::Plain(Box::default())
    }

    pub(crate) fn general(client: reqwest::Client) -> Self {
        Self::General(Box::new(General {
            client,
            head: Vec::new(),
            body: Vec::new(),
        }))
    }

    /// The same means with a connection of its own.
    pub(crate) fn another(&self) -> Self {
        match self {
            Self::Plain(_) => Self::plain(),
            Self::General(general) => Self::general(general.client.clone()),
        }
    }

    /// The head of the last answer: fields as `name: value` lines.
    pub(crate) fn head(&self) -> &[u8] {
        match self {
            Self::Plain(connection) => connection.head(),
            Self::General(general) => &general.head,
        }
    }

    /// The kept part of the last answer's body.
    pub(crate) fn body(&self) -> &[u8] {
        match self {
            Self::Plain(connection) => connection.body(),
            Self::General(general) => &general.body,
        }
    }
}

/// A user of the general client.
pub(crate) struct General {
    client: reqwest::Client,
    head: Vec<u8>,
    body: Vec<u8>,
}

impl General {
    /// Sends `request` to `origin` and reads the whole answer. `message` is the request as it would be on a plain connection: the fields
    /// are taken from there, so that both clients send the same.
    pub(crate) async fn exchange(
        &mut self,
        origin: &str,
        request: &Request<'_>,
        message: &[u8],
    ) -> Result<Answer, FailureKind> {
        let method = reqwest::Method::from_bytes(request.method.as_bytes())
            .map_err(|_| FailureKind::Malformed)?;
        let mut builder = self
            .client
            .request(method, format!("{origin}{}", request.path));
        let own = ["x-request-id", trace::FIELD].map(|name| (name, field(message, name)));
        let own = own.into_iter().filter(|(_, value)| !value.is_empty());
        for (name, value) in request.headers.iter().copied().chain(own) {
            builder = builder.header(name, value);
        }
        if let Some(content) = request.body {
            if let Some(kind) = request.content_type {
                builder = builder.header("content-type", kind);
            }
            builder = builder.body(content.to_vec());
        }
        self.take(builder.send().await.map_err(|e| kind(&e))?).await
    }

    async fn take(&mut self, answer: reqwest::Response) -> Result<Answer, FailureKind> {
        let status = answer.status().as_u16();
        self.head.clear();
        for (name, value) in answer.headers() {
            self.head.extend_from_slice(name.as_str().as_bytes());
            self.head.extend_from_slice(b": ");
            self.head.extend_from_slice(value.as_bytes());
            self.head.extend_from_slice(b"\r\n");
        }
        let content = answer.bytes().await.map_err(|e| kind(&e))?;
        self.body.clear();
        self.body.extend_from_slice(&content);
        Ok(Answer {
            status,
            body_bytes: content.len() as u64,
        })
    }
}

// The value of a field of a composed message.
fn field<'a>(message: &'a [u8], name: &str) -> &'a str {
    let lines = message.split(|&b| b == b'\n');
    let mut lines = lines.filter_map(|line| std::str::from_utf8(line).ok());
    lines
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
        .map_or("", str::trim_end)
}

fn kind(error: &reqwest::Error) -> FailureKind {
    if error.is_timeout() {
        FailureKind::Timeout
    } else if error.is_connect() {
        crate::local::note_source(error);
        FailureKind::Connect
    } else if error.is_decode() || error.is_body() {
        FailureKind::Malformed
    } else {
        FailureKind::Reset
    }
}
