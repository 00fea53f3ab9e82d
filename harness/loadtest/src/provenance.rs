//! What made a measurement: the build, the machine, the command line.

use record::run::Provenance;

/// `debug` or `release`, as cargo says it.
const BUILD: &str = if cfg!(debug_assertions) {
    "debug"
} else {
    "release"
};

/// Facts of this process and machine; where each side runs is the caller's knowledge.
pub(crate) fn here() -> Provenance {
    Provenance {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        revision: env!("LOADTEST_REVISION").to_owned(),
        build: BUILD.to_owned(),
        rustc: env!("LOADTEST_RUSTC").to_owned(),
        command: command_line(),
        ..driver::machine()
    }
}

// The program by its name alone: where it lies on somebody's disk is nobody's business, and passwords even less.
fn command_line() -> Vec<String> {
    let arguments = std::env::args_os().skip(1);
    std::iter::once("loadtest".to_owned())
        .chain(arguments.map(|argument| plan::without_secrets(&argument.to_string_lossy())))
        .collect()
}
