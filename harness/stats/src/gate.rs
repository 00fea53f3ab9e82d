//! The judgement of a gate: two builds, measured in turn, and a verdict with a stated error rate (statistics.md).
//!
//! The unit of analysis is the round. [`Design`] fixes before the first round when may be decided; [`Coins`] says which arm comes first;
//! [`judge`] looks at the rounds so far and says whether to go on.

mod calibrate;
mod coins;
mod curves;
mod design;
mod detect;
mod errors;
mod exact;
mod fate;
mod figure;
mod floor_of_noise;
mod forest;
mod holm;
mod judge;
mod ledger;
mod measure;
mod sentence;
mod slo;
mod student;
mod validity;
mod verdict;

pub use calibrate::{open_rate, open_window_needed, warmup, window_drift, with_enough_samples};
pub use coins::Coins;
pub use curves::{BandPoint, CurvePoint, Curves, curves};
pub use design::{BudgetTooSmall, Design, Look, first_failing_look, round_length, rounds_within};
pub use detect::{Detectable, Grade, detectable, noise, shift_found};
pub use errors::ErrorRates;
pub use fate::{Collapse, Fate, fate};
pub use figure::{Figure, figure};
pub use floor_of_noise::{NoiseFloor, noise_floor, proposal};
pub use forest::{ForestRow, by_worsening, forest, span};
pub use judge::{Going, Progress, interrupted, judge, valid_rounds};
pub use ledger::{alarm, chance_of, supported_rate};
pub use sentence::{headline, unattributed, underline};
pub use slo::SloResult;
pub use validity::{Checked, DropRule, Tripped, check};
pub use verdict::{Decision, Dropped, Label, MetricResult, Mode, OnInconclusive};

#[cfg(test)]
mod tests;
