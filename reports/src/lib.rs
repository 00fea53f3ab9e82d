//! Records and comparisons become bytes: text, JSON, HTML, SVG, flamegraphs.
//!
//! Pure: facts and judgements in, bytes out. The same input gives the same bytes. Every text that a target, a plan or a
//! profile can choose is escaped for the format it goes into.

pub mod charts;
pub mod flamegraph;
pub mod html;
pub mod json;
pub mod ratios;
mod show;
pub mod summary;
