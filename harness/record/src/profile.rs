//! A sampled profile: what a program was doing, as stacks with values, and its form on the wire.
//!
//! The domain types mirror the published `profile.proto` but are interned and always canonical: equal stacks are one sample,
//! samples and tables are sorted, unused table entries are gone. Two profiles with the same facts are therefore equal,
//! and the bytes of [`Profile::encode`] depend on nothing but the facts. Bytes here are plain protobuf; the gzip around them
//! belongs to those who read and write files and sockets.

mod builder;
mod decode;
mod delta;
mod encode;
mod folded;
mod relabel;
mod wire;

pub use builder::Builder;

/// Most samples that [`Profile::decode`] accepts.
pub const MAX_SAMPLES: usize = 10_000_000;
/// Most bytes of uncompressed protobuf that [`Profile::decode`] accepts.
pub const MAX_BYTES: usize = 512 << 20;

/// What one column of values counts, such as `cpu` in `nanoseconds`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ValueType {
    /// The kind: `samples`, `cpu`, `alloc_objects`, `alloc_space` and so on.
    pub kind: String,
    /// The unit: `count`, `nanoseconds`, `bytes`.
    pub unit: String,
}

impl ValueType {
    /// A column of that kind and unit.
    pub fn new(kind: &str, unit: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            unit: unit.to_owned(),
        }
    }
}

/// A file that was mapped into the profiled process.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Mapping {
    /// First address.
    pub start: u64,
    /// Address after the last one.
    pub limit: u64,
    /// Offset of the first address in the file, in bytes.
    pub offset: u64,
    /// Path of the file, or a name such as `[vdso]`.
    pub file: String,
    /// Lower-case hexadecimal build id; empty where the file has none.
    pub build_id: String,
}

/// A function of the profiled program.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Function {
    /// The name for people: demangled, without a crate hash.
    pub name: String,
    /// The name of the symbol as the linker knows it.
    pub system_name: String,
    /// Source file; empty where unknown.
    pub file: String,
}

/// A mapping of one profile or builder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MappingId(u32);

/// A function of one profile or builder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionId(u32);

/// A location of one profile or builder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocationId(u32);

/// A place in the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Line {
    /// The function it lies in.
    pub function: FunctionId,
    /// Line number in the function's file; 0 where unknown.
    pub line: i64,
}

/// One address of a stack, with every function that was inlined there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Location {
    /// The mapping the address lies in.
    pub mapping: Option<MappingId>,
    /// The address in the profiled process; 0 where there is none.
    pub address: u64,
    /// Inlined frames innermost first, the real function last; empty for an address without a symbol.
    pub lines: Vec<Line>,
}

/// The value of a label.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LabelValue {
    /// Text, such as a thread's name.
    Text(String),
    /// A number with its unit, such as 4096 `bytes`.
    Number(i64, String),
}

/// A fact about a sample beside its stack.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label {
    /// The key.
    pub key: String,
    /// The value.
    pub value: LabelValue,
}

impl Label {
    /// A label whose value is text.
    pub fn text(key: &str, value: &str) -> Self {
        Self {
            key: key.to_owned(),
            value: LabelValue::Text(value.to_owned()),
        }
    }
}

/// One stack with its labels and values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Locations, leaf first.
    pub stack: Vec<LocationId>,
    /// Sorted labels.
    pub labels: Vec<Label>,
    /// One value for each [`Profile::types`].
    pub values: Vec<i64>,
}

/// One function activation of a stack, inlined ones included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frame<'a> {
    /// A frame with a symbol.
    Named {
        /// The function.
        function: &'a Function,
        /// Line number; 0 where unknown.
        line: i64,
    },
    /// A frame known only by its address.
    Address(u64),
}

/// Facts about a whole profile, beside its samples.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Header {
    /// Distance between two samples, in the unit of `period_type`.
    pub period: i64,
    /// What the period counts.
    pub period_type: Option<ValueType>,
    /// Kind of the column that tools show first; empty for the last.
    pub default_type: String,
    /// Start of collection as nanoseconds since the Unix epoch; the end in a difference of two profiles.
    pub time_nanos: i64,
    /// Length of collection in nanoseconds.
    pub duration_nanos: i64,
    /// Lines of text for people.
    pub comments: Vec<String>,
}

