//! The difference of two cumulative profiles: what happened between them.

use super::{Builder, Header, Profile, ProfileError, ValueType};

/// The factor of the earlier value: columns `inuse_…` describe a moment, not a sum since the start.
fn factor(column: &ValueType) -> i64 {
    if column.kind.starts_with("inuse_") {
        0
    } else {
        -1
    }
}

impl Profile {
    /// What was added since `earlier`, an older snapshot of the same process, by stack and labels.
    ///
    /// Columns named `inuse_…` are of a moment and keep the later value. As in Go, the time is that of the later profile and
    /// the duration the distance of the two.
    ///
    /// # Errors
    /// [`ProfileError::Types`] if the columns differ; [`ProfileError::CounterFell`] if any value fell, which means that the two
    /// are not of one process.
    pub fn minus(&self, earlier: &Self) -> Result<Self, ProfileError> {
        let mut builder = Builder::new(self.types.clone());
        builder.merge(self)?;
        let factors: Vec<_> = self.types.iter().map(factor).collect();
        builder.merge_scaled(earlier, &factors)?;
        self.check_rising(&builder)?;
        builder.header = Header {
            duration_nanos: self
                .header
                .time_nanos
                .saturating_sub(earlier.header.time_nanos),
            ..self.header.clone()
        };
        Ok(builder.finish())
    }

    fn check_rising(&self, difference: &Builder) -> Result<(), ProfileError> {
        let fallen: Vec<usize> = difference
            .values()
            .filter_map(|values| values.iter().position(|&value| value < 0))
            .collect();
        match fallen.iter().min() {
            None => Ok(()),
            Some(&column) => Err(ProfileError::CounterFell {
                kind: self.types[column].kind.clone(),
                stacks: fallen.len(),
            }),
        }
    }
}
