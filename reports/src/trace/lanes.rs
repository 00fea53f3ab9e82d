//! Lanes for spans that overlap: a span lies in the first lane that is free when it begins.

/// By lane, when its last span ends.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    ends: Vec<i64>,
}

impl Lanes {
    /// The lane of a span. Spans come in the order of their starts; then there are as many lanes as spans overlap at most.
    pub(super) fn take(&mut self, start: i64, end: i64) -> usize {
        if let Some(lane) = self.ends.iter().position(|last| *last <= start) {
            self.ends[lane] = end;
            return lane;
        }
        self.ends.push(end);
        self.ends.len() - 1
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.ends.len()
    }
}
