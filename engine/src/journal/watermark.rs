//! The watermark: a sequence that is known to be durable, so that damage at the end is not taken for a group that was never synced.
//!
//! Two blocks of 4 KiB, written in turn and each with a checksum: a torn write leaves the other one.
//!
//! ```text
//! block: magic 8 | generation u64 | sequence u64 | engine id 16 | crc32c u32 | zeros
//! ```

use super::JournalError;
use super::frame::{EngineId, array, u32_at, u64_at};
use super::storage::{Storage, StoredFile};

/// The file.
const NAME: &str = "watermark";
/// What it is called until both blocks are durable.
const NEW: &str = "watermark.new";
const MAGIC: [u8; 8] = *b"tokmark\x01";
const BLOCK: usize = 4096;
const CHECKED: usize = 40;

/// What a block says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Block {
    generation: u64,
    sequence: u64,
    engine: EngineId,
}

impl Block {
    fn encode(self) -> [u8; BLOCK] {
        let mut bytes = [0; BLOCK];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..16].copy_from_slice(&self.generation.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.sequence.to_le_bytes());
        bytes[24..40].copy_from_slice(&self.engine.0);
        let crc = crc32c::crc32c(&bytes[..CHECKED]);
        bytes[CHECKED..44].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let whole = bytes.len() == BLOCK
            && bytes[..8] == MAGIC
            && crc32c::crc32c(&bytes[..CHECKED]) == u32_at(bytes, CHECKED);
        whole.then(|| Self {
            generation: u64_at(bytes, 8),
            sequence: u64_at(bytes, 16),
            engine: EngineId(array(bytes, 24)),
        })
    }
}

/// The file with its newest block.
pub struct Watermark {
    file: Box<dyn StoredFile>,
    newest: Block,
}

impl std::fmt::Debug for Watermark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Watermark").field(&self.newest).finish()
    }
}

impl Watermark {
    /// The watermark of a directory; `None` if it has none.
    ///
    /// # Errors
    /// A file without a whole block, which no crash leaves.
    pub fn open(storage: &dyn Storage) -> Result<Option<Self>, JournalError> {
        let names = storage.names().map_err(JournalError::io("list", "."))?;
        if !names.iter().any(|name| name == NAME) {
            return Ok(None);
        }
        let bytes = storage.read(NAME).map_err(JournalError::io("read", NAME))?;
        let newest = bytes
            .chunks(BLOCK)
            .filter_map(Block::decode)
            .max_by_key(|block| block.generation);
        let Some(newest) = newest else {
            return Err(JournalError::Damaged {
                name: NAME.to_owned(),
                offset: 0,
                what: "neither block is whole",
            });
        };
        let file = storage.open(NAME).map_err(JournalError::io("open", NAME))?;
        Ok(Some(Self { file, newest }))
    }

    /// A new watermark at 0.
    ///
    /// # Errors
    /// What the system says.
    pub fn create(storage: &dyn Storage, engine: EngineId) -> Result<Self, JournalError> {
        let newest = Block {
            generation: 1,
            sequence: 0,
            engine,
        };
        let write = || {
            let mut file = storage.create(NEW, 2 * BLOCK as u64)?;
            file.write_at(0, &newest.encode())?;
            file.write_at(BLOCK as u64, &newest.encode())?;
            file.sync()?;
            storage.rename(NEW, NAME)?;
            Ok(file)
        };
        let file = write().map_err(JournalError::io("make", NAME))?;
        Ok(Self { file, newest })
    }

    /// The sequence that was durable when it was written last.
    pub const fn sequence(&self) -> u64 {
        self.newest.sequence
    }

    /// Whose it is.
    pub(super) const fn engine(&self) -> EngineId {
        self.newest.engine
    }

    /// Writes that everything up to `sequence` is durable; does nothing if that was written before.
    ///
    /// # Errors
    /// What the system says. The watermark must not be used after an error.
    pub fn store(&mut self, sequence: u64) -> Result<(), JournalError> {
        if sequence <= self.newest.sequence {
            return Ok(());
        }
        let next = Block {
            generation: self.newest.generation + 1,
            sequence,
            engine: self.newest.engine,
        };
        let offset = (next.generation % 2) * BLOCK as u64;
        self.file
            .write_at(offset, &next.encode())
            .and_then(|()| self.file.sync())
            .map_err(JournalError::io("write", NAME))?;
        self.newest = next;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
