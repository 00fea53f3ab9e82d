//! `loadtest serve-engine`: the reference engine by hand, or as the child of a run.

use crate::cli::ServeArgs;
use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use crate::target::Announced;
use engine::{Options, ServeError};
use plan::EngineOption;
use std::io::Read as _;
use tokio::signal::unix::{SignalKind, signal};

pub(super) fn serve(arguments: &ServeArgs) -> Outcome {
    if !arguments.cpus.is_empty() {
        // Before any thread is started, so that all of them inherit it. A target that cannot be pinned still works.
        let _ = driver::pin(&arguments.cpus);
    }
    // After pinning: what it does not say is one thread for each processor that it may use.
    let options = Options {
        listen: arguments.listen,
        admin: Some(arguments.admin),
        operator_token: arguments.operator_token.clone(),
        ..engine_options(&all(arguments))?
    };
    for fault in &options.faults {
        output::note(&format!(
            "warning: this engine misbehaves on demand: {fault}"
        ));
    }
    let bound = engine::bind(options)
        .and_then(engine::Bound::open)
        .map_err(|e| failure(&e))?;
    let announced = Announced {
        listen: bound.listen_addr(),
        admin: bound.admin_addr().unwrap_or(arguments.admin),
    };
    // Signals are watched before anybody knows the address, so that nobody who does can end this without its say.
    if arguments.child {
        let stop = bound.inside(parent_gone);
        output::result(&announced.line());
        bound.run(stop).map_err(|e| failure(&e))?;
    } else {
        let stop = bound.inside(told_to_stop);
        output::note(&format!(
            "engine: traffic on http://{}, operations on http://{}; Ctrl-C ends it",
            announced.listen, announced.admin
        ));
        if let Err(degraded) = probe::self_test() {
            output::note(&format!("warning: profiles are incomplete: {degraded}"));
        }
        bound.run(stop).map_err(|e| failure(&e))?;
    }
    Ok(Exit::Pass)
}

fn all(arguments: &ServeArgs) -> Vec<EngineOption> {
    let threads = arguments.threads.iter();
    let threads = threads.map(|threads| EngineOption::new("threads", threads));
    threads.chain(arguments.engine.options()).collect()
}

/// What the engine makes of its options.
///
/// # Errors
/// The first that it does not know, or whose value means nothing.
pub(super) fn engine_options(options: &[EngineOption]) -> Result<Options, Failure> {
    let arguments = options.iter().flat_map(EngineOption::arguments);
    let read = engine::args::options(arguments, engine::allocator::BUILT_IN).map_err(|error| {
        Failure::usage(format!("option of the engine: {error}"))
            .hint("`engine --help` shows what it takes; write it as --engine OPTION=VALUE, or under [engine] in a plan")
    })?;
    Ok(read.unwrap_or_default())
}

fn failure(error: &ServeError) -> Failure {
    let failure = Failure::target(error);
    match error.hint() {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

// A Ctrl-C at the terminal reaches the child too; it must outlive the run, which wants to drain and to audit.
fn parent_gone() -> impl Future<Output = ()> + Send + 'static {
    let ignored = signal(SignalKind::interrupt());
    async {
        let _ = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await;
        drop(ignored);
    }
}

fn told_to_stop() -> impl Future<Output = ()> + Send + 'static {
    let watched = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
    async {
        let [Ok(mut interrupt), Ok(mut terminate)] = watched else {
            // Without handlers the default action ends the process, which is what is wanted.
            return std::future::pending().await;
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}
