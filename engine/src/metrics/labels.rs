//! Which label value each outcome counts under.

use crate::executor::Refused;
use crate::ledger::{Outcome, Status};

/// The value of the label `status` for an answer of the ledger; an earlier answer counts as such, whatever it says. `None` for
/// what was refused before the ledger decided it.
pub(super) fn status(outcome: &Outcome) -> Option<&'static str> {
    if outcome.is_replayed() {
        return Some("replayed");
    }
    let status = match outcome.status() {
        Status::Ok => "success",
        Status::IdReused => "mismatch",
        Status::RoleDenied => "denied",
        Status::HoldExpired => "expired",
        Status::AmountPrecision => "invalid",
        other => match other.number() {
            10..=20 => "invalid",
            40..=44 => "unknown",
            50..=54 => "denied",
            55..=57 => "kyc",
            71..=75 => "insufficient",
            90.. => return None,
            _ => "conflict",
        },
    };
    Some(status)
}

/// The value of the label `reason` for a status of the service. `None` for the others, and for a failed journal, after which the
/// process ends.
pub(super) const fn reason(status: Status) -> Option<&'static str> {
    match status {
        Status::Overloaded => Some("overloaded"),
        Status::ClientLimited => Some("client_limited"),
        Status::LateInQueue => Some("late_in_queue"),
        Status::Stopping => Some("stopping"),
        Status::Capacity => Some("capacity"),
        Status::TooLarge => Some("too_large"),
        _ => None,
    }
}

impl Refused {
    /// The status with which it is answered; `None` for a ledger that stands still, and for a store, whose faults are counted as such.
    pub const fn status(self) -> Option<Status> {
        match self {
            Self::Overloaded => Some(Status::Overloaded),
            Self::Stopping => Some(Status::Stopping),
            Self::DiskFull => Some(Status::Capacity),
            Self::JournalFailed => Some(Status::JournalFailed),
            Self::Stopped | Self::StoreDown | Self::StoreLost => None,
        }
    }
}

/// Where a label value stands in one of the catalog's lists; tests hold every value of ours against the lists.
pub(super) fn position(list: &[&str], label: &str) -> usize {
    list.iter()
        .position(|value| *value == label)
        .expect("every label is in the catalog")
}
