//! Heads that have just been read: a target answers with the same bytes again and again, and to compare a head with the last few costs a tenth
//! of parsing it. Sound because a head's meaning depends on its bytes and the kind of request only.

use super::HeadOnly;
use super::response::{Head, Malformed, parse_head};

/// How many are remembered: a service answers with a few lengths and statuses in turn.
const REMEMBERED: usize = 8;
/// Longer ones are not.
const LONGEST: usize = 1024;

#[derive(Debug)]
struct Known {
    bytes: Vec<u8>,
    head_only: HeadOnly,
    head: Head,
}

/// The last few heads a worker has seen, the last match first.
#[derive(Debug, Default)]
pub(super) struct Heads {
    known: Vec<Known>,
    /// The one to be forgotten next.
    oldest: usize,
}

impl Heads {
    /// As [`parse_head`].
    pub(super) fn parse(
        &mut self,
        input: &[u8],
        head_only: HeadOnly,
    ) -> Result<Option<Head>, Malformed> {
        let same = |known: &Known| known.head_only == head_only && input.starts_with(&known.bytes);
        if let Some(at) = self.known.iter().position(same) {
            // A target that writes the date makes a new head each second: the present one is looked at first.
            self.known.swap(0, at);
            return Ok(Some(self.known[0].head));
        }
        let parsed = parse_head(input, head_only)?;
        if let Some(head) = parsed
            && head.length <= LONGEST
        {
            self.remember(&input[..head.length], head_only, head);
        }
        Ok(parsed)
    }

    fn remember(&mut self, bytes: &[u8], head_only: HeadOnly, head: Head) {
        if self.known.len() < REMEMBERED {
            self.known.push(Known {
                bytes: bytes.to_vec(),
                head_only,
                head,
            });
            return;
        }
        let known = &mut self.known[self.oldest];
        known.bytes.clear();
        known.bytes.extend_from_slice(bytes);
        (known.head_only, known.head) = (head_only, head);
        self.oldest = (self.oldest + 1) % REMEMBERED;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_remembered_head_means_what_a_parsed_one_does(
            lengths in prop::collection::vec((0..40_u32, any::<bool>(), 0..60_usize), 1..60),
        ) {
            let mut heads = Heads::default();
            for (length, head_request, cut) in lengths {
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\nbody");
                let input = &head.as_bytes()[..cut.min(head.len())];
                let kind = if head_request { HeadOnly::Yes } else { HeadOnly::No };
                prop_assert_eq!(heads.parse(input, kind), parse_head(input, kind));
            }
        }
    }
}
