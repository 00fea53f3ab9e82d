//! What one visit knows: the variables its steps extracted and the feeder rows it drew.

use super::feeder::Feeder;
use std::sync::Arc;

/// The values of a visit. Its buffers are kept for the user's next one.
#[derive(Debug, Default)]
pub(super) struct Values {
    slots: Vec<String>,
    rows: Vec<u64>,
}

impl Values {
    /// A new visit: every variable has what it has without an extraction, and a row of every feeder is drawn.
    pub(super) fn begin(
        &mut self,
        defaults: &[String],
        feeders: &[Arc<Feeder>],
        seed: u64,
        arrival: u64,
    ) {
        self.slots.resize_with(defaults.len(), String::new);
        for (slot, default) in self.slots.iter_mut().zip(defaults) {
            slot.clear();
            slot.push_str(default);
        }
        self.rows.clear();
        let drawn = feeders.iter().map(|feeder| feeder.row(seed, arrival));
        self.rows.extend(drawn);
    }

    pub(super) fn slot(&self, at: usize) -> &str {
        &self.slots[at]
    }

    /// The buffer of a variable, emptied, to be filled.
    pub(super) fn refill(&mut self, at: usize) -> &mut String {
        let slot = &mut self.slots[at];
        slot.clear();
        slot
    }

    /// The row drawn from the journey's feeder number `at`.
    pub(super) fn row(&self, at: usize) -> u64 {
        self.rows[at]
    }
}
