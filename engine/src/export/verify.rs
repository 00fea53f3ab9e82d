//! Checks an export without the engine and without its journal.

use super::write::signed;
use super::{Query, VERSION};
use crate::audit::{Audited, kind_of};
use crate::evidence::{PublicKey, bytes_of, text_of};
use crate::journal::{Digest, Entry, GroupHead, leaf, root_from};
use crate::json::wire::audit::{AuditLine, GroupText};
use crate::json::wire::export::{ChainLine, ClaimedLine, EndLine, GroupLine, HeadLine, RecordLine};
use crate::ledger::{CommandRecord, Profile, Role};
use crate::moment;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use std::io::{BufRead, Read};
use thiserror::Error;

/// The most bytes of a line.
const LINE: u64 = 16 * 1024 * 1024;

/// Whose word counts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Trust {
    /// The engine's public key, got by another way; without it a signature shows only that its key made it.
    pub engine: Option<PublicKey>,
    /// The operator's; without it operators' signatures are not looked at.
    pub operator: Option<PublicKey>,
}

/// What a whole export holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// What was asked for.
    pub query: Query,
    /// Operations.
    pub records: u64,
    /// Groups of the period.
    pub groups: u64,
    /// The last sequence of the period.
    pub last_sequence: u64,
    /// The hash of its last group.
    pub head: Digest,
    /// Who signed it.
    pub key: Option<PublicKey>,
}

/// What is wrong with an export.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {what}")]
pub struct Fault {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong there.
    pub what: String,
}

/// Checks everything that can be checked.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify(input: &mut dyn BufRead, trust: &Trust) -> Result<Verified, Fault> {
    let mut lines = Lines {
        input,
        number: 0,
        line: Vec::new(),
        digest: Sha256::new(),
    };
    let checked = check(&mut lines, trust);
    checked.map_err(|what| Fault {
        line: lines.number,
        what,
    })
}

/// Says what is wrong unless something holds.
fn demand(holds: bool, what: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}

fn check(lines: &mut Lines<'_>, trust: &Trust) -> Result<Verified, String> {
    demand(lines.next()?, "the export is empty")?;
    let mut chain = Chain::begin(&lines.read("a head")?)?;
    lines.take();
    loop {
        demand(
            lines.next()?,
            "the export is cut off: its end line is missing",
        )?;
        if lines.line.starts_with(b"{\"end\"") {
            break;
        }
        if lines.line.starts_with(b"{\"chain\"") {
            let line: ChainLine = lines.read("a chain of groups")?;
            lines.take();
            for head in &line.chain {
                chain.follow(head)?;
            }
        } else {
            let line: GroupLine = lines.read("a group")?;
            lines.take();
            chain.group(&line, lines, trust)?;
        }
    }
    let line: EndLine = lines.read("an end")?;
    let digest = text_of(&lines.digest.clone().finalize());
    let end = &line.end;
    demand(
        end.digest == digest,
        "the lines above are not those that were written: their digest differs",
    )?;
    let sums = (end.records, end.groups, end.last_sequence);
    let counted = (chain.records, chain.groups, chain.last_sequence);
    demand(
        sums == counted,
        "the sums of the end are not those of the lines above",
    )?;
    demand(
        end.head == text_of(&chain.previous),
        "the head is not the hash of the last group",
    )?;
    let key = signer(&line, trust)?;
    demand(!lines.next()?, "something follows the end")?;
    Ok(Verified {
        query: chain.query,
        records: chain.records,
        groups: chain.groups,
        last_sequence: chain.last_sequence,
        head: chain.previous,
        key,
    })
}

/// Who signed the end, if anybody did and must have.
fn signer(line: &EndLine, trust: &Trust) -> Result<Option<PublicKey>, String> {
    let (key, signature) = match (&line.key, &line.signature) {
        (Some(key), Some(signature)) => (key, signature),
        (None, None) => {
            demand(trust.engine.is_none(), "the export is not signed")?;
            return Ok(None);
        }
        _ => return Err("a key and a signature belong together".to_owned()),
    };
    let key: PublicKey = key.parse().map_err(|_| "the key is none".to_owned())?;
    let trusted = trust.engine.is_none_or(|trusted| trusted == key);
    demand(trusted, "it is signed with another key than the given one")?;
    let signature = bytes_of(signature).ok_or("the signature is none")?;
    demand(
        key.verifies(&signed(&line.end), &signature),
        "the signature is wrong",
    )?;
    Ok(Some(key))
}

/// How far the groups are linked.
struct Chain {
    query: Query,
    mask: u32,
    previous: Digest,
    last_sequence: u64,
    time_ns: u64,
    records: u64,
    groups: u64,
}

impl Chain {
    fn begin(head: &HeadLine) -> Result<Self, String> {
        demand(head.export == VERSION, "the format has another version")?;
        let query = Query {
            kinds: Query::kinds_of(&head.kinds.join(",")).ok_or("an unknown kind")?,
            from_ns: moment::parse(&head.from).ok_or("\"from\" is no moment")?,
            to_ns: moment::parse(&head.to).ok_or("\"to\" is no moment")?,
        };
        let last = head.first_sequence.checked_sub(1);
        Ok(Self {
            mask: query.mask(),
            query,
            previous: bytes_of(&head.previous).ok_or("\"previous\" is no digest")?,
            last_sequence: last.ok_or("sequences start from 1")?,
            time_ns: 0,
            records: 0,
            groups: 0,
        })
    }

