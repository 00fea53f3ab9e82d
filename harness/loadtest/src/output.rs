//! The one place that prints. Results go to standard output, everything about the way there to standard error.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing is what this file is for"
)]

use crate::exit::{Exit, Failure};
use std::io::Write as _;
use std::process::ExitCode;

/// Text for people or scripts, as it is. A closed pipe, as `| head` leaves, is not an error.
pub(crate) fn result(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes());
    let _ = stdout.flush();
}

/// One line about the way there.
pub(crate) fn note(line: &str) {
    eprintln!("{line}");
}

/// What went wrong, where, and what to do.
pub(crate) fn failure(failure: &Failure) {
    eprintln!("error: {}", one_line(&failure.message));
    if let Some(hint) = &failure.hint {
        eprintln!("hint: {}", one_line(hint));
    }
}

/// Help and version are results; anything else is an error of usage.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    if error.use_stderr() {
        eprint!("{}", error.render());
        Exit::Usage.into()
    } else {
        print!("{}", error.render());
        Exit::Pass.into()
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
