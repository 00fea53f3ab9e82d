//! Profile → bytes. Ids count from 1 in table order, strings in the order of first use, so equal profiles give equal bytes.

use std::collections::HashMap;

use prost::Message;

use super::{Function, Label, LabelValue, Location, Mapping, Profile, Sample, ValueType, wire};

/// The string table under construction; string 0 is empty.
struct Strings {
    ids: HashMap<String, i64>,
    table: Vec<Vec<u8>>,
}

impl Strings {
    fn new() -> Self {
        Self {
            ids: HashMap::from([(String::new(), 0)]),
            table: vec![Vec::new()],
        }
    }

    fn id(&mut self, text: &str) -> i64 {
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        let id = i64::try_from(self.table.len()).expect("fewer strings than i64::MAX");
        self.ids.insert(text.to_owned(), id);
        self.table.push(text.as_bytes().to_vec());
        id
    }

    fn value_type(&mut self, column: &ValueType) -> wire::ValueType {
        wire::ValueType {
            kind: self.id(&column.kind),
            unit: self.id(&column.unit),
        }
    }

    fn label(&mut self, label: &Label) -> wire::Label {
        let key = self.id(&label.key);
        match &label.value {
            LabelValue::Text(text) => wire::Label {
                key,
                str: self.id(text),
                ..wire::Label::default()
            },
            LabelValue::Number(num, unit) => wire::Label {
                key,
                num: *num,
                num_unit: self.id(unit),
                ..wire::Label::default()
            },
        }
    }

    fn sample(&mut self, sample: &Sample) -> wire::Sample {
        wire::Sample {
            location_id: sample.stack.iter().map(|id| u64::from(id.0) + 1).collect(),
            value: sample.values.clone(),
            label: sample
                .labels
                .iter()
                .map(|label| self.label(label))
                .collect(),
        }
    }

    fn function(&mut self, function: &Function, id: u64) -> wire::Function {
        wire::Function {
            id,
            name: self.id(&function.name),
            system_name: self.id(&function.system_name),
            filename: self.id(&function.file),
        }
    }

    fn mapping(&mut self, mapping: &Mapping, id: u64, profile: &Profile) -> wire::Mapping {
        let mut message = wire::Mapping {
            id,
            memory_start: mapping.start,
            memory_limit: mapping.limit,
            file_offset: mapping.offset,
            filename: self.id(&mapping.file),
            build_id: self.id(&mapping.build_id),
            ..wire::Mapping::default()
        };
        let inside = profile.locations.iter().filter(|location| {
            location
                .mapping
                .is_some_and(|own| u64::from(own.0) + 1 == id)
        });
        for location in inside {
            describe(&mut message, location, profile);
        }
        message
    }
}

/// Sets what a location of a mapping shows to be known about it.
fn describe(mapping: &mut wire::Mapping, location: &Location, profile: &Profile) {
    mapping.has_functions |= !location.lines.is_empty();
    mapping.has_inline_frames |= location.lines.len() > 1;
    mapping.has_line_numbers |= location.lines.iter().any(|line| line.line > 0);
    mapping.has_filenames |= location
        .lines
        .iter()
        .any(|line| !profile.function(line.function).file.is_empty());
}

fn location(location: &Location, id: u64) -> wire::Location {
    wire::Location {
        id,
        mapping_id: location.mapping.map_or(0, |id| u64::from(id.0) + 1),
        address: location.address,
        line: location
            .lines
            .iter()
            .map(|line| wire::Line {
                function_id: u64::from(line.function.0) + 1,
                line: line.line,
            })
            .collect(),
    }
}

impl Profile {
    /// The profile as uncompressed protobuf. Equal profiles give equal bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut strings = Strings::new();
        let mut message = wire::Profile {
            sample_type: self.types.iter().map(|t| strings.value_type(t)).collect(),
            sample: self.samples.iter().map(|s| strings.sample(s)).collect(),
            mapping: numbered(&self.mappings)
                .map(|(mapping, id)| strings.mapping(mapping, id, self))
                .collect(),
            location: numbered(&self.locations)
                .map(|(place, id)| location(place, id))
                .collect(),
            function: numbered(&self.functions)
                .map(|(function, id)| strings.function(function, id))
                .collect(),
            ..wire::Profile::default()
        };
        self.encode_header(&mut message, &mut strings);
        message.string_table = strings.table;
        message.encode_to_vec()
    }

    fn encode_header(&self, message: &mut wire::Profile, strings: &mut Strings) {
        let header = &self.header;
        message.time_nanos = header.time_nanos;
        message.duration_nanos = header.duration_nanos;
        message.period = header.period;
        message.period_type = header.period_type.as_ref().map(|t| strings.value_type(t));
        message.comment = header
            .comments
            .iter()
            .map(|line| strings.id(line))
            .collect();
        message.default_sample_type = strings.id(&header.default_type);
    }
}

fn numbered<T>(items: &[T]) -> impl Iterator<Item = (&T, u64)> {
    items.iter().zip(1..)
}
