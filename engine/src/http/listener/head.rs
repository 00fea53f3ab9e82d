//! How long a caller may take to send the head of a request: a connection is a slot, and nobody may keep one by sending slowly.
//!
//! The time begins with the first byte of a head and ends with the empty line behind it; a connection that is idle between two requests
//! is not late, and neither is a body. The usual head comes in one piece, and no timer is set for it.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// What is told to a caller who was too slow.
pub(super) const TOO_LATE: &[u8] =
    b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

const END: &[u8] = b"\r\n\r\n";

/// Where a connection stands.
#[derive(Debug)]
enum State {
    /// Between two requests.
    Idle,
    /// Inside a head; so many bytes of its end were the last ones read.
    Head {
        matched: usize,
        timer: Pin<Box<Sleep>>,
    },
    /// Behind a head, until the answer is written.
    Behind,
}

/// Watches the heads on one connection.
#[derive(Debug)]
pub(super) struct HeadTimer {
    limit: Duration,
    state: State,
}

impl HeadTimer {
    pub(super) const fn new(limit: Duration) -> Self {
        Self {
            limit,
            state: State::Idle,
        }
    }

    /// These bytes were read.
    pub(super) fn read(&mut self, bytes: &[u8]) {
        let matched = match &self.state {
            State::Behind => return,
            _ if bytes.is_empty() => return,
            State::Idle => 0,
            State::Head { matched, .. } => *matched,
        };
        match end_in(matched, bytes) {
            None => self.state = State::Behind,
            Some(matched) => match &mut self.state {
                State::Head { matched: kept, .. } => *kept = matched,
                state => {
                    let timer = Box::pin(tokio::time::sleep_until(Instant::now() + self.limit));
                    *state = State::Head { matched, timer };
                }
            },
        }
    }

    /// An answer is being written: what is read next is another head.
    pub(super) fn wrote(&mut self) {
        self.state = State::Idle;
    }

    /// Nothing could be read: whether the time is over; if not, the task is woken when it is.
    pub(super) fn is_late(&mut self, context: &mut Context<'_>) -> bool {
        match &mut self.state {
            State::Head { timer, .. } => timer.as_mut().poll(context) == Poll::Ready(()),
            State::Idle | State::Behind => false,
        }
    }
}

/// Goes on looking for the end of a head, of which `matched` bytes were seen; `None` if it is there, else how many of its bytes are the
/// last ones now.
fn end_in(mut matched: usize, bytes: &[u8]) -> Option<usize> {
    for byte in bytes {
        matched = match (*byte == END[matched], *byte) {
            (true, _) => matched + 1,
            (false, b'\r') => 1,
            (false, _) => 0,
        };
        if matched == END.len() {
            return None;
        }
    }
    Some(matched)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_found_wherever_the_pieces_are_cut() {
        let head = b"GET / HTTP/1.1\r\nhost: x\r\r\n\r\n";
        for cut in 0..head.len() {
            let (first, second) = head.split_at(cut);
            let matched = end_in(0, first).expect("not whole yet");
            assert_eq!(end_in(matched, second), None, "{cut}");
        }
        assert_eq!(end_in(0, b"a\r\n\r"), Some(3));
        assert_eq!(end_in(3, b"x"), Some(0));
    }
}