/// A profile; make one with [`Builder`] or [`Profile::decode`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    header: Header,
    types: Vec<ValueType>,
    mappings: Vec<Mapping>,
    functions: Vec<Function>,
    locations: Vec<Location>,
    samples: Vec<Sample>,
}

impl Profile {
    /// Time, period and comments.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The columns of values.
    pub fn types(&self) -> &[ValueType] {
        &self.types
    }

    /// The column of that kind, such as `cpu`.
    pub fn value_index(&self, kind: &str) -> Option<usize> {
        self.types.iter().position(|column| column.kind == kind)
    }

    /// All mappings, the main binary first.
    pub fn mappings(&self) -> &[Mapping] {
        &self.mappings
    }

    /// All functions, sorted by name.
    pub fn functions(&self) -> &[Function] {
        &self.functions
    }

    /// All samples in canonical order.
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// The location of that id, which must come from this profile.
    pub fn location(&self, id: LocationId) -> &Location {
        &self.locations[id.0 as usize]
    }

    /// The function of that id, which must come from this profile.
    pub fn function(&self, id: FunctionId) -> &Function {
        &self.functions[id.0 as usize]
    }

    /// The frames of a sample of this profile, leaf first, inlined frames expanded.
    pub fn frames<'a>(&'a self, sample: &'a Sample) -> impl Iterator<Item = Frame<'a>> {
        sample
            .stack
            .iter()
            .flat_map(|&id| self.location_frames(self.location(id)))
    }

    fn location_frames<'a>(&'a self, location: &'a Location) -> impl Iterator<Item = Frame<'a>> {
        let unnamed = location
            .lines
            .is_empty()
            .then_some(Frame::Address(location.address));
        let named = location.lines.iter().map(|line| Frame::Named {
            function: self.function(line.function),
            line: line.line,
        });
        unnamed.into_iter().chain(named)
    }

    /// The sum of one column over all samples; 0 for a column that does not exist.
    pub fn total(&self, value_index: usize) -> i64 {
        self.samples
            .iter()
            .filter_map(|sample| sample.values.get(value_index))
            .fold(0, |sum, &value| sum.saturating_add(value))
    }
}

/// Why bytes are no profile, or two profiles cannot be combined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// More bytes than [`MAX_BYTES`].
    #[error("profile has {0} bytes, more than {MAX_BYTES}")]
    TooLarge(usize),
    /// More samples or table entries than [`MAX_SAMPLES`].
    #[error("profile has {0} entries of field {1}, more than {MAX_SAMPLES}")]
    TooMany(usize, u32),
    /// Not a protobuf message of the right shape.
    #[error("profile is not profile.proto: {0}; is it still compressed?")]
    Malformed(String),
    /// A string index outside the string table.
    #[error("profile refers to string {0}, but has {1} strings")]
    NoString(i64, usize),
    /// A reference to a table entry that does not exist.
    #[error("profile refers to {0} {1}, which it does not hold")]
    NoEntry(&'static str, u64),
    /// Two table entries with one id, or an entry with id 0.
    #[error("profile has {0} id {1} twice or it is zero")]
    BadId(&'static str, u64),
    /// A sample whose number of values is not the number of columns.
    #[error("profile has a sample with {0} values for {1} columns")]
    Values(usize, usize),
    /// Two profiles with different columns.
    #[error("profiles have different columns: {0} and {1}")]
    Types(String, String),
    /// A cumulative counter that fell: the process was restarted between the two profiles.
    #[error(
        "column {kind} fell in {stacks} stacks; was the target restarted between the two profiles?"
    )]
    CounterFell {
        /// The first column that fell.
        kind: String,
        /// How many stacks fell in any column.
        stacks: usize,
    },
}

#[cfg(test)]
mod tests;
