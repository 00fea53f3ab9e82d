//! `loadtest dashboards up`: the monitoring stack in the foreground, until Ctrl-C.

use super::programs::Program;
use super::stack::Stack;
use crate::cli::UpArgs;
use crate::cmd::interrupt::Interrupt;
use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use crate::web;
use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

/// Where run folders and alerts are served if nobody else is there.
const WEB_USUAL: u16 = 6062;
/// How often it is looked whether everything still runs.
const LOOK: Duration = Duration::from_millis(200);

pub(in crate::cmd) fn up(arguments: &UpArgs) -> Outcome {
    let interrupt = Interrupt::listen()?;
    let alerts = arguments.dir.join("alerts.ndjson");
    let listener = listener()?;
    let address = listener.local_addr().map_err(anyhow::Error::from)?;
    let hook = arguments
        .alert_webhook
        .clone()
        .unwrap_or_else(|| format!("http://{address}/alerts"));
    let mut stack = Stack::start(&arguments.dir, &hook, address)?;
    let runs = arguments.dir.parent().unwrap_or(Path::new("."));
    let site = web::Site {
        runs: runs.to_owned(),
        alerts: Some(alerts),
    };
    let _served = web::serve(listener, site)?;
    say(&stack, address);
    let mut run = None;
    if arguments.with_run {
        run = Some(start_run(&stack, &arguments.run)?);
    }
    interrupt.pass_on_to(run.as_ref());
    while !interrupt.is_set() {
        if let Some(failure) = stack.programs.iter_mut().find_map(Program::ended) {
            return Err(failure);
        }
        if let Some(status) = ended(&mut run) {
            output::note(&format!("the run ended, {status}; Ctrl-C ends the rest"));
            interrupt.pass_on_to(None);
        }
        std::thread::sleep(LOOK);
    }
    if let Some(mut child) = run {
        let _ = child.wait();
    }
    Ok(Exit::Pass)
}

fn listener() -> Result<TcpListener, Failure> {
    let on = |port| TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    on(WEB_USUAL).or_else(|_| on(0)).map_err(|error| {
        Failure::usage(format!("no port of 127.0.0.1 can be listened on: {error}"))
    })
}

fn say(stack: &Stack, web: SocketAddr) {
    let mut lines = stack.addresses.clone();
    lines.push(("runs and alerts".to_owned(), format!("http://{web}")));
    let mut text = String::new();
    for (what, address) in &lines {
        let _ = writeln!(text, "{what:<26} {address}");
    }
    for missing in &stack.missing {
        let _ = writeln!(text, "{missing}");
    }
    let _ = writeln!(
        text,
        "runs announce themselves with --sd-dir {}",
        stack.targets.display()
    );
    output::result(&text);
}

// This program again, as somebody would run it beside.
fn start_run(stack: &Stack, arguments: &[String]) -> Result<Child, Failure> {
    let failed = |error: std::io::Error| Failure::target(format!("the run did not start: {error}"));
    let program = std::env::current_exe().map_err(failed)?;
    let mut command = Command::new(program);
    command.arg("run").arg("--sd-dir").arg(&stack.targets);
    command.args(["--metrics-listen", "127.0.0.1:0"]);
    command.args(arguments).spawn().map_err(failed)
}

fn ended(run: &mut Option<Child>) -> Option<std::process::ExitStatus> {
    let status = run.as_mut()?.try_wait().ok().flatten()?;
    *run = None;
    Some(status)
}
