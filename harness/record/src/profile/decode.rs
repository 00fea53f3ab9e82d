//! Bytes → profile, for bytes from anywhere: size and counts are bounded before anything is decoded, every index is checked
//! before it is used, and the result is put into canonical order by the [`Builder`].

use std::collections::HashMap;

use prost::Message;
use prost::encoding::{DecodeContext, decode_key, skip_field};

use super::{
    Builder, Function, FunctionId, Header, Label, LabelValue, Line, Location, LocationId,
    MAX_BYTES, MAX_SAMPLES, Mapping, MappingId, Profile, ProfileError, ValueType, wire,
};

impl Profile {
    /// Reads uncompressed protobuf.
    ///
    /// # Errors
    /// [`ProfileError`] for bytes beyond the bounds, bytes that are not `profile.proto`, and references that lead nowhere.
    pub fn decode(bytes: &[u8]) -> Result<Self, ProfileError> {
        if bytes.len() > MAX_BYTES {
            return Err(ProfileError::TooLarge(bytes.len()));
        }
        check_counts(bytes)?;
        let message = wire::Profile::decode(bytes).map_err(|e| malformed(&e))?;
        let tables = Tables::read(&message)?;
        tables.samples(&message)
    }
}

fn malformed(error: &prost::DecodeError) -> ProfileError {
    ProfileError::Malformed(error.to_string())
}

/// Counts the top-level fields without storing them: a few bytes each could otherwise become gigabytes of structs.
fn check_counts(mut bytes: &[u8]) -> Result<(), ProfileError> {
    let mut counts = HashMap::<u32, usize>::new();
    while !bytes.is_empty() {
        let (tag, wire_type) = decode_key(&mut bytes).map_err(|e| malformed(&e))?;
        skip_field(wire_type, tag, &mut bytes, DecodeContext::default())
            .map_err(|e| malformed(&e))?;
        let count = counts.entry(tag).or_default();
        *count += 1;
        if *count > MAX_SAMPLES {
            return Err(ProfileError::TooMany(*count, tag));
        }
    }
    Ok(())
}

/// The tables of a message, while its samples are read.
struct Tables<'a> {
    strings: &'a [Vec<u8>],
    mappings: HashMap<u64, MappingId>,
    functions: HashMap<u64, FunctionId>,
    locations: HashMap<u64, LocationId>,
    builder: Builder,
}

impl<'a> Tables<'a> {
    fn read(message: &'a wire::Profile) -> Result<Self, ProfileError> {
        let mut tables = Self {
            strings: &message.string_table,
            mappings: HashMap::new(),
            functions: HashMap::new(),
            locations: HashMap::new(),
            builder: Builder::default(),
        };
        let types = message.sample_type.iter().map(|t| tables.value_type(t));
        tables.builder = Builder::new(types.collect::<Result<_, _>>()?);
        tables.builder.header = tables.header(message)?;
        tables.read_mappings(&message.mapping)?;
        tables.read_functions(&message.function)?;
        tables.read_locations(&message.location)?;
        Ok(tables)
    }

    fn string(&self, index: i64) -> Result<String, ProfileError> {
        if index == 0 {
            return Ok(String::new());
        }
        usize::try_from(index)
            .ok()
            .and_then(|index| self.strings.get(index))
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
            .ok_or(ProfileError::NoString(index, self.strings.len()))
    }

    fn value_type(&self, column: &wire::ValueType) -> Result<ValueType, ProfileError> {
        Ok(ValueType {
            kind: self.string(column.kind)?,
            unit: self.string(column.unit)?,
        })
    }

    fn header(&self, message: &wire::Profile) -> Result<Header, ProfileError> {
        let comments = message.comment.iter().map(|&index| self.string(index));
        Ok(Header {
            period: message.period,
            period_type: message
                .period_type
                .as_ref()
                .map(|column| self.value_type(column))
                .transpose()?,
            default_type: self.string(message.default_sample_type)?,
            time_nanos: message.time_nanos,
            duration_nanos: message.duration_nanos,
            comments: comments.collect::<Result<_, _>>()?,
        })
    }

    fn read_mappings(&mut self, messages: &[wire::Mapping]) -> Result<(), ProfileError> {
        for message in messages {
            let mapping = Mapping {
                start: message.memory_start,
                limit: message.memory_limit,
                offset: message.file_offset,
                file: self.string(message.filename)?,
                build_id: self.string(message.build_id)?,
            };
            let id = self.builder.mapping(mapping);
            insert(&mut self.mappings, "mapping", message.id, id)?;
        }
        Ok(())
    }

    fn read_functions(&mut self, messages: &[wire::Function]) -> Result<(), ProfileError> {
        for message in messages {
            let function = Function {
                name: self.string(message.name)?,
                system_name: self.string(message.system_name)?,
                file: self.string(message.filename)?,
            };
            let id = self.builder.function(function);
            insert(&mut self.functions, "function", message.id, id)?;
        }
        Ok(())
    }

    fn read_locations(&mut self, messages: &[wire::Location]) -> Result<(), ProfileError> {
        for message in messages {
            let location = Location {
                mapping: self.optional_mapping(message.mapping_id)?,
                address: message.address,
                lines: self.lines(&message.line)?,
            };
            let id = self.builder.location(location);
            insert(&mut self.locations, "location", message.id, id)?;
        }
        Ok(())
    }

    fn optional_mapping(&self, id: u64) -> Result<Option<MappingId>, ProfileError> {
        match id {
            0 => Ok(None),
            id => find(&self.mappings, "mapping", id).map(Some),
        }
    }

    fn lines(&self, messages: &[wire::Line]) -> Result<Vec<Line>, ProfileError> {
        let line = |message: &wire::Line| {
            Ok(Line {
                function: find(&self.functions, "function", message.function_id)?,
                line: message.line,
            })
        };
        messages.iter().map(line).collect()
    }

    fn label(&self, message: &wire::Label) -> Result<Label, ProfileError> {
        let value = match message.str {
            0 if message.num == 0 && message.num_unit == 0 => LabelValue::Text(String::new()),
            0 => LabelValue::Number(message.num, self.string(message.num_unit)?),
            text => LabelValue::Text(self.string(text)?),
        };
        Ok(Label {
            key: self.string(message.key)?,
            value,
        })
    }

    fn samples(mut self, message: &wire::Profile) -> Result<Profile, ProfileError> {
        let columns = message.sample_type.len();
        for sample in &message.sample {
            if sample.value.len() != columns {
                return Err(ProfileError::Values(sample.value.len(), columns));
            }
            let stack = sample
                .location_id
                .iter()
                .map(|&id| find(&self.locations, "location", id));
            let stack = stack.collect::<Result<_, _>>()?;
            let labels = sample.label.iter().map(|label| self.label(label));
            let labels = labels.collect::<Result<_, _>>()?;
            self.builder.labelled(stack, labels, &sample.value);
        }
        Ok(self.builder.finish())
    }
}

fn insert<T>(
    table: &mut HashMap<u64, T>,
    what: &'static str,
    id: u64,
    value: T,
) -> Result<(), ProfileError> {
    if id == 0 || table.insert(id, value).is_some() {
        return Err(ProfileError::BadId(what, id));
    }
    Ok(())
}

fn find<T: Copy>(table: &HashMap<u64, T>, what: &'static str, id: u64) -> Result<T, ProfileError> {
    table
        .get(&id)
        .copied()
        .ok_or(ProfileError::NoEntry(what, id))
}
