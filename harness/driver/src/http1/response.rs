//! The head of an answer, and how its body ends (RFC 9112 §6.3). Pure.

use super::HeadOnly;
use std::mem::MaybeUninit;

/// Not HTTP, or HTTP that cannot be framed safely.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed;

/// How the body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// There is none.
    Empty,
    /// After so many bytes.
    Length(u64),
    /// After the last chunk.
    Chunked,
    /// When the connection closes.
    UntilClose,
}

/// What the exchange needs to know of a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) status: u16,
    /// Bytes of the head itself.
    pub(super) length: usize,
    pub(super) framing: Framing,
    /// Whether the connection may be used again after the body.
    pub(super) keep_alive: bool,
}

impl Head {
    /// Of no answer yet.
    pub(super) const NONE: Self = Self {
        status: 0,
        length: 0,
        framing: Framing::Empty,
        keep_alive: false,
    };

    /// 1xx, but for 101 which ends HTTP on this connection and is an answer like any other to us.
    pub(super) fn is_interim(&self) -> bool {
        (100..200).contains(&self.status) && self.status != 101
    }
}

const MAX_FIELDS: usize = 96;

/// The head at the start of `input`; `None` while it is not complete.
pub(super) fn parse_head(input: &[u8], head_only: HeadOnly) -> Result<Option<Head>, Malformed> {
    // Not initialised, because clearing two kilobytes costs more than reading the few fields that come.
    let mut fields = [const { MaybeUninit::uninit() }; MAX_FIELDS];
    let mut response = httparse::Response::new(&mut []);
    let parsed = httparse::ParserConfig::default().parse_response_with_uninit_headers(
        &mut response,
        input,
        &mut fields,
    );
    let length = match parsed {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(_) => return Err(Malformed),
    };
    let status = response.code.ok_or(Malformed)?;
    let mut connection = Fields::new(response.version == Some(1));
    for field in response.headers.iter() {
        connection.read(field.name, field.value)?;
    }
    let framing = connection.framing(status, head_only);
    Ok(Some(Head {
        status,
        length,
        framing,
        keep_alive: connection.keep_alive && framing != Framing::UntilClose && status != 101,
    }))
}

// The three fields that decide about the connection.
struct Fields {
    keep_alive: bool,
    length: Option<u64>,
    chunked: bool,
}

impl Fields {
    fn new(version_1_1: bool) -> Self {
        Self {
            keep_alive: version_1_1,
            length: None,
            chunked: false,
        }
    }

    fn read(&mut self, name: &str, value: &[u8]) -> Result<(), Malformed> {
        // By length first: most fields are none of the three.
        if name.len() == 14 && name.eq_ignore_ascii_case("content-length") {
            let length = parse_length(value).ok_or(Malformed)?;
            if self.length.is_some_and(|other| other != length) {
                return Err(Malformed);
            }
            self.length = Some(length);
        } else if name.len() == 17 && name.eq_ignore_ascii_case("transfer-encoding") {
            self.chunked = tokens(value)
                .last()
                .is_some_and(|t| t.eq_ignore_ascii_case(b"chunked"));
            if !self.chunked {
                return Err(Malformed);
            }
        } else if name.len() == 10 && name.eq_ignore_ascii_case("connection") {
            for token in tokens(value) {
                if token.eq_ignore_ascii_case(b"close") {
                    self.keep_alive = false;
                } else if token.eq_ignore_ascii_case(b"keep-alive") {
                    self.keep_alive = true;
                }
            }
        }
        Ok(())
    }

    fn framing(&self, status: u16, head_only: HeadOnly) -> Framing {
        if head_only == HeadOnly::Yes
            || (100..200).contains(&status)
            || status == 204
            || status == 304
        {
            Framing::Empty
        } else if self.chunked {
            // A length beside chunks is ignored, as RFC 9112 §6.3 has it.
            Framing::Chunked
        } else {
            match self.length {
                Some(0) => Framing::Empty,
                Some(length) => Framing::Length(length),
                None => Framing::UntilClose,
            }
        }
    }
}

fn tokens(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|&b| b == b',').map(<[u8]>::trim_ascii)
}

fn parse_length(value: &[u8]) -> Option<u64> {
    let digits = value.trim_ascii();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}
