//! Records and comparisons become bytes: text, JSON, HTML, SVG, flamegraphs.
//!
//! Pure: facts and judgements in, bytes out. The same input gives the same bytes. Every text that a target, a plan or a
//! profile can choose is escaped for the format it goes into.

pub mod capacity;
pub mod charts;
pub mod csv;
mod engine;
pub mod flamegraph;
pub mod gate;
pub mod history;
pub mod html;
pub mod json;
pub mod junit;
pub mod lines;
pub mod markdown;
mod mean;
pub mod openmetrics;
pub mod percentiles;
pub mod ratios;
mod rows;
pub mod scaling;
mod show;
pub mod summary;
pub mod tail;
pub mod trace;
