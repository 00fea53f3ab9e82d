//! Reads what profiles need from 64-bit little-endian ELF files: build ids and the names of functions.
//!
//! The names matter because debug information of the kind `line-tables-only` knows functions only by their last name, such as
//! `poll`; the symbol table has the whole path. Files are input: nothing here trusts a size or an offset.

use std::fmt::Write as _;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Most bytes of one note segment.
const MAX_NOTES: u64 = 64 << 10;
/// Most bytes of a table of symbols or names.
const MAX_TABLE: u64 = 512 << 20;
const PT_LOAD: u64 = 1;
const PT_NOTE: u64 = 4;
const SHT_SYMTAB: u64 = 2;
const SHT_DYNSYM: u64 = 11;
const STT_FUNC: u64 = 2;
const SYMBOL_SIZE: usize = 24;

/// An open file with a sound header.
pub(super) struct Elf {
    file: File,
    header: Vec<u8>,
}

/// A part of the file as it is mapped into memory.
#[derive(Debug, Clone, Copy)]
struct Segment {
    kind: u64,
    offset: u64,
    address: u64,
    size: u64,
}

/// A table in the file.
#[derive(Debug, Clone, Copy)]
struct Section {
    kind: u64,
    offset: u64,
    size: u64,
    link: u64,
}

impl Elf {
    /// The file, if it can be read and is what this module reads.
    pub fn open(path: &Path) -> Option<Self> {
        let file = File::open(path).ok()?;
        let header = bytes_at(&file, 0, 64)?;
        let known = header.starts_with(b"\x7fELF\x02\x01");
        known.then_some(Self { file, header })
    }

    /// The entries of the table whose offset, entry size and entry count are at these places of the header.
    fn entries(&self, places: [usize; 3], size: usize) -> Vec<Vec<u8>> {
        let field = |place, size| number(&self.header, place, size).unwrap_or(0);
        let (table, stride) = (field(places[0], 8), field(places[1], 2));
        (0..field(places[2], 2))
            .filter_map(|entry| bytes_at(&self.file, table.checked_add(entry * stride)?, size))
            .collect()
    }

    fn segments(&self) -> Vec<Segment> {
        let segment = |bytes: &Vec<u8>| {
            Some(Segment {
                kind: number(bytes, 0, 4)?,
                offset: number(bytes, 8, 8)?,
                address: number(bytes, 16, 8)?,
                size: number(bytes, 32, 8)?,
            })
        };
        let entries = self.entries([32, 54, 56], 56);
        entries.iter().filter_map(segment).collect()
    }

    fn sections(&self) -> Vec<Section> {
        let section = |bytes: &Vec<u8>| {
            Some(Section {
                kind: number(bytes, 4, 4)?,
                offset: number(bytes, 24, 8)?,
                size: number(bytes, 32, 8)?,
                link: number(bytes, 40, 4)?,
            })
        };
        let entries = self.entries([40, 58, 60], 64);
        entries.iter().filter_map(section).collect()
    }

    /// The GNU build id in lower-case hexadecimal.
    pub fn build_id(&self) -> Option<String> {
        let segments = self.segments().into_iter();
        segments
            .filter(|segment| segment.kind == PT_NOTE && segment.size <= MAX_NOTES)
            .filter_map(|segment| bytes_at(&self.file, segment.offset, segment.size as usize))
            .find_map(|notes| find_build_id(&notes))
    }

    /// The functions of the symbol table; of the dynamic one if the file is stripped; none if it has neither.
    pub fn functions(&self) -> Functions {
        let sections = self.sections();
        let table = [SHT_SYMTAB, SHT_DYNSYM]
            .iter()
            .find_map(|kind| sections.iter().find(|section| section.kind == *kind));
        let mut segments = self.segments();
        segments.retain(|segment| segment.kind == PT_LOAD);
        table
            .and_then(|table| self.read_functions(*table, &sections))
            .map(|(starts, names)| Functions {
                segments,
                starts,
                names,
            })
            .unwrap_or_default()
    }

