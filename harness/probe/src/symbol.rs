//! Addresses of this process → functions, files and lines, and the files they lie in.
//!
//! Each address is looked up once in the life of the process. A lookup takes microseconds, the first one a large part of a
//! second, because the line tables of the whole binary are read then.

mod elf;
mod mapping;

use std::collections::{BTreeMap, HashMap};
use std::ffi::c_void;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use record::profile::{Builder, Function, Line, Location, LocationId, Mapping, MappingId};

use elf::{Elf, Functions};

/// One function at an address, inlined or real.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Symbol {
    /// Demangled, without crate hash.
    pub name: String,
    system_name: String,
    /// Source file; empty where unknown.
    pub file: String,
    line: i64,
}

/// What was found so far, by return address; kept because the same code is profiled again and again.
static RESOLVED: Mutex<BTreeMap<u64, Arc<[Symbol]>>> = Mutex::new(BTreeMap::new());
/// The symbol tables read so far, by file.
static TABLES: Mutex<BTreeMap<String, Arc<Functions>>> = Mutex::new(BTreeMap::new());

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The addresses of the main binary's code.
pub(crate) fn main_code() -> Option<Range<u64>> {
    let main = mapping::executable().into_iter().next()?;
    Some(main.start..main.limit)
}

/// Puts addresses into one profile.
pub(crate) struct Symbols {
    mappings: Vec<(Mapping, MappingId)>,
    locations: HashMap<u64, LocationId>,
}

impl Symbols {
    /// Starts with the files that are mapped now, the main binary first.
    pub fn new(builder: &mut Builder) -> Self {
        let mappings = mapping::executable()
            .into_iter()
            .map(|mapping| (mapping.clone(), builder.mapping(mapping)))
            .collect();
        Self {
            mappings,
            locations: HashMap::new(),
        }
    }

    /// The functions at a return address, inlined ones first; none if it has no symbol.
    pub fn resolve(&self, return_address: u64) -> Arc<[Symbol]> {
        if let Some(known) = locked(&RESOLVED).get(&return_address) {
            return Arc::clone(known);
        }
        let mut found = debug_symbols(return_address);
        if let Some(outermost) = found.last_mut() {
            self.name_in_full(outermost, return_address.saturating_sub(1));
        }
        let found: Arc<[Symbol]> = found.into();
        locked(&RESOLVED).insert(return_address, Arc::clone(&found));
        found
    }

    /// Replaces a bare name by the path from the symbol table.
    fn name_in_full(&self, symbol: &mut Symbol, address: u64) {
        if rustc_demangle::try_demangle(&symbol.system_name).is_ok() {
            return;
        }
        let Some((mapping, _)) = self.mapping_of(address) else {
            return;
        };
        let table = functions(&mapping.file);
        let full = table.at(address - mapping.start + mapping.offset);
        if let Some(full) = full.filter(|full| rustc_demangle::try_demangle(full).is_ok()) {
            symbol.name = demangled(full);
            full.clone_into(&mut symbol.system_name);
        }
    }

    /// The location of a return address. The call itself lies one byte before it, and so does the address of the location.
    pub fn location(&mut self, builder: &mut Builder, return_address: u64) -> LocationId {
        self.location_without(builder, return_address, |_| false)
    }

    /// As [`Symbols::location`], without the innermost inlined functions that are `hidden`. One address must always be asked
    /// for in the same way.
    pub fn location_without(
        &mut self,
        builder: &mut Builder,
        return_address: u64,
        hidden: fn(&Symbol) -> bool,
    ) -> LocationId {
        if let Some(&known) = self.locations.get(&return_address) {
            return known;
        }
        let address = return_address.saturating_sub(1);
        let symbols = self.resolve(return_address);
        let shown = symbols.iter().skip_while(|symbol| hidden(symbol));
        let location = Location {
            mapping: self.mapping_of(address).map(|(_, id)| *id),
            address,
            lines: shown.map(|symbol| line(builder, symbol)).collect(),
        };
        let id = builder.location(location);
        self.locations.insert(return_address, id);
        id
    }

