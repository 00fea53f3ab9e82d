//! The part of Redis' protocol (RESP2) that a cache needs: commands as arrays of strings, and their replies.
//!
//! A client library would bring pools, clusters and subscriptions; this is two connections that send and wait.

use super::CacheUrl;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long Redis may take to accept a connection, or to answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// The largest reply that is read.
const REPLY_MAX: usize = 16 * 1024 * 1024;
/// Replies may hold replies, but not many levels of them.
const DEPTH_MAX: usize = 4;

/// What Redis answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reply {
    /// A status, or a number as text.
    Line(String),
    /// It refuses.
    Error(String),
    /// A string; `None` for a key that is not there.
    Bytes(Option<Vec<u8>>),
    /// Several.
    Many(Vec<Reply>),
}

fn strange(what: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.into())
}

/// The line behind the first byte, and what follows it.
fn line(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let end = bytes.windows(2).position(|two| two == b"\r\n")?;
    let text = std::str::from_utf8(&bytes[1..end]).unwrap_or("");
    Some((text, &bytes[end + 2..]))
}

/// Reads the reply at the start, and says what follows it; `Ok(None)` as long as it is not whole.
///
/// # Errors
/// Bytes that are no reply.
pub(super) fn parse(bytes: &[u8], depth: usize) -> io::Result<Option<(Reply, &[u8])>> {
    let Some(kind) = bytes.first() else {
        return Ok(None);
    };
    if !b"+-:$*".contains(kind) || depth > DEPTH_MAX {
        return Err(strange("Redis sent something that is no reply"));
    }
    let Some((text, rest)) = line(bytes) else {
        return Ok(None);
    };
    let length = || {
        text.parse::<i64>()
            .map_err(|_| strange("a length that is no number"))
    };
    match kind {
        b'+' | b':' => Ok(Some((Reply::Line(text.to_owned()), rest))),
        b'-' => Ok(Some((Reply::Error(text.to_owned()), rest))),
        b'$' => match usize::try_from(length()?) {
            Err(_) => Ok(Some((Reply::Bytes(None), rest))),
            Ok(length) if length > REPLY_MAX => Err(strange("a reply that is too long")),
            Ok(length) => Ok(rest.get(..length + 2).map(|whole| {
                let bytes = whole[..length].to_vec();
                (Reply::Bytes(Some(bytes)), &rest[length + 2..])
            })),
        },
        _ => {
            let (mut many, mut rest) = (Vec::new(), rest);
            for _ in 0..length()? {
                let Some((reply, behind)) = parse(rest, depth + 1)? else {
                    return Ok(None);
                };
                many.push(reply);
                rest = behind;
            }
            Ok(Some((Reply::Many(many), rest)))
        }
    }
}

/// One connection; dropped after any error.
pub(super) struct Redis {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Redis {
    /// Connects, shows the login and chooses the database.
    pub(super) async fn connect(url: &CacheUrl) -> io::Result<Self> {
        let stream = timeout(PATIENCE, TcpStream::connect(&url.address)).await??;
        stream.set_nodelay(true)?;
        let mut redis = Self {
            stream,
            received: Vec::new(),
        };
        if let Some((user, password)) = &url.login {
            let mut login: Vec<&[u8]> = vec![b"AUTH"];
            if !user.is_empty() {
                login.push(user.as_bytes());
            }
            login.push(password.as_bytes());
            redis.ask(&login).await?;
        }
        if url.database != 0 {
            let number = url.database.to_string();
            redis.ask(&[b"SELECT", number.as_bytes()]).await?;
        }
        Ok(redis)
    }

    /// Sends one command and waits for its reply.
    ///
    /// # Errors
    /// A broken connection, a refusal, or no reply in time.
    pub(super) async fn ask(&mut self, command: &[&[u8]]) -> io::Result<Reply> {
        let mut bytes = format!("*{}\r\n", command.len()).into_bytes();
        for part in command {
            bytes.extend_from_slice(format!("${}\r\n", part.len()).as_bytes());
            bytes.extend_from_slice(part);
            bytes.extend_from_slice(b"\r\n");
        }
        timeout(PATIENCE, self.exchange(&bytes)).await?
    }

    async fn exchange(&mut self, bytes: &[u8]) -> io::Result<Reply> {
        self.stream.write_all(bytes).await?;
        loop {
            if let Some((reply, rest)) = parse(&self.received, 0)? {
                let used = self.received.len() - rest.len();
                self.received.drain(..used);
                return match reply {
                    Reply::Error(text) => Err(strange(text)),
                    reply => Ok(reply),
                };
            }
            if self.received.len() > 2 * REPLY_MAX {
                return Err(strange("a reply that does not end"));
            }
            if self.stream.read_buf(&mut self.received).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn whole(bytes: &[u8]) -> Reply {
        let (reply, rest) = parse(bytes, 0).unwrap().unwrap();
        assert_eq!(rest, b"");
        reply
    }

    #[test]
    fn replies_are_read() {
        assert_eq!(whole(b"+OK\r\n"), Reply::Line("OK".to_owned()));
        assert_eq!(whole(b":42\r\n"), Reply::Line("42".to_owned()));
        assert_eq!(whole(b"-ERR no\r\n"), Reply::Error("ERR no".to_owned()));
        assert_eq!(whole(b"$-1\r\n"), Reply::Bytes(None));
        assert_eq!(
            whole(b"$4\r\na\r\nb\r\n"),
            Reply::Bytes(Some(b"a\r\nb".to_vec()))
        );
        let many = Reply::Many(vec![Reply::Bytes(None), Reply::Line("1".to_owned())]);
        assert_eq!(whole(b"*2\r\n$-1\r\n:1\r\n"), many);
    }

    #[test]
    fn a_reply_that_is_cut_off_is_waited_for() {
        let bytes = b"*2\r\n$3\r\nabc\r\n:1\r\n";
        for length in 0..bytes.len() {
            assert_eq!(parse(&bytes[..length], 0).unwrap(), None, "{length}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..100), kind in 0..5_usize) {
            let _ = parse(&[&b"+-:$*"[kind..=kind], &bytes].concat(), 0);
        }

        #[test]
        fn no_numbers_make_it_panic(text in "([*$:+-][0-9-]{0,20}\r\n){0,12}") {
            let _ = parse(text.as_bytes(), 0);
        }
    }
}
