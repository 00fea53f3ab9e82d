//! Reads a journal from its files: finds its end, tells a torn group from damage, and hands every entry on.
//!
//! A crash leaves at most one group that is not whole, at the end of the last segment, because the next one is written only after
//! it is durable. So the end may be cut where no whole group follows; everything else that is not as it was written is damage, and
//! damage refuses to start. What lies below the watermark was durable, so it is never cut.
//!
//! One thread reads and checks while the caller's visitor applies.

mod scan;

use super::frame::{EngineId, Group, SEGMENT_HEADER, SegmentHeader};
use super::genesis;
use super::storage::Storage;
use super::watermark::Watermark;
use super::writer::{Position, Writer};
use super::{Digest, JournalError};
use scan::{End, Scan};
use std::sync::Arc;

/// What a reader does with each group, in order.
pub type Visit<'a> = dyn FnMut(&Group<'_>) -> Result<(), JournalError> + 'a;

/// A torn end that was cut off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The segment.
    pub name: String,
    /// Where its whole part ends.
    pub offset: u64,
    /// Bytes from there to the last one written.
    pub bytes: u64,
}

/// What a pass over a journal found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Segments read.
    pub segments: u64,
    /// Groups visited.
    pub groups: u64,
    /// Entries visited.
    pub entries: u64,
    /// The last sequence; 0 in an empty journal.
    pub last_sequence: u64,
    /// The hash of the last group; zeros in an empty journal.
    pub head: Digest,
    /// A torn end.
    pub cut: Option<Cut>,
}

/// A journal ready to go on.
#[derive(Debug)]
pub struct Recovered {
    /// Its end.
    pub writer: Writer,
    /// Its watermark.
    pub watermark: Watermark,
    /// What was found.
    pub found: Found,
}

/// A place inside a journal where reading may start: the end of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct From {
    /// The last sequence that is known already; 0 for all.
    pub sequence: u64,
    /// The hash of the group that ends there.
    pub hash: Digest,
}

impl From {
    /// The beginning.
    pub const START: Self = Self {
        sequence: 0,
        hash: [0; 32],
    };
}

/// Reads a journal behind `from`, visits its groups, cuts a torn end, and makes it ready to go on; makes a new one, with the
/// id `fresh`, where there is none.
///
/// The journal must begin with these `definitions`, or gets them if it is empty.
///
/// # Errors
/// Damage, other definitions, a visitor's error, or what the system says. Nothing is changed then.
pub fn recover(
    storage: &Arc<dyn Storage>,
    fresh: EngineId,
    from: From,
    definitions: &[u8],
    visit: &mut Visit<'_>,
) -> Result<Recovered, JournalError> {
    let watermark = Watermark::open(storage.as_ref())?;
    let Some(end) = scan(
        storage.as_ref(),
        watermark.as_ref(),
        from,
        Some(definitions),
        visit,
    )?
    else {
        return create(storage, watermark, fresh, definitions);
    };
    let found = end.found(from);
    if found.cut.is_some() {
        let segment_bytes = storage.segment_bytes() as u64;
        storage
            .open(&end.name)
            .and_then(|mut file| file.cut(end.offset, segment_bytes))
            .map_err(JournalError::io("cut", &end.name))?;
    }
    let watermark = match watermark {
        Some(watermark) => watermark,
        None => Watermark::create(storage.as_ref(), end.position.engine)?,
    };
    let mut writer = Writer::resume(storage, end.name, end.offset, end.position)?;
    writer.begin(definitions)?;
    Ok(Recovered {
        writer,
        watermark,
        found,
    })
}

/// Reads a journal from its beginning and changes nothing.
///
/// # Errors
/// As [`recover`].
pub fn verify(storage: &dyn Storage, visit: &mut Visit<'_>) -> Result<Found, JournalError> {
    let watermark = Watermark::open(storage)?;
    let end = scan(storage, watermark.as_ref(), From::START, None, visit)?;
    Ok(end.map_or_else(
        || empty(&Position::start(EngineId([0; 16]))),
        |end| end.found(From::START),
    ))
}

