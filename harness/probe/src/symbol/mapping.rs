//! The executable mappings of this process, with the build ids of their files.

use std::path::Path;

use record::profile::Mapping;

use super::elf::Elf;

/// Executable mappings with a name, the main binary first; none where `/proc` cannot be read.
pub(super) fn executable() -> Vec<Mapping> {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let main = std::fs::read_link("/proc/self/exe").unwrap_or_default();
    let mut mappings: Vec<_> = maps.lines().filter_map(parse).collect();
    mappings.sort_by_key(|mapping| (Path::new(&mapping.file) != main, mapping.start));
    for mapping in &mut mappings {
        let file = Elf::open(Path::new(&mapping.file));
        mapping.build_id = file.and_then(|file| file.build_id()).unwrap_or_default();
    }
    mappings
}

/// One line such as `5581d0a1c000-5581d0b1f000 r-xp 0001b000 fe:00 1234   /usr/bin/program`.
fn parse(line: &str) -> Option<Mapping> {
    let mut words = line.split_ascii_whitespace();
    let (start, limit) = words.next()?.split_once('-')?;
    let flags = words.next()?;
    let offset = words.next()?;
    let file: Vec<_> = words.skip(2).collect();
    if !flags.contains('x') || file.is_empty() {
        return None;
    }
    let number = |digits| u64::from_str_radix(digits, 16).ok();
    Some(Mapping {
        start: number(start)?,
        limit: number(limit)?,
        offset: number(offset)?,
        file: file.join(" "),
        build_id: String::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_maps_is_parsed() {
        let mapping = parse("10-2f r-xp 00001000 fe:00 12   /a path/b").expect("a mapping");
        assert_eq!(
            (mapping.start, mapping.limit, mapping.offset),
            (16, 47, 4096)
        );
        assert_eq!(mapping.file, "/a path/b");
        assert_eq!(parse("10-2f rw-p 00001000 fe:00 12   /a"), None);
        assert_eq!(parse("10-2f r-xp 00000000 00:00 0"), None);
        assert_eq!(parse(""), None);
    }
}
