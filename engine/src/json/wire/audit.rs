//! Lines of the audit log, which are also the readable part of an export's records.

use super::answer::Shown;
use crate::amount::Amount;
use crate::audit::Audited;
use crate::evidence::text_of;
use crate::ledger::{AccountId, CommandId, Flags};
use crate::moment;
use serde::Serialize;

/// One entry. The four names that the article gives are kept letter for letter: `tx_hash`, `operator_ip`, `kyc_level`,
/// `regulatory_jurisdiction`; they are always there. What is seldom there is left out.
#[derive(Debug, Serialize)]
pub struct AuditLine {
    sequence: u64,
    time: String,
    kind: &'static str,
    status: &'static str,
    chain: &'static str,
    id: Shown<CommandId>,
    tx_hash: String,
    operator_ip: Option<String>,
    kyc_level: u8,
    regulatory_jurisdiction: Option<String>,
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
    operator: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operator_proof: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operator_signature: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_id: Option<String>,
    group_hash: String,
}

impl AuditLine {
    /// Shows an entry. `tx_hash` is that of the submission on a chain where there is one, and else the entry's own digest.
    pub fn new(audited: &Audited) -> Self {
        let Audited {
            command, origin, ..
        } = audited;
        let reference = command.reference();
        let flags = Flags::NAMED.iter();
        let set = flags.filter(|(flag, _)| command.flags().has(*flag));
        let tx_hash = origin.tx_hash.unwrap_or(audited.digest);
        Self {
            sequence: audited.sequence,
            time: moment::text(audited.time_ns),
            kind: command.kind().name(),
            status: audited.status.name(),
            chain: command.chain().name(),
            id: Shown(command.id()),
            tx_hash: format!("0x{}", text_of(&tx_hash)),
            operator_ip: origin.ip.map(|ip| ip.to_string()),
            kyc_level: audited.profile.level,
            regulatory_jurisdiction: audited.profile.jurisdiction_text().map(str::to_owned),
            debit: command.debit().map(Shown),
            credit: command.credit().map(Shown),
            amount: command.amount().map(Shown),
            hold: command.hold().map(Shown),
            token: command.token().0,
            flags: set.map(|(_, name)| *name).collect(),
            reference: (reference > 0).then_some(Shown(CommandId::new(reference))),
            operator: origin.operator.clone(),
            operator_proof: origin.proof.clone(),
            operator_signature: origin.signature.as_ref().map(|bytes| text_of(bytes)),
            trace_id: origin.trace.as_ref().map(|bytes| text_of(bytes)),
            provider: origin.provider.clone(),
            event_id: origin.event.clone(),
            group_hash: format!("0x{}", text_of(&audited.group)),
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
