//! The engine by hand: `engine serve --listen 127.0.0.1:8080 --admin 127.0.0.1:6060`.
#![forbid(unsafe_code)]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the only part of the crate that talks to a terminal"
)]

mod args;

use args::{Request, USAGE};
use std::alloc::System;
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};

/// Counts and samples allocations for the probe.
#[global_allocator]
static ALLOCATOR: probe::ProfAlloc<System> = probe::ProfAlloc::new(System);

/// Exit code for bad usage; everything else that fails is 1.
const BAD_USAGE: u8 = 2;

fn main() -> ExitCode {
    match args::parse(std::env::args().skip(1)) {
        Ok(Request::Serve(options)) => serve(options),
        Ok(Request::Help) => {
            println!("{USAGE}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}\n\n{USAGE}");
            ExitCode::from(BAD_USAGE)
        }
    }
}

fn serve(options: engine::Options) -> ExitCode {
    let ended = engine::bind(options).and_then(|bound| {
        println!("serving http://{}", bound.listen_addr());
        if let Some(admin) = bound.admin_addr() {
            println!("operations http://{admin}");
        }
        bound.run(stop_signal())
    });
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            if let Some(hint) = error.hint() {
                eprintln!("hint: {hint}");
            }
            ExitCode::FAILURE
        }
    }
}

/// Ready at the first SIGINT or SIGTERM. If a signal cannot be watched it keeps its usual effect, which ends the process.
async fn stop_signal() {
    let wait = async |kind| match signal(kind) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(_) => std::future::pending().await,
    };
    tokio::select! {
        () = wait(SignalKind::interrupt()) => {}
        () = wait(SignalKind::terminate()) => {}
    }
}
