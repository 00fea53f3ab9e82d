//! What the driver says against what is known to be true: the target keeps its own account, and theory says the rest
//! (measurement.md, section 20).
//!
//! A machine can make the generator late. Then the run is invalid by its own record, and its numbers decide nothing: such a test says
//! so on standard error and ends. Where the record finds no fault, the numbers must be right.

mod constant;
mod overload;
mod queue;
mod slow_body;
mod stall;
mod stopped;
mod target;
mod trust;

pub const MS: u64 = 1_000_000;

/// True if `measured` is at most the share `tolerance` of `truth` away from it.
pub fn is_within(tolerance: f64, measured: f64, truth: f64) -> bool {
    (measured - truth).abs() <= tolerance * truth
}
