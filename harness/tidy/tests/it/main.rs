//! The checks of the house, run over the real workspace and over bad snippets.

mod finding;
mod floors;
mod manifest;
mod names;
mod purity;
mod shape;
mod source;
mod tree;
mod wire;
mod words;
