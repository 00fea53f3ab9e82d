//! The last lines that a child said: what a target that does not start, or dies, has to say for itself.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Lines that are kept.
const LINES: usize = 5;
/// Bytes of a line that are kept.
const WIDTH: u64 = 200;
/// How long is waited for a child that has ended to be heard to the end: somebody else may hold its pipe.
const HEARD_WITHIN: Duration = Duration::from_millis(500);

/// What a child says is read for as long as it says anything: a full pipe would stop it.
#[derive(Debug, Clone, Default)]
pub(super) struct LastWords {
    lines: Arc<Mutex<VecDeque<String>>>,
    readers: Arc<()>,
}

impl LastWords {
    /// Listens on a thread of its own, until the pipe is closed.
    pub(super) fn listen(&self, pipe: impl Read + Send + 'static) {
        let (lines, reading) = (self.lines.clone(), self.readers.clone());
        std::thread::spawn(move || {
            let mut pipe = BufReader::new(pipe);
            loop {
                let mut line = Vec::new();
                // A line without end is cut where it becomes too long to show.
                match (&mut pipe).take(WIDTH).read_until(b'\n', &mut line) {
                    Ok(0) | Err(_) => break,
                    Ok(_) => keep(&lines, &line),
                }
            }
            drop(reading);
        });
    }

    /// `; it said: …`, in one line, or nothing if nothing was said.
    pub(super) fn told(&self) -> String {
        let patience = Instant::now() + HEARD_WITHIN;
        while Arc::strong_count(&self.readers) > 1 && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(5));
        }
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.is_empty() {
            return String::new();
        }
        let all: Vec<_> = lines.iter().map(String::as_str).collect();
        format!("; it said: {}", all.join(" / "))
    }
}

fn keep(lines: &Mutex<VecDeque<String>>, line: &[u8]) {
    let text = String::from_utf8_lossy(line);
    let text: String = text.trim().chars().filter(|c| !c.is_control()).collect();
    if text.is_empty() {
        return;
    }
    let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
    if lines.len() == LINES {
        lines.pop_front();
    }
    lines.push_back(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept_in_one_line_without_control_characters() {
        let words = LastWords::default();
        assert_eq!(words.told(), "");
        let said: Vec<String> = (1..=9).map(|n| format!("line {n}\x1b[0m\r\n\n")).collect();
        words.listen(std::io::Cursor::new(said.concat()));
        let told = words.told();
        assert!(told.starts_with("; it said: line 5"), "{told}");
        assert!(
            told.contains(" / line 9") && !told.contains('\x1b'),
            "{told}"
        );
    }

    #[test]
    fn a_line_without_end_is_cut() {
        let words = LastWords::default();
        words.listen(std::io::repeat(b'x').take(100_000));
        let told = words.told();
        assert!(told.len() < 5 * 210 + 20, "{}", told.len());
    }
}
