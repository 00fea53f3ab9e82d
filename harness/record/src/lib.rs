//! Facts: what one run established, and how it is written down.
//!
//! Floor 0 and pure: no I/O, no clock, no randomness that a seed does not fix. Everything above speaks in these types.

pub mod archive;
pub mod catalog;
pub mod comparison;
pub mod failure;
pub mod files;
pub mod fnv;
pub mod grid;
pub mod histogram;
pub mod hlog;
pub mod phase;
pub mod profile;
pub mod quantity;
pub mod rule;
pub mod run;
pub mod served;
pub mod shift;
pub mod specimen;
pub mod splitmix;
pub mod tail;
pub mod tally;
pub mod trace;
pub mod wire;