    fn read_functions(
        &self,
        table: Section,
        sections: &[Section],
    ) -> Option<(Vec<Start>, Vec<u8>)> {
        let names = sections.get(usize::try_from(table.link).ok()?)?;
        let names = self.table(*names)?;
        let symbols = self.table(table)?;
        let symbols = symbols.chunks_exact(SYMBOL_SIZE);
        let mut starts: Vec<_> = symbols.filter_map(Start::read).collect();
        starts.sort_unstable_by_key(|start| (start.address, start.size));
        Some((starts, names))
    }

    fn table(&self, section: Section) -> Option<Vec<u8>> {
        let size = usize::try_from(section.size.min(MAX_TABLE)).ok()?;
        bytes_at(&self.file, section.offset, size)
    }
}

/// Where a function begins, and where its name.
#[derive(Debug, Clone, Copy)]
struct Start {
    address: u64,
    size: u64,
    name: usize,
}

impl Start {
    fn read(symbol: &[u8]) -> Option<Self> {
        let start = Self {
            name: number(symbol, 0, 4)? as usize,
            address: number(symbol, 8, 8)?,
            size: number(symbol, 16, 8)?,
        };
        let function = number(symbol, 4, 1)? & 15 == STT_FUNC;
        (function && start.size > 0).then_some(start)
    }
}

/// The functions of one file.
#[derive(Debug, Default)]
pub(super) struct Functions {
    segments: Vec<Segment>,
    starts: Vec<Start>,
    names: Vec<u8>,
}

impl Functions {
    /// The symbol of the function that holds this byte of the file.
    pub fn at(&self, offset: u64) -> Option<&str> {
        let inside = |s: &&Segment| (s.offset..s.offset.saturating_add(s.size)).contains(&offset);
        let segment = self.segments.iter().find(inside)?;
        let address = segment.address.checked_add(offset - segment.offset)?;
        let after = self
            .starts
            .partition_point(|start| start.address <= address);
        let start = self.starts.get(after.checked_sub(1)?)?;
        if address - start.address >= start.size {
            return None;
        }
        let name = self.names.get(start.name..)?;
        let end = name.iter().position(|&byte| byte == 0)?;
        std::str::from_utf8(&name[..end]).ok()
    }
}

/// Walks notes (name size, content size, type, name, content, each padded to 4) to the one of type 3 named `GNU`.
fn find_build_id(mut notes: &[u8]) -> Option<String> {
    loop {
        let name_size = number(notes, 0, 4)? as usize;
        let content_size = number(notes, 4, 4)? as usize;
        let content = 12 + name_size.next_multiple_of(4);
        let name = notes.get(12..12 + name_size)?;
        if number(notes, 8, 4)? == 3 && name == b"GNU\0" {
            return notes.get(content..content + content_size).map(hexadecimal);
        }
        notes = notes.get(content + content_size.next_multiple_of(4)..)?;
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn bytes_at(file: &File, offset: u64, size: usize) -> Option<Vec<u8>> {
    let end = offset.checked_add(size as u64)?;
    if file.metadata().ok()?.len() < end {
        return None;
    }
    let mut bytes = vec![0; size];
    file.read_exact_at(&mut bytes, offset).ok()?;
    Some(bytes)
}

/// A little-endian number of `size` bytes, at most 8.
fn number(bytes: &[u8], offset: usize, size: usize) -> Option<u64> {
    let mut padded = [0; 8];
    padded[..size].copy_from_slice(bytes.get(offset..offset + size)?);
    Some(u64::from_le_bytes(padded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_id_is_found_behind_another_note() {
        let mut notes = Vec::new();
        for (kind, content) in [(1_u32, [9, 9, 9, 9]), (3, [0xab, 0xcd, 0, 1])] {
            notes.extend(4_u32.to_le_bytes());
            notes.extend(4_u32.to_le_bytes());
            notes.extend(kind.to_le_bytes());
            notes.extend(b"GNU\0");
            notes.extend(content);
        }
        assert_eq!(find_build_id(&notes).as_deref(), Some("abcd0001"));
        assert_eq!(find_build_id(&notes[..20]), None);
    }

    #[test]
    fn a_file_that_is_no_elf_is_none() {
        assert!(Elf::open(Path::new("/proc/self/maps")).is_none());
        assert!(Elf::open(Path::new("/nowhere")).is_none());
    }
}
