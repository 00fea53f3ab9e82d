//! Lines of the audit log, which are also the readable part of an export's records.

use super::answer::Shown;
use crate::amount::Amount;
use crate::audit::Audited;
use crate::evidence::Hex;
use crate::journal::Digest;
use crate::ledger::{AccountId, CommandId, Flags};
use crate::moment;
use serde::{Serialize, Serializer};
use std::net::IpAddr;

/// What all entries of a group show alike; made once for each group.
#[derive(Debug)]
pub struct GroupText {
    time: String,
    hash: Digest,
}

impl GroupText {
    /// Of a group of that time, in nanoseconds of Unix time, and hash.
    pub fn new(time_ns: u64, hash: Digest) -> Self {
        Self {
            time: moment::text(time_ns),
            hash,
        }
    }
}

impl Serialize for Hex<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.with(|text| serializer.serialize_str(text))
    }
}

/// One entry. The four names that the article gives are kept letter for letter: `tx_hash`, `operator_ip`, `kyc_level`,
/// `regulatory_jurisdiction`; they are always there. What is seldom there is left out.
#[derive(Debug, Serialize)]
pub struct AuditLine<'a> {
    sequence: u64,
    time: &'a str,
    kind: &'static str,
    status: &'static str,
    chain: &'static str,
    id: Shown<CommandId>,
    tx_hash: Hex<'a>,
    operator_ip: Option<IpAddr>,
    kyc_level: u8,
    regulatory_jurisdiction: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    debit: Option<Shown<AccountId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credit: Option<Shown<AccountId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Shown<Amount>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hold: Option<Shown<CommandId>>,
    token: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    flags: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<Shown<CommandId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operator: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operator_proof: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operator_signature: Option<Hex<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<Hex<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_id: Option<&'a str>,
    group_hash: Hex<'a>,
}

impl<'a> AuditLine<'a> {
    /// Shows an entry. `tx_hash` is that of the submission on a chain where there is one, and else the entry's own digest.
    pub fn new(audited: &'a Audited, group: &'a GroupText) -> Self {
        let Audited {
            command, origin, ..
        } = audited;
        let reference = command.reference();
        let flags = Flags::NAMED.iter();
        let set = flags.filter(|(flag, _)| command.flags().has(*flag));
        let digits = |bytes: &'a [u8]| Hex { prefix: "", bytes };
        let hash = |bytes: &'a Digest| Hex {
            prefix: "0x",
            bytes,
        };
        Self {
            sequence: audited.sequence,
            time: &group.time,
            kind: command.kind().name(),
            status: audited.status.name(),
            chain: command.chain().name(),
            id: Shown(command.id()),
            tx_hash: hash(origin.tx_hash.as_ref().unwrap_or(&audited.digest)),
            operator_ip: origin.ip,
            kyc_level: audited.profile.level,
            regulatory_jurisdiction: audited.profile.jurisdiction_text(),
            debit: command.debit().map(Shown),
            credit: command.credit().map(Shown),
            amount: command.amount().map(Shown),
            hold: command.hold().map(Shown),
            token: command.token().0,
            flags: set.map(|(_, name)| *name).collect(),
            reference: (reference > 0).then_some(Shown(CommandId::new(reference))),
            operator: origin.operator.as_deref(),
            operator_proof: origin.proof.as_deref(),
            operator_signature: origin.signature.as_ref().map(|bytes| digits(bytes)),
            trace_id: origin.trace.as_ref().map(|bytes| digits(bytes)),
            provider: origin.provider.as_deref(),
            event_id: origin.event.as_deref(),
            group_hash: hash(&group.hash),
        }
    }
}

/// What is read back of a log's last line.
#[derive(Debug, serde::Deserialize)]
pub struct LastLine {
    /// How far the log is.
    pub sequence: u64,
    /// Of which history.
    pub group_hash: String,
}
