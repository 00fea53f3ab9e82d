//! The binary: everything is in the library, so that users can build the same with their own scenarios.

use std::process::ExitCode;

fn main() -> ExitCode {
    loadtest::main()
}
