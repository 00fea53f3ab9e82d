//! Judgement: what a record means. Pure: the same record gets the same judgement, today or in a year.

pub mod attribution;
pub mod bands;
mod bucket;
pub mod capacity;
pub mod change_points;
mod compare;
mod draw;
pub mod falsely;
pub mod gate;
mod judge;
mod leaks;
pub mod limits;
mod little;
mod normal;
pub mod precision;
mod questions;
mod rule;
pub mod signed_rank;
pub mod sliding;
pub mod steady;
pub mod trend;
pub mod usl;
mod validity;
mod words;

pub use bucket::bucket_quantile;
pub use compare::{Comparison, Row, compare};
pub use judge::{Judgement, Verdict, judge, judge_by};
pub use questions::{Answer, six};
pub use rule::{RuleResult, Stretches};
pub use validity::{Reason, strangers, strangers_to_both};
