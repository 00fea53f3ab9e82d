//! Living things as Go's `goroutine` profile.

use record::profile::{Builder, Function, Header, Label, Line, Location, Profile, ValueType};

use super::{Site, counts};
use crate::{VERSION, clock};

/// What was alive at one moment, or the change between two.
#[derive(Debug, Clone)]
pub struct Snapshot {
    counts: Vec<(Site, i64)>,
    time_nanos: u64,
    duration_nanos: u64,
}

impl Snapshot {
    /// What is alive now.
    pub fn take() -> Self {
        Self {
            counts: counts(),
            time_nanos: clock::wall_nanos(),
            duration_nanos: 0,
        }
    }

    /// The change since an earlier snapshot; places where things ended are negative, as in Go.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let old = |site: &Site| {
            let found = earlier.counts.iter().find(|(other, _)| other == site);
            found.map_or(0, |(_, count)| *count)
        };
        let counts = self.counts.iter();
        Self {
            counts: counts
                .map(|(site, count)| (*site, count - old(site)))
                .collect(),
            time_nanos: self.time_nanos,
            duration_nanos: self.time_nanos.saturating_sub(earlier.time_nanos),
        }
    }

    /// The profile `goroutine/count` with the label `kind`; the place of creation is the only frame.
    pub fn profile(&self) -> Profile {
        let mut builder = Builder::new(vec![ValueType::new("goroutine", "count")]);
        builder.header = Header {
            period: 1,
            period_type: Some(ValueType::new("goroutine", "count")),
            time_nanos: self.time_nanos.cast_signed(),
            duration_nanos: self.duration_nanos.cast_signed(),
            comments: vec![
                format!("probe {VERSION}"),
                "back end: probe::spawn, spawn_blocking and time; other tasks are not seen"
                    .to_owned(),
                "a frame is the place where a task, timer or blocking call was made".to_owned(),
            ],
            ..Header::default()
        };
        for (site, count) in &self.counts {
            let function = builder.function(Function {
                name: format!("{} made at {}", site.kind.name(), site.place()),
                system_name: String::new(),
                file: site.file.to_owned(),
            });
            let line = Line {
                function,
                line: i64::from(site.line),
            };
            let location = builder.location(Location {
                lines: vec![line],
                ..Location::default()
            });
            let kind = Label::text("kind", site.kind.name());
            builder.labelled(vec![location], vec![kind], &[*count]);
        }
        builder.finish()
    }
}
