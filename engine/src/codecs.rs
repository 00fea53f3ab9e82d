//! Which forms of a body are read. A form that is not is answered with 415.

use crate::ledger::{Command, Kind, Role};
use crate::proto::{self, Member, ProtoError};
use prost::bytes::Bytes;
use std::fmt;
use std::str::FromStr;

/// What reads protobuf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProtobufReader {
    /// The derived messages of `prost`: a message is built, then the command.
    Prost,
    /// A reader of our own that goes over the bytes once and builds the command only.
    View,
}

impl ProtobufReader {
    /// The name in `--codec`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Prost => "prost",
            Self::View => "view",
        }
    }

    /// Reads one command; `kind` is what the path says.
    ///
    /// # Errors
    /// Whatever keeps the body from being a command.
    pub(crate) fn command(
        self,
        body: Bytes,
        kind: Option<Kind>,
        role: Role,
    ) -> Result<Command, ProtoError> {
        match self {
            Self::Prost => proto::decode_command(body, kind, role),
            Self::View => proto::view::decode_command(&body, kind, role),
        }
    }

    /// Reads the commands of a batch, in their order.
    ///
    /// # Errors
    /// A body that is no batch.
    pub(crate) fn batch(self, body: Bytes, role: Role) -> Result<Vec<Member>, ProtoError> {
        match self {
            Self::Prost => proto::decode_batch(body, role),
            Self::View => proto::view::decode_batch(&body, role),
        }
    }
}

/// The forms that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Codecs {
    /// Whether JSON is.
    pub json: bool,
    /// What reads protobuf, if anything does.
    pub protobuf: Option<ProtobufReader>,
    /// Whether records of 128 bytes are.
    pub raw: bool,
}

impl Default for Codecs {
    /// All forms, protobuf by `prost`.
    fn default() -> Self {
        Self {
            json: true,
            protobuf: Some(ProtobufReader::Prost),
            raw: true,
        }
    }
}

impl FromStr for Codecs {
    type Err = ();

    /// Names with commas between, each at most once; `prost` and `view` read the same form, so at most one of them.
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut codecs = Self {
            json: false,
            protobuf: None,
            raw: false,
        };
        for name in text.split(',') {
            let before = match name {
                "json" => std::mem::replace(&mut codecs.json, true),
                "raw" => std::mem::replace(&mut codecs.raw, true),
                "prost" => codecs.protobuf.replace(ProtobufReader::Prost).is_some(),
                "view" => codecs.protobuf.replace(ProtobufReader::View).is_some(),
                _ => return Err(()),
            };
            if before {
                return Err(());
            }
        }
        Ok(codecs)
    }
}

impl fmt::Display for Codecs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [
            self.json.then_some("json"),
            self.protobuf.map(ProtobufReader::name),
            self.raw.then_some("raw"),
        ];
        for (at, name) in names.into_iter().flatten().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            write!(f, "{comma}{name}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
