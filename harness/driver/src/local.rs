//! Limits of the generator's own machine: a connection that fails by one of them says nothing of the target.
//!
//! Counted in statics, because the place that sees the error knows nothing of the run; a process makes one run at a time.

use rustix::io::Errno;
use std::error::Error;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

/// What the machine can refuse, with the name that the record has for it.
const KINDS: [(Errno, &str); 6] = [
    (Errno::MFILE, "EMFILE (open files of a process)"),
    (Errno::NFILE, "ENFILE (open files of the machine)"),
    (Errno::ADDRNOTAVAIL, "EADDRNOTAVAIL (local ports)"),
    (Errno::NOMEM, "ENOMEM (memory)"),
    (Errno::NOBUFS, "ENOBUFS (socket buffers)"),
    (Errno::AGAIN, "EAGAIN (local ports or socket memory)"),
];

static COUNTS: [AtomicU64; KINDS.len()] = [const { AtomicU64::new(0) }; KINDS.len()];

/// Counts an error of connecting, if it is one of these.
pub(crate) fn note(error: &io::Error) {
    if let Some(at) = place(error) {
        COUNTS[at].fetch_add(1, Ordering::Relaxed);
    }
}

/// The same of whatever lies behind an error of the general client.
pub(crate) fn note_source(error: &(dyn Error + 'static)) {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<io::Error>()
            && place(error).is_some()
        {
            note(error);
            return;
        }
        // An I/O error around another error is that error, and has the source of that one.
        let inner = error.downcast_ref::<io::Error>();
        next = match inner.and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
}

fn place(error: &io::Error) -> Option<usize> {
    let errno = Errno::from_raw_os_error(error.raw_os_error()?);
    KINDS.iter().position(|(kind, _)| *kind == errno)
}

/// How often each was met so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Met([u64; KINDS.len()]);

impl Met {
    pub(crate) fn now() -> Self {
        Self(std::array::from_fn(|at| COUNTS[at].load(Ordering::Relaxed)))
    }

    /// What was met since `before`, a fragment each.
    pub(crate) fn since(self, before: Self) -> Vec<String> {
        let kinds = KINDS.iter().zip(self.0.iter().zip(before.0));
        kinds
            .filter(|(_, (now, before))| **now > *before)
            .map(|((_, name), (now, before))| format!("{name}, {} times", now - before))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_counted_by_kind_and_other_errors_are_not() {
        let before = Met::now();
        for code in [
            Errno::MFILE,
            Errno::MFILE,
            Errno::ADDRNOTAVAIL,
            Errno::CONNREFUSED,
        ] {
            note(&io::Error::from_raw_os_error(code.raw_os_error()));
        }
        note_source(&io::Error::other(io::Error::from_raw_os_error(
            Errno::MFILE.raw_os_error(),
        )));
        assert_eq!(
            Met::now().since(before),
            [
                "EMFILE (open files of a process), 3 times",
                "EADDRNOTAVAIL (local ports), 1 times"
            ]
        );
    }
}
