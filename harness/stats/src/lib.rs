//! Judgement: what a record means. Pure: the same record gets the same judgement, today or in a year.

mod bucket;
mod compare;
mod judge;
pub mod limits;
mod rule;
mod validity;

pub use bucket::bucket_quantile;
pub use compare::{Comparison, Row, compare};
pub use judge::{Judgement, Verdict, judge};
pub use rule::RuleResult;
pub use validity::Reason;
