//! Facts of a comparison: two builds measured in turn, round by round. `plan` parses what was asked, `stats` judges what came of it.

mod asked;
pub mod history;
pub mod json;
mod lasting;
mod metric;
mod round;
mod turns;

pub use asked::{Calibration, GatePlan, GatedMetric, Test, ValidityLimits};
pub use lasting::{Lasting, Turn};
pub use metric::{Better, Metric};
pub use round::{Arm, ArmEnding, ArmRound, MachineFacts, Order, Round, Times};
pub use turns::{is_of_turns, offered, slot, turns, warming, window};

#[cfg(test)]
mod tests;