/// Whose journal it is; `None` if there is none yet.
///
/// # Errors
/// As [`Watermark::open`].
pub fn owner(storage: &dyn Storage) -> Result<Option<EngineId>, JournalError> {
    let watermark = Watermark::open(storage)?;
    Ok(watermark.map(|watermark| watermark.engine()))
}

/// What the journal begins with; `None` if there is no journal, or if it has no definitions.
///
/// # Errors
/// Damage of the first segment's header, or what the system says.
pub fn definitions(storage: &dyn Storage) -> Result<Option<Vec<u8>>, JournalError> {
    let name = super::segment_name(1);
    let names = storage.names().map_err(JournalError::io("list", "."))?;
    if !names.contains(&name) {
        return Ok(None);
    }
    let bytes = storage
        .read(&name)
        .map_err(JournalError::io("read", &name))?;
    let header = SegmentHeader::decode(&bytes).map_err(|what| JournalError::Damaged {
        name,
        offset: 0,
        what,
    })?;
    let found = genesis::decode(&bytes[SEGMENT_HEADER..], header.engine);
    Ok(found.map(|genesis| genesis.definitions.to_vec()))
}

/// Reads what lies behind `from` in segments that were ended, while somebody writes behind them: the last segment is left alone. Where
/// it got to; `None` if there was nothing.
///
/// # Errors
/// Damage, a visitor's error, or what the system says.
pub fn read_closed(
    storage: &dyn Storage,
    from: From,
    visit: &mut Visit<'_>,
) -> Result<Option<From>, JournalError> {
    let Some(scan) = Scan::new(storage, from, None)?.and_then(Scan::closed) else {
        return Ok(None);
    };
    let position = scan.run(visit)?.position;
    let sequence = position.next_sequence - 1;
    Ok((sequence > from.sequence).then_some(From {
        sequence,
        hash: position.previous,
    }))
}

fn empty(position: &Position) -> Found {
    Found {
        segments: 0,
        groups: 0,
        entries: 0,
        last_sequence: 0,
        head: position.previous,
        cut: None,
    }
}

/// The first journal of a directory. Its watermark may be there already, at 0, if an earlier attempt was cut short.
fn create(
    storage: &Arc<dyn Storage>,
    watermark: Option<Watermark>,
    fresh: EngineId,
    definitions: &[u8],
) -> Result<Recovered, JournalError> {
    let watermark = match watermark {
        Some(watermark) => watermark,
        None => Watermark::create(storage.as_ref(), fresh)?,
    };
    let mut writer = Writer::create(storage, watermark.engine())?;
    writer.begin(definitions)?;
    let found = empty(writer.position());
    Ok(Recovered {
        writer,
        watermark,
        found,
    })
}

/// Reads all segments behind `from`; `None` if there are none and none are missing.
fn scan(
    storage: &dyn Storage,
    watermark: Option<&Watermark>,
    from: From,
    definitions: Option<&[u8]>,
    visit: &mut Visit<'_>,
) -> Result<Option<End>, JournalError> {
    let durable = watermark.map_or(0, Watermark::sequence);
    let Some(scan) = Scan::new(storage, from, definitions)? else {
        return if durable == 0 && from == From::START {
            Ok(None)
        } else {
            Err(JournalError::BelowWatermark {
                found: 0,
                watermark: durable.max(from.sequence),
                name: super::segment_name(1),
                offset: 0,
            })
        };
    };
    let end = scan.run(visit)?;
    let found = end.position.next_sequence - 1;
    if found < durable.max(from.sequence) {
        return Err(JournalError::BelowWatermark {
            found,
            watermark: durable.max(from.sequence),
            name: end.name,
            offset: end.offset,
        });
    }
    Ok(Some(end))
}

#[cfg(test)]
mod tests;
