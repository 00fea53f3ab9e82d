//! Samples of one span of time → a profile with symbols and an account of what is missing.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use record::profile::{Builder, Header, Label, Profile, ValueType};

use super::store::{FOREIGN, Record, Store, TRUNCATED};
use super::{Session, Sums, handler, interval_nanos, timers};
use crate::cpu::{Labels, account};
use crate::symbol::Symbols;
use crate::{VERSION, request};

/// What equal samples have in common: stack, thread, request.
type Key = (u32, u16, u64);

/// Copied out of the store, so that nobody waits for the symbols.
pub(super) struct Report {
    hz: u32,
    begun_wall: u64,
    span: Range<u64>,
    used: Sums,
    threads_armed: usize,
    threads_refused: u64,
    overwritten: u64,
    truncated: u64,
    foreign_stacks: u64,
    untagged: u64,
    total: u64,
    weights: HashMap<Key, u64>,
    stacks: HashMap<u32, Arc<[u64]>>,
    threads: HashMap<u16, Arc<str>>,
}

impl Report {
    pub fn of(session: &Session, now: &Sums, span: Range<u64>, store: &Store) -> Self {
        let (threads_armed, threads_refused) = timers::counts();
        let mut report = Self {
            hz: session.hz,
            begun_wall: session.begun_wall,
            span: span.clone(),
            used: now.since(&session.sums),
            threads_armed,
            threads_refused,
            overwritten: store.overwritten(),
            truncated: 0,
            foreign_stacks: 0,
            untagged: 0,
            total: 0,
            weights: HashMap::new(),
            stacks: HashMap::new(),
            threads: HashMap::new(),
        };
        for record in store.range(span) {
            report.add(record, store);
        }
        report
    }

    fn add(&mut self, record: &Record, store: &Store) {
        let weight = u64::from(record.weight);
        let when = |wanted: bool| if wanted { weight } else { 0 };
        self.total += weight;
        self.truncated += when(record.flags & TRUNCATED != 0);
        self.foreign_stacks += when(record.flags & FOREIGN != 0);
        self.untagged += when(record.request == 0);
        let key = (record.stack, record.thread, record.request);
        *self.weights.entry(key).or_default() += weight;
        let stack = self.stacks.entry(record.stack);
        stack.or_insert_with(|| Arc::clone(store.stack(record.stack)));
        let thread = self.threads.entry(record.thread);
        thread.or_insert_with(|| Arc::clone(store.thread(record.thread)));
    }

    /// Looks up symbols; slow.
    pub fn profile(&self, labels: Labels) -> Profile {
        let mut builder = Builder::new(vec![
            ValueType::new("samples", "count"),
            ValueType::new("cpu", "nanoseconds"),
        ]);
        builder.header = self.header();
        let mut symbols = Symbols::new(&mut builder);
        for (&(stack, thread, request), &weight) in &self.weights {
            let frames = self.stacks[&stack].iter();
            let frames = frames.map(|&address| symbols.location(&mut builder, address));
            let frames = frames.collect();
            let mut pairs = vec![Label::text("thread", &self.threads[&thread])];
            pairs.extend(request_label(labels, request));
            let count = i64::try_from(weight).unwrap_or(i64::MAX);
            let nanos = count.saturating_mul(interval_nanos(self.hz).cast_signed());
            builder.labelled(frames, pairs, &[count, nanos]);
        }
        builder.finish()
    }

    fn header(&self) -> Header {
        Header {
            period: interval_nanos(self.hz).cast_signed(),
            period_type: Some(ValueType::new("cpu", "nanoseconds")),
            default_type: "cpu".to_owned(),
            time_nanos: self.begun_wall.cast_signed(),
            duration_nanos: (self.span.end - self.span.start).cast_signed(),
            comments: self.comments(),
        }
    }

    fn comments(&self) -> Vec<String> {
        let sampled = self.total as f64 / f64::from(self.hz);
        let spent = self.used.cpu.saturating_sub(self.used.own_cpu);
        let share = |part: u64| 100.0 * part as f64 / self.total.max(1) as f64;
        let mut comments = vec![
            format!("probe {VERSION}"),
            "back end: own sampler, one CPU timer a thread, weighted by overruns".to_owned(),
            format!("rate: {} Hz", self.hz),
            format!(
                "samples: {}, dropped: {}, overwritten: {}",
                self.total, self.used.dropped, self.overwritten
            ),
            format!(
                "stacks: {:.1} % truncated, {:.1} % on a foreign stack",
                share(self.truncated),
                share(self.foreign_stacks)
            ),
            format!("untagged: {:.1} %", share(self.untagged)),
            format!(
                "threads: {} armed, {} refused; foreign signals: {}",
                self.threads_armed, self.threads_refused, self.used.foreign
            ),
            format!(
                "probe cost: {:.1} ms in the handler, {:.1} ms in the drain thread, {} KiB of ring",
                self.used.handler_nanos as f64 / 1e6,
                self.used.own_cpu.as_secs_f64() * 1e3,
                handler::ring().bytes() >> 10
            ),
        ];
        comments.extend(account::sums(sampled, spent));
        comments.extend(account::degraded());
        comments
    }
}

fn request_label(labels: Labels, request: u64) -> Option<Label> {
    match labels {
        Labels::Request if request != 0 => {
            Some(Label::text(request::LABEL, &request::header(request)))
        }
        _ => None,
    }
}

impl Sums {
    /// What was added since an earlier reading.
    fn since(&self, earlier: &Self) -> Self {
        let less = |now: Duration, then| now.saturating_sub(then);
        Self {
            cpu: less(self.cpu, earlier.cpu),
            own_cpu: less(self.own_cpu, earlier.own_cpu),
            dropped: self.dropped.wrapping_sub(earlier.dropped),
            foreign: self.foreign.wrapping_sub(earlier.foreign),
            handler_nanos: self.handler_nanos.wrapping_sub(earlier.handler_nanos),
        }
    }
}
