//! Writes an export from a journal, while the engine goes on or without one.

use super::{DOMAIN, Query, VERSION};
use crate::audit::{Audited, Profiles, kind_of};
use crate::evidence::{SigningKey, text_of};
use crate::journal::{
    Digest, Disk, EngineId, Entry, Group, GroupHead, JournalError, Merkle, Tail, Until, Watermark,
    prove,
};
use crate::json::wire::audit::{AuditLine, GroupText};
use crate::json::wire::export::{ChainLine, EndLine, EndPart, GroupLine, HeadLine, RecordLine};
use crate::moment;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::io::{self, Write};
use std::path::Path;
use thiserror::Error;

/// Heads of one chain line.
const CHAIN: usize = 512;

/// Why there is no export.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The journal.
    #[error("{0}")]
    Journal(#[from] JournalError),
    /// There is none.
    #[error("there is no journal in {0}")]
    Empty(String),
    /// Where it goes.
    #[error("cannot write the export: {0}")]
    Write(#[from] io::Error),
}

/// What was exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Operations.
    pub records: u64,
    /// Groups of the period.
    pub groups: u64,
    /// Entries that were looked at, those before the period included.
    pub entries: u64,
    /// Bytes written.
    pub bytes: u64,
}

/// As [`export`], from the journal in a folder that no engine has open.
///
/// # Errors
/// As [`export`], and a folder that is in use.
pub fn export_folder(
    folder: &Path,
    query: &Query,
    key: Option<&SigningKey>,
    out: &mut dyn Write,
) -> Result<Summary, ExportError> {
    let disk = Disk::existing(folder)?;
    let watermark = Watermark::open(&disk)?;
    let Some(watermark) = watermark else {
        return Err(ExportError::Empty(folder.display().to_string()));
    };
    let until = Until::End(watermark.sequence());
    export(Tail::new(folder), until, query, key, out)
}

/// Writes what the query asks for, as far as the reader goes.
///
/// # Errors
/// A journal that cannot be read or is damaged, or a place that takes no bytes: then what was written has no end line.
pub fn export(
    mut tail: Tail,
    until: Until,
    query: &Query,
    key: Option<&SigningKey>,
    out: &mut dyn Write,
) -> Result<Summary, ExportError> {
    let mut work = Work {
        lines: Lines::new(out),
        query,
        mask: query.mask(),
        profiles: Profiles::default(),
        merkle: Merkle::default(),
        chain: Vec::new(),
        previous: [0; 32],
        last_sequence: 0,
        records: 0,
        groups: 0,
        begun: false,
    };
    while let Some((engine, group)) = tail.next(until)? {
        if work.last_sequence == 0 {
            // The first group follows the definitions that the journal begins with.
            work.previous = group.previous;
        }
        if group.time_ns >= query.to_ns {
            break;
        }
        if group.time_ns < query.from_ns {
            work.skip(&group)?;
            continue;
        }
        if !work.begun {
            work.begin(Some(engine))?;
        }
        work.group(&group)?;
    }
    if !work.begun {
        work.begin(tail.engine())?;
    }
    work.end(key)
}

/// What was chosen of a group.
struct Chosen<'a> {
    place: u32,
    entry: Entry<'a>,
    audited: Audited,
}

struct Work<'a> {
    lines: Lines<'a>,
    query: &'a Query,
    mask: u32,
    profiles: Profiles,
    merkle: Merkle,
    chain: Vec<String>,
    previous: Digest,
    last_sequence: u64,
    records: u64,
    groups: u64,
    begun: bool,
}

