//! Why a request failed.

use std::fmt;

/// One kind per failed request; the first that applies, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FailureKind {
    /// No connection could be made.
    Connect,
    /// The answer did not arrive within the request timeout.
    Timeout,
    /// The connection was closed or reset before the answer was complete.
    Reset,
    /// The answer was not HTTP.
    Malformed,
    /// The status code was not one the step expects.
    Status,
    /// The answer arrived and its content was wrong.
    Check,
}

impl FailureKind {
    /// Every kind, in order.
    pub const ALL: [Self; 6] = [
        Self::Connect,
        Self::Timeout,
        Self::Reset,
        Self::Malformed,
        Self::Status,
        Self::Check,
    ];

    /// The name used in records, metrics and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Reset => "reset",
            Self::Malformed => "malformed",
            Self::Status => "status",
            Self::Check => "check",
        }
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
