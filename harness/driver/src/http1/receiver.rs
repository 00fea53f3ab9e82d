//! An answer, put together from pieces as they arrive. Pure: bytes in, an answer out.

use super::HeadOnly;
use super::chunked::Chunked;
use super::heads::Heads;
use super::response::{Framing, Head, Malformed};

/// Larger heads are refused as malformed.
const MAX_HEAD: usize = 64 * 1024;
/// Bytes of a body that are kept for checks; the rest is read and counted.
const KEPT_BODY: usize = 1024 * 1024;

/// What has been read of an answer so far.
#[derive(Debug)]
enum Stage {
    Head,
    Length(u64),
    Chunks(Chunked),
    UntilClose,
}

/// Reads one answer after the other; its buffers stay.
#[derive(Debug)]
pub(super) struct Receiver {
    stage: Stage,
    head_only: HeadOnly,
    head: Head,
    body_bytes: u64,
    /// Head and kept body of the last answer.
    kept: Vec<u8>,
    /// Where the body begins in it.
    body_at: usize,
    /// What was received and cannot be understood before more is there.
    held: Vec<u8>,
}

impl Default for Receiver {
    fn default() -> Self {
        Self {
            stage: Stage::Head,
            head_only: HeadOnly::No,
            head: Head::NONE,
            body_bytes: 0,
            kept: Vec::new(),
            body_at: 0,
            held: Vec::new(),
        }
    }
}

impl Receiver {
    /// Forgets the last answer.
    pub(super) fn begin(&mut self, head_only: HeadOnly) {
        self.stage = Stage::Head;
        self.head_only = head_only;
        self.body_bytes = 0;
        self.kept.clear();
        self.body_at = 0;
        self.held.clear();
    }

    /// Takes what was received; the head once the answer is complete. Bytes behind its end stay in [`Self::is_clean`]'s view.
    pub(super) fn receive(
        &mut self,
        data: &[u8],
        heads: &mut Heads,
    ) -> Result<Option<Head>, Malformed> {
        if self.held.is_empty() {
            let (used, complete) = self.feed(data, heads)?;
            self.held.extend_from_slice(&data[used..]);
            return Ok(complete.then_some(self.head));
        }
        let mut all = std::mem::take(&mut self.held);
        all.extend_from_slice(data);
        let (used, complete) = self.feed(&all, heads)?;
        all.drain(..used);
        self.held = all;
        Ok(complete.then_some(self.head))
    }

    /// The peer closed: the head if that is how this answer ends.
    pub(super) fn closed(&self) -> Option<Head> {
        matches!(self.stage, Stage::UntilClose).then_some(self.head)
    }

    /// True if nothing was received that nobody asked for.
    pub(super) fn is_clean(&self) -> bool {
        self.held.is_empty()
    }

    /// Bytes of the body, those not kept included.
    pub(super) fn body_bytes(&self) -> u64 {
        self.body_bytes
    }

    /// The head of the last answer as it came.
    pub(super) fn head(&self) -> &[u8] {
        &self.kept[..self.body_at]
    }

    /// The kept part of the last answer's body.
    pub(super) fn body(&self) -> &[u8] {
        &self.kept[self.body_at..]
    }

    // How many bytes of `data` were used, and whether the answer is complete.
    fn feed(&mut self, data: &[u8], heads: &mut Heads) -> Result<(usize, bool), Malformed> {
        let mut used = 0;
        while matches!(self.stage, Stage::Head) {
            let Some(head) = heads.parse(&data[used..], self.head_only)? else {
                if data.len() - used > MAX_HEAD {
                    return Err(Malformed);
                }
                return Ok((used, false));
            };
            let end = used + head.length;
            // 1xx answers announce the real one.
            if !head.is_interim() {
                self.head = head;
                self.kept.extend_from_slice(&data[used..end]);
                self.body_at = self.kept.len();
                self.stage = match head.framing {
                    Framing::Empty => return Ok((end, true)),
                    Framing::Length(length) => Stage::Length(length),
                    Framing::Chunked => Stage::Chunks(Chunked::default()),
                    Framing::UntilClose => Stage::UntilClose,
                };
            }
            used = end;
        }
        let (body, complete) = self.feed_body(&data[used..])?;
        Ok((used + body, complete))
    }

    fn feed_body(&mut self, data: &[u8]) -> Result<(usize, bool), Malformed> {
        let limit = self.body_at + KEPT_BODY;
        let (kept, counted) = (&mut self.kept, &mut self.body_bytes);
        let mut take = |data: &[u8]| {
            *counted += data.len() as u64;
            let room = limit.saturating_sub(kept.len());
            kept.extend_from_slice(&data[..data.len().min(room)]);
        };
        match &mut self.stage {
            Stage::Length(left) => {
                let ready = (*left).min(data.len() as u64) as usize;
                take(&data[..ready]);
                *left -= ready as u64;
                Ok((ready, *left == 0))
            }
            Stage::Chunks(decoder) => {
                let used = decoder.feed(data, take)?;
                Ok((used, decoder.is_done()))
            }
            Stage::UntilClose => {
                take(data);
                Ok((data.len(), false))
            }
            Stage::Head => Ok((0, false)),
        }
    }
}
