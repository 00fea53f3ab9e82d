//! The account of one request: which of its nanoseconds were polls, ready to be polled, or pending.
//!
//! By construction the three sum to the time from creation to end. Time comes in as an argument.

use crate::stall::Waits;

/// Exact facts of a thread between the edges of polls, summed; only in detailed requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Detail {
    /// CPU time of the thread inside polls, in nanoseconds.
    pub cpu: u64,
    /// Page faults without input or output.
    pub minor_faults: u64,
    /// Page faults that read from disk.
    pub major_faults: u64,
    /// Times the thread gave up the processor.
    pub voluntary_switches: u64,
    /// Times it was taken from the thread.
    pub involuntary_switches: u64,
}

impl Detail {
    /// Adds what happened between two readings on one thread.
    pub fn add_between(&mut self, before: &Self, after: &Self) {
        let add = |sum: &mut u64, before: u64, after: u64| {
            *sum = sum.wrapping_add(after.saturating_sub(before));
        };
        add(&mut self.cpu, before.cpu, after.cpu);
        add(
            &mut self.minor_faults,
            before.minor_faults,
            after.minor_faults,
        );
        add(
            &mut self.major_faults,
            before.major_faults,
            after.major_faults,
        );
        add(
            &mut self.voluntary_switches,
            before.voluntary_switches,
            after.voluntary_switches,
        );
        add(
            &mut self.involuntary_switches,
            before.involuntary_switches,
            after.involuntary_switches,
        );
    }
}

/// The longest of several spans, and when it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Longest {
    /// Nanoseconds.
    pub nanos: u64,
    /// Monotonic nanoseconds of its start.
    pub at: u64,
}

impl Longest {
    /// Whether this span is longer than all before it.
    fn see(&mut self, at: u64, nanos: u64) -> bool {
        let longer = nanos > self.nanos;
        if longer {
            *self = Self { nanos, at };
        }
        longer
    }
}

/// The account so far; times are monotonic nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Ledger {
    /// When the request came.
    pub started: u64,
    /// When it ended; 0 while it runs.
    pub ended: u64,
    /// How often it was polled.
    pub polls: u32,
    /// The thread of the longest poll.
    pub thread: i32,
    /// Time inside polls.
    pub poll: u64,
    /// Time from a wake to its poll.
    pub ready: u64,
    /// Time in which nobody had woken it.
    pub pending: u64,
    /// The longest poll.
    pub longest_poll: Longest,
    /// The longest time from wake to poll.
    pub longest_ready: Longest,
    /// What it waited for.
    pub waits: Waits,
    /// Exact facts, of detailed requests.
    pub detail: Option<Detail>,
    /// Allocations inside polls, exact.
    pub allocations: u64,
    /// Bytes of these.
    pub allocated_bytes: u64,
    /// End of the last poll, or the start.
    last: u64,
    /// Begin of the poll that runs.
    polling_since: u64,
}

impl Ledger {
    /// A request comes; creation counts as its first wake.
    pub fn new(now: u64) -> Self {
        Self {
            started: now,
            last: now,
            ..Self::default()
        }
    }

    /// A poll begins. `woken` is the first wake since the last poll began; without one (another future of the same task was
    /// woken) all the time since then was pending, but for the first poll.
    ///
    /// Answers the time from the wake to this poll.
    pub fn begin_poll(&mut self, now: u64, woken: Option<u64>) -> u64 {
        let now = now.max(self.last);
        let woken = match woken {
            // A wake during a poll counts from the end of that poll.
            Some(time) => time.clamp(self.last, now),
            None if self.polls == 0 => self.last,
            None => now,
        };
        let ready = now - woken;
        self.pending += woken - self.last;
        self.ready += ready;
        self.longest_ready.see(woken, ready);
        self.polls = self.polls.saturating_add(1);
        self.polling_since = now;
        ready
    }

    /// The poll ends on that thread. Answers how long it was.
    pub fn end_poll(&mut self, now: u64, thread: i32) -> u64 {
        let now = now.max(self.polling_since);
        let poll = now - self.polling_since;
        self.poll += poll;
        self.last = now;
        if self.longest_poll.see(self.polling_since, poll) {
            self.thread = thread;
        }
        poll
    }

    /// When the last poll ended, or the request began.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// The request is over, with its last poll or, if its client went away, in between.
    pub fn end(&mut self, now: u64) {
        let now = now.max(self.last);
        self.pending += now - self.last;
        self.last = now;
        self.ended = now;
    }

    /// Time inside polls that was neither CPU time nor a known wait: `(run queue, page faults)`, in nanoseconds.
    ///
    /// An estimate for detailed requests: a thread that gave the processor up no more often than for its known waits can only
    /// have been preempted; with reads from disk the rest is theirs; otherwise it stays unexplained, and both are 0.
    pub fn off_cpu(&self) -> Option<(u64, u64)> {
        let detail = self.detail?;
        let known: u64 = self.waits.inside.iter().sum();
        let rest = self.poll.saturating_sub(detail.cpu).saturating_sub(known);
        Some(if detail.voluntary_switches <= self.waits.count {
            (rest, 0)
        } else if detail.major_faults > 0 {
            (0, rest)
        } else {
            (0, 0)
        })
    }
}

#[cfg(test)]
mod tests;
