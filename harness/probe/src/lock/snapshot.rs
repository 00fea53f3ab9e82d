//! Contended waits at one moment, or between two, as profiles.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use record::profile::{Builder, Header, Label, Profile, ValueType};

use super::contention::{self, Contention, Event, Sum};
use crate::symbol::{Symbol, Symbols};
use crate::{VERSION, clock, request};

/// Whose stacks a profile shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Of the threads that waited: Go's `block`.
    Waiter,
    /// Of the threads that held the lock: Go's `mutex`.
    Holder,
}

/// Waits by stack and, in a window with requests, by request; number 0 stands for none.
type Sums = HashMap<(u32, u64), Sum>;

/// Waits by stack; symbols are looked up only when a profile is made of it.
#[derive(Debug, Clone)]
pub struct Snapshot {
    whose: Whose,
    stacks: Vec<Arc<[u64]>>,
    sums: Sums,
    time_nanos: u64,
    duration_nanos: u64,
}

impl Snapshot {
    /// All waits since the start of the process.
    pub fn take(whose: Whose) -> Self {
        contention::read(|table| {
            let sums = match whose {
                Whose::Waiter => &table.block,
                Whose::Holder => &table.mutex,
            };
            let sums = sums.iter().map(|(&stack, &sum)| ((stack, 0), sum));
            Self::new(whose, table, sums.collect(), 0)
        })
    }

    /// The last waits that ended in a span of monotonic time, with their requests.
    pub(crate) fn by_request(whose: Whose, span: Range<u64>) -> Self {
        contention::read(|table| {
            let mut sums = Sums::new();
            let inside = |event: &&Event| span.contains(&event.time);
            for event in table.recent.iter().filter(inside) {
                let stack = match whose {
                    Whose::Waiter => event.waiter,
                    Whose::Holder => event.holder,
                };
                let sum = sums.entry((stack, event.request)).or_default();
                sum.count += event.sum.count;
                sum.delay += event.sum.delay;
            }
            Self::new(whose, table, sums, span.end.saturating_sub(span.start))
        })
    }

    fn new(whose: Whose, table: &Contention, sums: Sums, duration_nanos: u64) -> Self {
        Self {
            whose,
            stacks: table.stacks.clone(),
            sums,
            time_nanos: clock::wall_nanos(),
            duration_nanos,
        }
    }

    /// Whose stacks these are.
    pub fn whose(&self) -> Whose {
        self.whose
    }

    /// The waits between an earlier snapshot of this process and this one.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let mut sums = self.sums.clone();
        for (key, old) in &earlier.sums {
            if let Some(sum) = sums.get_mut(key) {
                sum.count -= old.count;
                sum.delay -= old.delay;
            }
        }
        Self {
            sums,
            duration_nanos: self.time_nanos.saturating_sub(earlier.time_nanos),
            ..self.clone()
        }
    }

    /// The profile with symbols: `contentions/count` and `delay/nanoseconds`. Slow: for a thread where nothing waits.
    pub fn profile(&self) -> Profile {
        let mut builder = Builder::new(vec![
            ValueType::new("contentions", "count"),
            ValueType::new("delay", "nanoseconds"),
        ]);
        builder.header = self.header();
        let mut symbols = Symbols::new(&mut builder);
        for (&(stack, request), sum) in &self.sums {
            let frames = self.stacks.get(stack as usize);
            let frames = frames.map_or(&[][..], |frames| frames);
            let stack = symbols.below(&mut builder, frames, is_hook);
            let label =
                (request != 0).then(|| Label::text(request::LABEL, &request::header(request)));
            let values = [sum.count.round() as i64, sum.delay.round() as i64];
            builder.labelled(stack, label.into_iter().collect(), &values);
        }
        builder.finish()
    }

    fn header(&self) -> Header {
        let about = match self.whose {
            Whose::Waiter => "stacks of the threads that waited",
            Whose::Holder => {
                "stacks of the threads that unlocked last before a waiter got the lock, an approximation; waits below the rate \
                 have no stack"
            }
        };
        Header {
            period: 1,
            period_type: Some(ValueType::new("contentions", "count")),
            default_type: "delay".to_owned(),
            time_nanos: self.time_nanos.cast_signed(),
            duration_nanos: self.duration_nanos.cast_signed(),
            comments: vec![
                format!("probe {VERSION}"),
                "back end: probe::lock::Mutex and RwLock; other locks are not seen".to_owned(),
                format!("rate: {} ns", contention::rate()),
                about.to_owned(),
            ],
        }
    }
}

/// Whether a function lies on the path from the program's lock to the record of its wait.
pub(super) fn is_hook(symbol: &Symbol) -> bool {
    const NAMES: [&str; 3] = ["probe::lock::", "probe::stack::", "lock_api::"];
    let name = symbol.name.trim_start_matches('<');
    NAMES.iter().any(|hook| name.starts_with(hook))
        || symbol.file.ends_with(super::FILE)
        || symbol.file.contains("/lock_api-")
}
