//! The load test that says why: the composition root.
//!
//! The only crate that reads the command line, prints and exits. What was typed becomes options ([`cli`]), a command does its work
//! ([`cmd`]), and one place ([`output`]) prints what came of it.

mod cli;
mod cmd;
mod exit;
mod folder;
mod live;
mod output;
mod provenance;
mod target;
mod web;

use clap::Parser as _;
use std::process::ExitCode;

/// Counts the reference engine's allocations exactly, and samples them where the engine asks for it; in the generator it only counts.
#[global_allocator]
static ALLOCATOR: probe::ProfAlloc<engine::allocator::Inner> =
    probe::ProfAlloc::new(engine::allocator::INNER);

/// Reads the command line and does what it says.
pub fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return output::usage(&error),
    };
    match cmd::execute(cli) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output::failure(&failure);
            failure.exit.into()
        }
    }
}