    /// The locations of a stack without its leading frames that are `hooks` of the probe, inlined or not.
    pub fn below(
        &mut self,
        builder: &mut Builder,
        frames: &[u64],
        hook: fn(&Symbol) -> bool,
    ) -> Vec<LocationId> {
        // The real function of an address decides, whatever was inlined into it.
        let own = frames
            .iter()
            .take_while(|&&address| self.resolve(address).last().is_some_and(hook))
            .count();
        let Some((&leaf, callers)) = frames[own..].split_first() else {
            return Vec::new();
        };
        let mut stack = vec![self.location_without(builder, leaf, hook)];
        stack.extend(callers.iter().map(|&caller| self.location(builder, caller)));
        stack
    }

    fn mapping_of(&self, address: u64) -> Option<&(Mapping, MappingId)> {
        self.mappings
            .iter()
            .find(|(mapping, _)| (mapping.start..mapping.limit).contains(&address))
    }
}

/// The symbol table of a file, read once.
fn functions(file: &str) -> Arc<Functions> {
    let mut tables = locked(&TABLES);
    let table = tables.entry(file.to_owned()).or_insert_with(|| {
        let table = Elf::open(Path::new(file)).map(|elf| elf.functions());
        Arc::new(table.unwrap_or_default())
    });
    Arc::clone(table)
}

fn line(builder: &mut Builder, symbol: &Symbol) -> Line {
    let function = builder.function(Function {
        name: symbol.name.clone(),
        system_name: symbol.system_name.clone(),
        file: symbol.file.clone(),
    });
    Line {
        function,
        line: symbol.line,
    }
}

/// Asks the debug information. `backtrace` itself goes back one byte from the address it is given.
fn debug_symbols(return_address: u64) -> Vec<Symbol> {
    let mut symbols = Vec::new();
    backtrace::resolve(return_address as *mut c_void, |found| {
        symbols.extend(read(found));
    });
    symbols
}

fn read(found: &backtrace::Symbol) -> Option<Symbol> {
    let system_name = String::from_utf8_lossy(found.name()?.as_bytes()).into_owned();
    let file = found.filename();
    Some(Symbol {
        name: demangled(&system_name),
        system_name,
        file: file.map_or(String::new(), |file| file.to_string_lossy().into_owned()),
        line: found.lineno().map_or(0, i64::from),
    })
}

/// A name for people: without crate hash if it is a Rust symbol, as it is otherwise.
fn demangled(system_name: &str) -> String {
    match rustc_demangle::try_demangle(system_name) {
        Ok(demangled) => format!("{demangled:#}"),
        Err(_) => system_name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[inline(never)]
    fn landmark() -> u64 {
        let mut frames = [0; 4];
        crate::stack::walk(&mut frames);
        std::hint::black_box(frames[0])
    }

    #[test]
    fn an_address_has_its_function_file_line_and_mapping() {
        let mut builder = Builder::new(Vec::new());
        let symbols = Symbols::new(&mut builder);
        let address = landmark();
        let found = symbols.resolve(address);
        let outermost = found.last().expect("a symbol");
        assert_eq!(outermost.name, "probe::symbol::tests::landmark");
        assert!(outermost.file.ends_with("symbol.rs"), "{outermost:?}");
        assert!(outermost.line > 0);
        let (main, _) = symbols.mappings.first().expect("a mapping");
        assert!((main.start..main.limit).contains(&address));
        assert_eq!(main.build_id.len(), 40, "{}", main.build_id);
    }

    #[test]
    fn an_address_outside_has_no_symbol() {
        let mut builder = Builder::new(Vec::new());
        assert!(Symbols::new(&mut builder).resolve(0x10).is_empty());
    }
}
