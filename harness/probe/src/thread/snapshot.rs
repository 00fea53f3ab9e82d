//! The threads of this process as Go's `threadcreate` profile.

use std::collections::BTreeMap;

use record::profile::{Builder, Header, Profile, ValueType};

use crate::{VERSION, clock};

/// Threads by name at one moment, or the change between two.
#[derive(Debug, Clone)]
pub struct Snapshot {
    counts: BTreeMap<String, i64>,
    time_nanos: u64,
    duration_nanos: u64,
}

impl Snapshot {
    /// The threads that live now; none where `/proc` cannot be read.
    pub fn take() -> Self {
        let mut counts = BTreeMap::new();
        let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten();
        for task in tasks.flatten() {
            let name = std::fs::read_to_string(task.path().join("comm")).unwrap_or_default();
            *counts.entry(name.trim_end().to_owned()).or_default() += 1;
        }
        Self {
            counts,
            time_nanos: clock::wall_nanos(),
            duration_nanos: 0,
        }
    }

    /// The change since an earlier snapshot.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let mut counts = self.counts.clone();
        for (name, count) in &earlier.counts {
            *counts.entry(name.clone()).or_default() -= count;
        }
        Self {
            counts,
            time_nanos: self.time_nanos,
            duration_nanos: self.time_nanos.saturating_sub(earlier.time_nanos),
        }
    }

    /// The profile `threadcreate/count`; a thread's name is its only frame.
    pub fn profile(&self) -> Profile {
        let mut builder = Builder::new(vec![ValueType::new("threadcreate", "count")]);
        builder.header = Header {
            period: 1,
            period_type: Some(ValueType::new("threadcreate", "count")),
            time_nanos: self.time_nanos.cast_signed(),
            duration_nanos: self.duration_nanos.cast_signed(),
            comments: vec![
                format!("probe {VERSION}"),
                "threads that live now, by name; where they were made is not known".to_owned(),
            ],
            ..Header::default()
        };
        for (name, count) in &self.counts {
            let frame = builder.named(&format!("thread {name}"));
            builder.sample(vec![frame], &[*count]);
        }
        builder.finish()
    }
}
