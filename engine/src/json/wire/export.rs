//! Lines of the regulator's export.

use super::audit::AuditLine;
use serde::{Deserialize, Serialize};

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadLine {
    /// Version of the format.
    pub export: u32,
    /// Digest of the engine's id: exports of one journal have the same.
    pub journal: String,
    /// Version of the engine.
    pub version: String,
    /// Kinds that were asked for.
    pub kinds: Vec<String>,
    /// From when on.
    pub from: String,
    /// Until before when.
    pub to: String,
    /// The first sequence of the period's first group.
    pub first_sequence: u64,
    /// The hash of the group before it.
    pub previous: String,
}

/// Heads of groups that hold nothing of what was asked for.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainLine {
    /// Base64 of 96 bytes each.
    pub chain: Vec<String>,
}

/// A group that holds some.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupLine {
    /// Its head.
    pub group: String,
    /// Base64 of the digests that prove its records.
    pub proof: String,
    /// How many records follow.
    pub records: u32,
}

/// One operation.
#[derive(Debug, Serialize)]
pub struct RecordLine<'a> {
    /// For people.
    pub record: AuditLine<'a>,
    /// Base64 of the entry.
    pub entry: String,
}

/// What a record says that its entry does not.
#[derive(Debug, Deserialize)]
pub struct ClaimedLine {
    /// The readable part.
    pub record: Claimed,
    /// Base64 of the entry.
    pub entry: String,
}

/// What was known about the account's holder.
#[derive(Debug, Deserialize)]
pub struct Claimed {
    /// 0 to 3.
    pub kyc_level: u8,
    /// Two letters.
    pub regulatory_jurisdiction: Option<String>,
}

/// The last line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndLine {
    /// What is signed.
    pub end: EndPart,
    /// The public key, if it is signed.
    pub key: Option<String>,
    /// The signature over the end.
    pub signature: Option<String>,
}

/// Sums over the whole.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndPart {
    /// Operations.
    pub records: u64,
    /// Groups of the period.
    pub groups: u64,
    /// The last sequence of the period's last group; of the one before if there is none.
    pub last_sequence: u64,
    /// The hash of that group.
    pub head: String,
    /// SHA-256 over all lines before this one.
    pub digest: String,
}
