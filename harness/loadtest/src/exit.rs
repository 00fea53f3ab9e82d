//! One table of exit codes for every command, and the error that carries one.

use std::fmt;
use std::process::ExitCode;

/// How loadtest ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything asked for was done, and the verdict, if there is one, does not say otherwise.
    Pass = 0,
    /// Something of ours went wrong.
    Internal = 1,
    /// The command line, a plan or a file given to us cannot be used.
    Usage = 2,
    /// The run is valid and broke a threshold or the audit.
    Fail = 3,
    /// The numbers cannot be trusted.
    Invalid = 4,
    /// The target did not start, could not be reached, or died.
    Target = 5,
    /// The run decides nothing; only with `--on-inconclusive=fail`.
    Inconclusive = 6,
    /// Ctrl-C; what was measured until then is kept.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// A command that could not do its work: one line for the value and the place, one for advice.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl fmt::Display) -> Self {
        Self {
            exit,
            message: message.to_string(),
            hint: None,
        }
    }

    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self::new(Exit::Usage, message)
    }

    pub(crate) fn target(message: impl fmt::Display) -> Self {
        Self::new(Exit::Target, message)
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::new(Exit::Internal, format!("{error:#}"))
    }
}

/// What every command returns.
pub(crate) type Outcome = Result<Exit, Failure>;
