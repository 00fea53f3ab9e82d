//! Profile → folded stacks, the text form that flamegraphs are drawn from.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Frame, Profile, Sample};

impl Profile {
    /// One column as `root;…;leaf` → sum, inlined frames expanded, labels added up, stacks that sum to zero left out.
    ///
    /// Names lose a crate hash, `;` becomes `:` and line breaks become spaces, because the folded form has no escapes. A
    /// frame without a name appears as its address; a sample without a stack as `(no stack)`.
    pub fn folded(&self, value_index: usize) -> BTreeMap<String, i64> {
        let mut stacks = BTreeMap::new();
        for sample in &self.samples {
            if let Some(&value) = sample.values.get(value_index) {
                let sum = stacks.entry(self.fold(sample)).or_insert(0_i64);
                *sum = sum.saturating_add(value);
            }
        }
        stacks.retain(|_, sum| *sum != 0);
        stacks
    }

    fn fold(&self, sample: &Sample) -> String {
        let mut frames: Vec<_> = self.frames(sample).map(frame_name).collect();
        if frames.is_empty() {
            return "(no stack)".to_owned();
        }
        frames.reverse();
        frames.join(";")
    }
}

/// What a frame is called in folded stacks.
fn frame_name(frame: Frame<'_>) -> Cow<'_, str> {
    match frame {
        Frame::Address(address) => Cow::Owned(format!("{address:#x}")),
        Frame::Named { function, .. } => escaped(named(function)),
    }
}

fn named(function: &super::Function) -> &str {
    let name = match function.name.as_str() {
        "" => function.system_name.as_str(),
        name => name,
    };
    match name {
        "" => "(unnamed)",
        name => without_hash(name),
    }
}

/// Cuts the `::h` and 16 hexadecimal digits that legacy mangling appends.
fn without_hash(name: &str) -> &str {
    match name.rsplit_once("::h") {
        Some((path, hash)) if hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()) => {
            path
        }
        _ => name,
    }
}

fn escaped(name: &str) -> Cow<'_, str> {
    if !name.contains([';', '\n', '\r']) {
        return Cow::Borrowed(name);
    }
    Cow::Owned(name.replace(';', ":").replace(['\n', '\r'], " "))
}
