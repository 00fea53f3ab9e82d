//! Chunked bodies (RFC 9112 §7.1), decoded as bytes arrive. Pure.

use super::response::Malformed;

/// Longest size line or trailer line that is believed.
const MAX_LINE: usize = 8 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Size,
    Data(u64),
    DataEnd,
    Trailer,
    Done,
}

/// A decoder between two pieces of input.
#[derive(Debug, Default)]
pub(super) struct Chunked {
    state: State,
}

impl Chunked {
    /// True after the last chunk and its trailers.
    pub(super) fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Decodes what is complete in `input`, hands the data to `take` and says how many bytes were used; the caller offers the rest
    /// again with more behind it.
    pub(super) fn feed(
        &mut self,
        input: &[u8],
        mut take: impl FnMut(&[u8]),
    ) -> Result<usize, Malformed> {
        let mut used = 0;
        loop {
            let rest = &input[used..];
            used += match self.state {
                State::Done => return Ok(used),
                State::Data(left) => {
                    let ready = left.min(rest.len() as u64) as usize;
                    if ready == 0 {
                        return Ok(used);
                    }
                    take(&rest[..ready]);
                    self.state = match left - ready as u64 {
                        0 => State::DataEnd,
                        more => State::Data(more),
                    };
                    ready
                }
                State::Size | State::DataEnd | State::Trailer => {
                    let Some(line) = line(rest)? else {
                        return Ok(used);
                    };
                    self.end_line(line.text)?;
                    line.length
                }
            };
        }
    }

    fn end_line(&mut self, text: &[u8]) -> Result<(), Malformed> {
        self.state = match self.state {
            State::Size => match parse_size(text)? {
                0 => State::Trailer,
                size => State::Data(size),
            },
            State::DataEnd if text.is_empty() => State::Size,
            State::Trailer if text.is_empty() => State::Done,
            State::Trailer => State::Trailer,
            _ => return Err(Malformed),
        };
        Ok(())
    }
}

struct Line<'a> {
    text: &'a [u8],
    /// With its line break.
    length: usize,
}

fn line(input: &[u8]) -> Result<Option<Line<'_>>, Malformed> {
    match input.iter().position(|&b| b == b'\n') {
        Some(end) => Ok(Some(Line {
            text: input[..end].strip_suffix(b"\r").unwrap_or(&input[..end]),
            length: end + 1,
        })),
        None if input.len() > MAX_LINE => Err(Malformed),
        None => Ok(None),
    }
}

fn parse_size(text: &[u8]) -> Result<u64, Malformed> {
    // Extensions follow a semicolon and mean nothing to us.
    let digits = text
        .split(|&b| b == b';')
        .next()
        .unwrap_or_default()
        .trim_ascii();
    let valid =
        !digits.is_empty() && digits.len() <= 15 && digits.iter().all(u8::is_ascii_hexdigit);
    if !valid {
        return Err(Malformed);
    }
    let text = std::str::from_utf8(digits).map_err(|_| Malformed)?;
    u64::from_str_radix(text, 16).map_err(|_| Malformed)
}
