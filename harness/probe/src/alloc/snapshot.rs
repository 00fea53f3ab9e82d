//! The table of stacks at one moment, cheap to take; symbols are looked up only when a profile is made of it.
//!
//! To profile a window, take one snapshot at each end and make a profile of the difference: so the window does not contain
//! the work of looking up symbols.

use std::time::{SystemTime, UNIX_EPOCH};

use record::profile::{Builder, Header, Label, Profile, ValueType};

use super::counters::{Counters, counters};
use super::events::Collector;
use super::live;
use super::sampler::{period_bytes, unsampled};
use super::stacks::{StackSum, sums};
use crate::symbol::{Symbol, Symbols};
use crate::{VERSION, request, self_test};

/// Which column of an allocation profile tools show first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// `alloc_space`, as Go's `allocs`.
    Allocated,
    /// `inuse_space`, as Go's `heap`.
    Living,
}

impl View {
    fn column(self) -> &'static str {
        match self {
            Self::Allocated => "alloc_space",
            Self::Living => "inuse_space",
        }
    }
}

/// Go's columns, in Go's order.
fn columns() -> Vec<ValueType> {
    vec![
        ValueType::new("alloc_objects", "count"),
        ValueType::new("alloc_space", "bytes"),
        ValueType::new("inuse_objects", "count"),
        ValueType::new("inuse_space", "bytes"),
    ]
}

/// Estimated allocations by stack, at one moment or between two.
#[derive(Debug, Clone)]
pub struct Snapshot {
    stacks: Vec<StackSum>,
    exact: Counters,
    time_nanos: i64,
    duration_nanos: i64,
}

fn now_nanos() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH);
    elapsed.map_or(0, |elapsed| {
        i64::try_from(elapsed.as_nanos()).unwrap_or(i64::MAX)
    })
}

impl Snapshot {
    /// The sums since [`super::enable`].
    pub fn take() -> Self {
        unsampled(|| Self {
            stacks: sums(),
            exact: counters(),
            time_nanos: now_nanos(),
            duration_nanos: 0,
        })
    }

    /// What was allocated between an earlier snapshot of this process and this one.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let mut stacks = self.stacks.clone();
        for (stack, old) in stacks.iter_mut().zip(&earlier.stacks) {
            stack.samples -= old.samples;
            stack.objects -= old.objects;
            stack.bytes -= old.bytes;
            // More may be freed than was allocated between the two.
            stack.freed_objects = stack.freed_objects.wrapping_sub(old.freed_objects);
            stack.freed_bytes = stack.freed_bytes.wrapping_sub(old.freed_bytes);
        }
        Self {
            stacks,
            exact: self.exact.since(&earlier.exact),
            time_nanos: self.time_nanos,
            duration_nanos: self.time_nanos - earlier.time_nanos,
        }
    }

    /// The exact counters at that moment, or between the two.
    pub fn exact(&self) -> Counters {
        self.exact
    }

    /// As [`Snapshot::since`] for what was allocated; what lives is as of this snapshot.
    #[must_use]
    pub fn allocated_since(&self, earlier: &Self) -> Self {
        let mut since = self.since(earlier);
        for (stack, now) in since.stacks.iter_mut().zip(&self.stacks) {
            // Living is allocated minus freed, so this keeps it.
            stack.freed_objects = stack
                .objects
                .wrapping_sub(now.objects.wrapping_sub(now.freed_objects));
            stack.freed_bytes = stack
                .bytes
                .wrapping_sub(now.bytes.wrapping_sub(now.freed_bytes));
        }
        since
    }

    /// The profile with symbols. Slow: for a thread where nothing waits.
    pub fn profile(&self) -> Profile {
        self.profile_as(View::Allocated)
    }

    /// As [`Snapshot::profile`], with the column that tools show first.
    pub fn profile_as(&self, view: View) -> Profile {
        unsampled(|| self.build(view))
    }

    fn build(&self, view: View) -> Profile {
        let mut builder = Builder::new(columns());
        builder.header = self.header(view);
        let mut symbols = Symbols::new(&mut builder);
        for stack in &self.stacks {
            let values = [
                stack.whole_objects(),
                signed(stack.bytes),
                stack.live_objects(),
                stack.live_bytes(),
            ];
            if values == [0; 4] {
                continue;
            }
            let locations = symbols.below(&mut builder, &stack.frames, is_hook);
            builder.sample(locations, &values);
        }
        builder.finish()
    }

    fn header(&self, view: View) -> Header {
        Header {
            period: signed(period_bytes()),
            period_type: Some(ValueType::new("space", "bytes")),
            default_type: view.column().to_owned(),
            time_nanos: self.time_nanos,
            duration_nanos: self.duration_nanos,
            comments: self.comments(),
        }
    }

    fn comments(&self) -> Vec<String> {
        let samples: u64 = self.stacks.iter().map(|stack| stack.samples).sum();
        let mut comments = vec![
            format!("probe {VERSION}"),
            "back end: sampled global allocator".to_owned(),
            format!("period: {} bytes", period_bytes()),
            format!("samples: {samples}"),
            format!(
                "exact: {} allocations, {} bytes",
                self.exact.allocations, self.exact.allocated_bytes
            ),
        ];
        if period_bytes() == 0 {
            comments.push("sampling is off".to_owned());
        } else if counters() == Counters::default() {
            comments.push("the global allocator is not probe::ProfAlloc".to_owned());
        }
        if live::lost() > 0 {
            comments.push(format!(
                "live columns incomplete: {} sampled allocations found no place",
                live::lost()
            ));
        }
        if let Some(lost) = self.stacks.first().filter(|stack| stack.samples > 0) {
            comments.push(format!("samples without a stack: {}", lost.samples));
        }
        comments.extend(
            self_test()
                .err()
                .map(|reason| format!("degraded: {reason}")),
        );
        comments
    }
}

/// The samples of a window with the label `request`: `alloc_objects` and `alloc_space`. `window` is the difference of two
/// snapshots around it, for the account.
pub(crate) fn by_request(collector: Collector, window: &Snapshot) -> Profile {
    unsampled(|| {
        let (sums, lost) = collector.finish();
        let mut builder = Builder::new(columns().into_iter().take(2).collect());
        builder.header = window.header(View::Allocated);
        builder
            .header
            .comments
            .push(format!("samples without a record: {lost}"));
        let mut symbols = Symbols::new(&mut builder);
        for (frames, request, (objects, bytes)) in sums {
            let stack = symbols.below(&mut builder, &frames, is_hook);
            let label = (request != 0).then(|| request::header(request));
            let label = label.map(|name| Label::text(request::LABEL, &name));
            let values = [objects.round() as i64, bytes.round() as i64];
            builder.labelled(stack, label.into_iter().collect(), &values);
        }
        builder.finish()
    })
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Whether a function lies on the path from the program's allocation to the sampler. Inlined functions may have bare names,
/// so the file counts too.
fn is_hook(symbol: &Symbol) -> bool {
    const NAMES: [&str; 4] = [
        "probe::alloc::sampler::",
        "probe::alloc::ProfAlloc",
        "probe::stack::",
        "__rust",
    ];
    const FILES: [&str; 3] = [super::FILE, super::sampler::FILE, crate::stack::FILE];
    let name = symbol.name.trim_start_matches('<');
    NAMES.iter().any(|hook| name.starts_with(hook))
        || FILES.iter().any(|hook| symbol.file.ends_with(hook))
}