    /// The next group of the chain.
    fn follow(&mut self, head: &str) -> Result<GroupHead, String> {
        let bytes = STANDARD.decode(head).ok();
        let head = bytes.and_then(|bytes| GroupHead::read(&bytes));
        let head = head.ok_or("the head of a group is none")?;
        let follows = head.previous() == self.previous
            && Some(head.first_sequence()) == self.last_sequence.checked_add(1)
            && head.time_ns() >= self.time_ns;
        demand(follows, "a group does not follow the one before")?;
        let inside = (self.query.from_ns..self.query.to_ns).contains(&head.time_ns());
        demand(inside, "a group lies outside the period")?;
        self.previous = head.hash();
        self.last_sequence = head.last_sequence();
        self.time_ns = head.time_ns();
        self.groups += 1;
        Ok(head)
    }

    /// A group and the records behind it.
    fn group(
        &mut self,
        line: &GroupLine,
        lines: &mut Lines<'_>,
        trust: &Trust,
    ) -> Result<(), String> {
        let head = self.follow(&line.group)?;
        demand(
            (1..=head.count()).contains(&line.records),
            "a group has no such number of records",
        )?;
        let proof = STANDARD
            .decode(&line.proof)
            .map_err(|_| "the proof is none")?;
        let (digests, rest) = proof.as_chunks::<32>();
        demand(rest.is_empty(), "the proof is cut off")?;
        let text = GroupText::new(head.time_ns(), self.previous);
        let mut known = Vec::new();
        for _ in 0..line.records {
            demand(lines.next()?, "the export is cut off: records are missing")?;
            let (place, digest) = self.record(lines, (&head, &text), trust)?;
            let rises = known.last().is_none_or(|(last, _)| *last < place);
            demand(rises, "the record stands in the wrong place")?;
            known.push((place, digest));
            lines.take();
        }
        self.records += u64::from(line.records);
        let root = root_from(head.count(), &known, digests);
        demand(
            root == Some(head.root()),
            "the records above are not entries of their group",
        )
    }

    /// The place of a record in its group, and its digest.
    fn record(
        &self,
        lines: &Lines<'_>,
        (head, text): (&GroupHead, &GroupText),
        trust: &Trust,
    ) -> Result<(u32, Digest), String> {
        let not = "the line is no record";
        let claimed: ClaimedLine = serde_json::from_slice(&lines.line).map_err(|_| not)?;
        let bytes = STANDARD.decode(&claimed.entry).map_err(|_| not)?;
        let entry = Entry::whole(&bytes).ok_or("the entry is none")?;
        let asked = kind_of(&entry).is_some_and(|kind| self.mask & 1 << kind.number() != 0);
        demand(asked, "the entry is of a kind that was not asked for")?;
        let profile = profile(&claimed).ok_or("no such KYC level or jurisdiction")?;
        let audited = Audited::new(&entry, |_| profile);
        let audited = audited.map_err(|error| error.to_string())?;
        let right = RecordLine {
            record: AuditLine::new(&audited, text),
            entry: claimed.entry,
        };
        demand(
            lines.is(&right),
            "the readable part does not say what the entry says",
        )?;
        signature(&audited, trust)?;
        let place = audited.sequence.checked_sub(head.first_sequence());
        let place = place.and_then(|place| u32::try_from(place).ok());
        let place = place.filter(|place| *place < head.count());
        Ok((
            place.ok_or("the record belongs to another group")?,
            leaf(&bytes),
        ))
    }
}

fn profile(claimed: &ClaimedLine) -> Option<Profile> {
    let letters = match &claimed.record.regulatory_jurisdiction {
        None => [0; 2],
        Some(text) => text.as_bytes().try_into().ok()?,
    };
    let profile = Profile {
        level: claimed.record.kyc_level,
        jurisdiction: letters,
    };
    Profile::unpack(profile.packed())
}

/// The operator's signature, where one must be.
fn signature(audited: &Audited, trust: &Trust) -> Result<(), String> {
    let command = &audited.command;
    let own = command.role() == Role::Operator && command.needs_operator();
    let (Some(key), true, None) = (&trust.operator, own, &audited.origin.provider) else {
        return Ok(());
    };
    let signature = audited.origin.signature.as_ref();
    let signature = signature.ok_or("the operator did not sign the command")?;
    let record = CommandRecord::new(command);
    demand(
        key.verifies(record.bytes(), signature),
        "the operator's signature is wrong",
    )
}

/// The lines one after the other, with the digest of those that were taken.
struct Lines<'a> {
    input: &'a mut dyn BufRead,
    number: u64,
    line: Vec<u8>,
    digest: Sha256,
}

impl Lines<'_> {
    /// Goes on to the next line; `false` at the end.
    fn next(&mut self) -> Result<bool, String> {
        self.line.clear();
        let mut input = Read::take(&mut *self.input, LINE);
        let read = input.read_until(b'\n', &mut self.line);
        let read = read.map_err(|error| format!("cannot read on: {error}"))?;
        if read == 0 {
            return Ok(false);
        }
        self.number += 1;
        demand(self.line.pop() == Some(b'\n'), "the line has no end")?;
        Ok(true)
    }

    /// Reads the line as exactly what it would be written as.
    fn read<T: DeserializeOwned + Serialize>(&self, what: &str) -> Result<T, String> {
        let parsed: T = serde_json::from_slice(&self.line)
            .map_err(|error| format!("the line is not {what}: {error}"))?;
        demand(
            self.is(&parsed),
            &format!("the line is not written as {what} is"),
        )?;
        Ok(parsed)
    }

    /// Whether the line is what this would be written as.
    fn is(&self, value: &impl Serialize) -> bool {
        serde_json::to_vec(value).is_ok_and(|bytes| bytes == self.line)
    }

    /// Counts the line in.
    fn take(&mut self) {
        self.digest.update(&self.line);
        self.digest.update(b"\n");
    }
}
