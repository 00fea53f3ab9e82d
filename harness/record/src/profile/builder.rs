//! Builds a profile: interns what repeats, adds up equal stacks, and puts everything into canonical order at the end.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use super::{
    Function, FunctionId, Header, Label, Line, Location, LocationId, Mapping, MappingId, Profile,
    ProfileError, Sample, ValueType,
};

/// Numbers equal things once, in the order of their first appearance.
#[derive(Debug)]
struct Interner<T> {
    ids: HashMap<T, u32>,
    items: Vec<T>,
}

impl<T> Default for Interner<T> {
    fn default() -> Self {
        Self {
            ids: HashMap::new(),
            items: Vec::new(),
        }
    }
}

impl<T: Clone + Eq + Hash> Interner<T> {
    fn intern(&mut self, item: T) -> u32 {
        if let Some(&id) = self.ids.get(&item) {
            return id;
        }
        let id = self.items.len() as u32;
        self.items.push(item.clone());
        self.ids.insert(item, id);
        id
    }
}

type Stack = (Vec<LocationId>, Vec<Label>);

/// Collects samples into a [`Profile`].
///
/// Ids that its methods return are valid for this builder only.
#[derive(Debug, Default)]
pub struct Builder {
    /// Time, period and comments of the profile to be.
    pub header: Header,
    types: Vec<ValueType>,
    mappings: Interner<Mapping>,
    functions: Interner<Function>,
    locations: Interner<Location>,
    samples: HashMap<Stack, Vec<i64>>,
}

impl Builder {
    /// A builder for samples with these columns.
    pub fn new(types: Vec<ValueType>) -> Self {
        Self {
            types,
            ..Self::default()
        }
    }

    /// The id of a mapping; the main binary should come first.
    pub fn mapping(&mut self, mapping: Mapping) -> MappingId {
        MappingId(self.mappings.intern(mapping))
    }

    /// The id of a function.
    pub fn function(&mut self, function: Function) -> FunctionId {
        FunctionId(self.functions.intern(function))
    }

    /// The id of a location, whose ids must come from this builder.
    pub fn location(&mut self, location: Location) -> LocationId {
        LocationId(self.locations.intern(location))
    }

    /// The id of a location that has a name and nothing else.
    pub fn named(&mut self, name: &str) -> LocationId {
        let function = self.function(Function {
            name: name.to_owned(),
            ..Function::default()
        });
        self.location(Location {
            lines: vec![Line { function, line: 0 }],
            ..Location::default()
        })
    }

    /// Adds values to the stack, leaf first. The number of values must be the number of columns.
    pub fn sample(&mut self, stack: Vec<LocationId>, values: &[i64]) {
        self.labelled(stack, Vec::new(), values);
    }

    /// Adds values to the stack, leaf first, under labels. The number of values must be the number of columns.
    pub fn labelled(&mut self, stack: Vec<LocationId>, mut labels: Vec<Label>, values: &[i64]) {
        assert_eq!(values.len(), self.types.len(), "one value for each column");
        labels.sort();
        labels.dedup();
        let sums = self
            .samples
            .entry((stack, labels))
            .or_insert_with(|| vec![0; values.len()]);
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum = sum.saturating_add(*value);
        }
    }

    /// Adds all samples of a profile with the same columns.
    ///
    /// # Errors
    /// [`ProfileError::Types`] if the columns differ; nothing is added then.
    pub fn merge(&mut self, other: &Profile) -> Result<(), ProfileError> {
        self.merge_scaled(other, &vec![1; other.types.len()])
    }

    /// As [`Builder::merge`], with each column times its factor.
    pub(super) fn merge_scaled(
        &mut self,
        other: &Profile,
        factors: &[i64],
    ) -> Result<(), ProfileError> {
        if self.types != other.types {
            return Err(ProfileError::Types(
                describe(&self.types),
                describe(&other.types),
            ));
        }
        let locations = self.adopt(other);
        for sample in &other.samples {
            let stack = sample.stack.iter().map(|id| locations[id.0 as usize]);
            let scaled = sample.values.iter().zip(factors);
            let values: Vec<_> = scaled
                .map(|(v, factor)| v.saturating_mul(*factor))
                .collect();
            self.labelled(stack.collect(), sample.labels.clone(), &values);
        }
        Ok(())
    }

    /// The values of all stacks so far, in no order.
    pub(super) fn values(&self) -> impl Iterator<Item = &[i64]> {
        self.samples.values().map(Vec::as_slice)
    }

    /// Interns the tables of a profile; the answer maps its location ids to ours.
    fn adopt(&mut self, other: &Profile) -> Vec<LocationId> {
        let mappings: Vec<_> = other
            .mappings
            .iter()
            .map(|mapping| self.mapping(mapping.clone()))
            .collect();
        let functions: Vec<_> = other
            .functions
            .iter()
            .map(|function| self.function(function.clone()))
            .collect();
        let translate = |location: &Location| Location {
            mapping: location.mapping.map(|id| mappings[id.0 as usize]),
            address: location.address,
            lines: renumber(&location.lines, &functions),
        };
        other
            .locations
            .iter()
            .map(|location| self.location(translate(location)))
            .collect()
    }

    /// The finished profile, without samples that are zero in every column.
    pub fn finish(mut self) -> Profile {
        self.samples
            .retain(|_, values| values.iter().any(|&value| value != 0));
        let used = used_locations(&self.samples, self.locations.items.len());
        let (functions, function_ids) =
            sorted_functions(self.functions.items, &self.locations.items, &used);
        let (locations, location_ids) =
            sorted_locations(self.locations.items, &used, &function_ids);
        Profile {
            header: self.header,
            types: self.types,
            mappings: self.mappings.items,
            functions,
            locations,
            samples: sorted_samples(self.samples, &location_ids),
        }
    }
}

