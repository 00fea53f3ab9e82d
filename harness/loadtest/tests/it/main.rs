//! The whole tool from outside: what a user types, what comes out, what it exits with.
//!
//! Tests whose names begin with `load_` offer load and run one at a time.

#![allow(clippy::unwrap_used, reason = "tests")]

mod aborted;
mod answered;
mod any_target;
mod bad_input;
mod browser;
mod canonical;
mod compared;
mod counted;
mod drawn;
mod exported;
mod gate;
mod generator;
mod history;
mod inside;
mod interrupted;
mod limits;
mod monitoring;
mod outputs;
mod readme;
mod selftest;
mod service;
mod started;
mod tail;
mod terminal;
mod tool;
