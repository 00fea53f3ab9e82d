//! The table of stacks at one moment, cheap to take; symbols are looked up only when a profile is made of it.
//!
//! To profile a window, take one snapshot at each end and make a profile of the difference: so the window does not contain
//! the work of looking up symbols.

use std::time::{SystemTime, UNIX_EPOCH};

use record::profile::{Builder, Header, LocationId, Profile, ValueType};

use super::counters::{Counters, counters};
use super::sampler::{period_bytes, unsampled};
use super::stacks::{StackSum, sums};
use crate::symbol::{Symbol, Symbols};
use crate::{VERSION, self_test};

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

    /// The profile with symbols. Slow: for a thread where nothing waits.
    pub fn profile(&self) -> Profile {
        unsampled(|| self.build())
    }

    fn build(&self) -> Profile {
        let mut builder = Builder::new(vec![
            ValueType::new("alloc_objects", "count"),
            ValueType::new("alloc_space", "bytes"),
        ]);
        builder.header = self.header();
        let mut symbols = Symbols::new(&mut builder);
        for stack in self.stacks.iter().filter(|stack| stack.samples > 0) {
            let values = [signed(stack.whole_objects()), signed(stack.bytes)];
            let locations = locations(&mut symbols, &mut builder, &stack.frames);
            builder.sample(locations, &values);
        }
        builder.finish()
    }

    fn header(&self) -> Header {
        Header {
            period: signed(period_bytes()),
            period_type: Some(ValueType::new("space", "bytes")),
            default_type: "alloc_space".to_owned(),
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

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// The locations of a stack without the leading frames of the allocator's own hooks, inlined or not.
fn locations(symbols: &mut Symbols, builder: &mut Builder, frames: &[u64]) -> Vec<LocationId> {
    // The real function of an address decides, whatever was inlined into it.
    let own = frames
        .iter()
        .take_while(|&&address| symbols.resolve(address).last().is_some_and(is_hook))
        .count();
    let Some((&leaf, callers)) = frames[own..].split_first() else {
        return Vec::new();
    };
    let mut stack = vec![symbols.location_without(builder, leaf, is_hook)];
    stack.extend(
        callers
            .iter()
            .map(|&caller| symbols.location(builder, caller)),
    );
    stack
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
