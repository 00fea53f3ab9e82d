//! What a run may show before its numbers are doubted: all limits of this version in one place.
//!
//! Send delay includes the wait for an idle user, and the driver does not record that wait apart yet. So lateness is only held against
//! the generator if no window ended with a backlog or with every user busy, and the limit is wider than it would be for the
//! generator's own delay alone. A target that stalls and recovers between the ends of two windows can still look like a late generator.

use std::time::Duration;

/// Send delay P99 beyond this, or beyond [`SEND_DELAY_SHARE`] of response time P99 where that is more, is a late generator.
pub const SEND_DELAY: Duration = Duration::from_millis(5);
/// The share of response time P99 that send delay P99 may have.
pub const SEND_DELAY_SHARE: f64 = 0.1;
/// Less than this share of what was due, sent by the generator or finished by the target, is under-delivery.
pub const DELIVERED: f64 = 0.98;
/// A generator that uses more of its processors than this may itself be what is measured.
pub const GENERATOR_CPU: f64 = 0.85;
/// Fewer samples than this beyond a judged quantile, and the quantile is an accident of the run. The design asks for 100 where a gate
/// decides about a small change; an absolute threshold usually has a wide margin, and 100 would refuse every P99.9 of a short run, so 10
/// are enough to say whether it holds.
pub const SAMPLES_BEYOND: f64 = 10.0;