impl Work<'_> {
    /// A group before the period still says who holds which account.
    fn skip(&mut self, group: &Group<'_>) -> Result<(), JournalError> {
        for entry in group.entries() {
            self.profiles.learn(&entry)?;
        }
        self.previous = group.hash;
        self.last_sequence = group.last_sequence();
        Ok(())
    }

    fn begin(&mut self, engine: Option<EngineId>) -> io::Result<()> {
        self.begun = true;
        let journal = engine.map_or(String::new(), |id| text_of(&Sha256::digest(id.0)));
        self.lines.line(&HeadLine {
            export: VERSION,
            journal,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            kinds: self
                .query
                .kinds
                .iter()
                .map(|kind| kind.name().to_owned())
                .collect(),
            from: moment::text(self.query.from_ns),
            to: moment::text(self.query.to_ns),
            first_sequence: self.last_sequence + 1,
            previous: text_of(&self.previous),
        })
    }

    fn group(&mut self, group: &Group<'_>) -> Result<(), ExportError> {
        let mut chosen = Vec::new();
        for (place, entry) in (0..).zip(group.entries()) {
            self.profiles.learn(&entry)?;
            if kind_of(&entry).is_some_and(|kind| self.mask & 1 << kind.number() != 0) {
                let of = |account| self.profiles.of(account);
                let audited = Audited::new(&entry, of)?;
                chosen.push(Chosen {
                    place,
                    entry,
                    audited,
                });
            }
        }
        let head = group.head();
        if chosen.is_empty() {
            self.chain.push(STANDARD.encode(head.bytes()));
            if self.chain.len() == CHAIN {
                self.flush_chain()?;
            }
        } else {
            self.flush_chain()?;
            self.chosen(group, &head, &chosen)?;
        }
        self.records += chosen.len() as u64;
        self.groups += 1;
        self.previous = group.hash;
        self.last_sequence = group.last_sequence();
        Ok(())
    }

    fn chosen(
        &mut self,
        group: &Group<'_>,
        head: &GroupHead,
        chosen: &[Chosen<'_>],
    ) -> Result<(), ExportError> {
        let leaves = self.merkle.leaves(group.entry_bytes(), group.count);
        let Some((leaves, _)) = leaves.filter(|(_, root)| *root == head.root()) else {
            return Err(ExportError::Journal(JournalError::Damaged {
                name: format!("the group from sequence {}", group.first_sequence),
                offset: 0,
                what: "the entries of the group do not give its root",
            }));
        };
        let places: Vec<u32> = chosen.iter().map(|one| one.place).collect();
        let mut proof = Vec::new();
        prove(&leaves, &places, &mut proof);
        self.lines.line(&GroupLine {
            group: STANDARD.encode(head.bytes()),
            proof: STANDARD.encode(proof.concat()),
            records: chosen.len() as u32,
        })?;
        let text = GroupText::new(group.time_ns, group.hash);
        for block in render(chosen, &text)? {
            self.lines.block(&block)?;
        }
        Ok(())
    }

    fn flush_chain(&mut self) -> io::Result<()> {
        if self.chain.is_empty() {
            return Ok(());
        }
        let chain = std::mem::take(&mut self.chain);
        self.lines.line(&ChainLine { chain })
    }

    fn end(mut self, key: Option<&SigningKey>) -> Result<Summary, ExportError> {
        self.flush_chain()?;
        let end = EndPart {
            records: self.records,
            groups: self.groups,
            last_sequence: self.last_sequence,
            head: text_of(&self.previous),
            digest: text_of(&self.lines.digest.clone().finalize()),
        };
        let signature = key.map(|key| key.sign(&signed(&end)));
        self.lines.line(&EndLine {
            end,
            key: key.map(|key| key.public().to_string()),
            signature: signature.map(|signature| text_of(&signature)),
        })?;
        self.lines.out.flush()?;
        Ok(Summary {
            records: self.records,
            groups: self.groups,
            entries: self.last_sequence,
            bytes: self.lines.bytes,
        })
    }
}

/// Records of a group from which on a second thread is worth starting.
const MANY: usize = 256;

/// The lines of records in one or two blocks: making them is most of the work.
fn render(chosen: &[Chosen<'_>], text: &GroupText) -> io::Result<Vec<Vec<u8>>> {
    let lines = |part: &[Chosen<'_>]| {
        let mut block = Vec::new();
        for one in part {
            let line = RecordLine {
                record: AuditLine::new(&one.audited, text),
                entry: STANDARD.encode(one.entry.bytes),
            };
            serde_json::to_writer(&mut block, &line)?;
            block.push(b'\n');
        }
        Ok::<_, io::Error>(block)
    };
    if chosen.len() < MANY {
        return Ok(vec![lines(chosen)?]);
    }
    let (left, right) = chosen.split_at(chosen.len() / 2);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| lines(left));
        let right = lines(right);
        let left = other
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok(vec![left?, right?])
    })
}

/// What the signature of an export covers.
pub(super) fn signed(end: &EndPart) -> Vec<u8> {
    let mut message = DOMAIN.to_vec();
    // A vector takes every write, and the part has text keys only.
    let _ = serde_json::to_writer(&mut message, end);
    message
}

/// Writes lines and digests them.
struct Lines<'a> {
    out: &'a mut dyn Write,
    digest: Sha256,
    line: Vec<u8>,
    bytes: u64,
}

impl<'a> Lines<'a> {
    fn new(out: &'a mut dyn Write) -> Self {
        Self {
            out,
            digest: Sha256::new(),
            line: Vec::new(),
            bytes: 0,
        }
    }

    fn line(&mut self, value: &impl Serialize) -> io::Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, value)?;
        self.line.push(b'\n');
        let line = std::mem::take(&mut self.line);
        let written = self.block(&line);
        self.line = line;
        written
    }

    /// Whole lines.
    fn block(&mut self, lines: &[u8]) -> io::Result<()> {
        self.digest.update(lines);
        self.bytes += lines.len() as u64;
        self.out.write_all(lines)
    }
}
