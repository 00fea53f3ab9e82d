//! One CPU profile from its first signal to its last symbol.

use std::time::{Duration, Instant, UNIX_EPOCH};

use pprof::{ProfilerGuard, ProfilerGuardBuilder, UnresolvedReport};
use record::profile::{Builder, Header, Label, Profile, ValueType};

use super::{CpuError, MAX_HZ, account, leaf, owner, repair};
use crate::symbol::Symbols;
use crate::{VERSION, process};

/// Frames at which pprof-rs cuts a stack.
const CUT_AT: usize = 128;

/// A profile that is being taken. Dropping it stops the timer. The order of the fields matters: sampling ends before the
/// right to it is given back.
pub(super) struct Sampling {
    guard: ProfilerGuard<'static>,
    _owner: owner::Pprof,
    hz: u32,
    started: Instant,
    cpu_at_start: Duration,
}

impl Sampling {
    pub fn start(hz: u32) -> Result<Self, CpuError> {
        if !(1..=MAX_HZ).contains(&hz) {
            return Err(CpuError::Rate(hz, MAX_HZ));
        }
        let owner = owner::Pprof::claim()?;
        // No block list: it would drop every sample inside malloc, memcpy and system calls.
        let guard = ProfilerGuardBuilder::default()
            .frequency(hz.cast_signed())
            .build()?;
        repair::prepare();
        leaf::intercept()?;
        Ok(Self {
            guard,
            _owner: owner,
            hz,
            started: Instant::now(),
            cpu_at_start: process::cpu_time(),
        })
    }

    /// Stops sampling, then looks up symbols.
    pub fn finish(self) -> Result<Profile, CpuError> {
        let collected = Collected {
            report: self.guard.report().build_unresolved()?,
            hz: self.hz,
            wall: self.started.elapsed(),
            cpu: process::cpu_time().saturating_sub(self.cpu_at_start),
        };
        drop(self);
        Ok(collected.profile())
    }
}

/// What was sampled, before symbols.
struct Collected {
    report: UnresolvedReport,
    hz: u32,
    wall: Duration,
    cpu: Duration,
}

impl Collected {
    fn profile(&self) -> Profile {
        let mut builder = Builder::new(vec![
            ValueType::new("samples", "count"),
            ValueType::new("cpu", "nanoseconds"),
        ]);
        builder.header = self.header();
        let mut symbols = Symbols::new(&mut builder);
        for (sampled, &count) in &self.report.data {
            let stack = sampled.frames.iter();
            let stack = stack.map(|frame| symbols.location(&mut builder, frame.ip as u64));
            let stack = stack.collect();
            let thread = &sampled.thread_name[..sampled.thread_name_length];
            let label = Label::text("thread", &String::from_utf8_lossy(thread));
            let count = count as i64;
            builder.labelled(stack, vec![label], &[count, count * self.interval_nanos()]);
        }
        builder.finish()
    }

    fn interval_nanos(&self) -> i64 {
        1_000_000_000 / i64::from(self.hz)
    }

    fn header(&self) -> Header {
        let start = self.report.timing.start_time.duration_since(UNIX_EPOCH);
        Header {
            period: self.interval_nanos(),
            period_type: Some(ValueType::new("cpu", "nanoseconds")),
            default_type: "cpu".to_owned(),
            time_nanos: start.map_or(0, nanos),
            duration_nanos: nanos(self.wall),
            comments: self.comments(),
        }
    }

    fn comments(&self) -> Vec<String> {
        let samples: isize = self.report.data.values().sum();
        let cut: isize = self
            .report
            .data
            .iter()
            .filter(|(sampled, _)| sampled.frames.len() >= CUT_AT)
            .map(|(_, count)| count)
            .sum();
        let sampled = samples as f64 / f64::from(self.hz);
        let mut comments = vec![
            format!("probe {VERSION}"),
            "back end: pprof-rs 0.15, frame pointers, interrupted frame added".to_owned(),
            format!("rate: {} Hz", self.hz),
            format!("samples: {samples}, cut at {CUT_AT} frames: {cut}"),
        ];
        comments.extend(account::sums(sampled, self.cpu));
        comments.extend(account::degraded());
        comments
    }
}

fn nanos(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}