/// Columns in words, for an error.
fn describe(types: &[ValueType]) -> String {
    let words: Vec<_> = types
        .iter()
        .map(|column| format!("{}/{}", column.kind, column.unit))
        .collect();
    words.join(" ")
}

fn renumber(lines: &[Line], functions: &[FunctionId]) -> Vec<Line> {
    lines
        .iter()
        .map(|line| Line {
            function: functions[line.function.0 as usize],
            line: line.line,
        })
        .collect()
}

fn used_locations(samples: &HashMap<Stack, Vec<i64>>, count: usize) -> Vec<bool> {
    let mut used = vec![false; count];
    for id in samples.keys().flat_map(|(stack, _)| stack) {
        used[id.0 as usize] = true;
    }
    used
}

/// The functions that used locations name, sorted, and the new id of each old one.
fn sorted_functions(
    functions: Vec<Function>,
    locations: &[Location],
    used: &[bool],
) -> (Vec<Function>, Vec<FunctionId>) {
    let mut wanted = vec![false; functions.len()];
    let of_used = locations.iter().zip(used).filter(|(_, used)| **used);
    for line in of_used.flat_map(|(location, _)| &location.lines) {
        wanted[line.function.0 as usize] = true;
    }
    let (sorted, ids) = sorted(functions, &wanted);
    (sorted, ids.into_iter().map(FunctionId).collect())
}

/// The used locations, sorted, and the new id of each old one.
fn sorted_locations(
    locations: Vec<Location>,
    used: &[bool],
    functions: &[FunctionId],
) -> (Vec<Location>, Vec<LocationId>) {
    let renumbered = locations.into_iter().zip(used).map(|(mut location, used)| {
        if *used {
            location.lines = renumber(&location.lines, functions);
        }
        location
    });
    let (sorted, ids) = sorted(renumbered.collect(), used);
    (sorted, ids.into_iter().map(LocationId).collect())
}

/// Sorts the wanted items; the second part is the new place of each old item, meaningless for unwanted ones.
fn sorted<T: Ord>(items: Vec<T>, wanted: &[bool]) -> (Vec<T>, Vec<u32>) {
    let mut ids = vec![0; items.len()];
    let mut kept: Vec<(T, usize)> = items
        .into_iter()
        .zip(0..)
        .filter(|(_, old)| wanted[*old])
        .collect();
    kept.sort();
    for ((_, old), new) in kept.iter().zip(0..) {
        ids[*old] = new;
    }
    (kept.into_iter().map(|(item, _)| item).collect(), ids)
}

fn sorted_samples(samples: HashMap<Stack, Vec<i64>>, locations: &[LocationId]) -> Vec<Sample> {
    let ordered: BTreeMap<Stack, Vec<i64>> = samples
        .into_iter()
        .map(|((stack, labels), values)| {
            let stack = stack.iter().map(|id| locations[id.0 as usize]).collect();
            ((stack, labels), values)
        })
        .collect();
    ordered
        .into_iter()
        .map(|((stack, labels), values)| Sample {
            stack,
            labels,
            values,
        })
        .collect()
}
