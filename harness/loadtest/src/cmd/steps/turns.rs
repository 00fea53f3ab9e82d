//! Two runs of this program that take turns in offering load: each says that it is ready, and is told when the first turn begins.

use super::{Ran, command, ended};
use crate::cmd::interrupt::Interrupt;
use crate::exit::{Exit, Failure};
use driver::monotonic_ns;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// What a run says once it could begin.
const READY: &str = "ready";
/// From the word to begin to T0.
const LEAD: Duration = Duration::from_millis(20);

/// A run that is to be started.
pub(in crate::cmd) struct Step {
    /// For errors.
    pub(in crate::cmd) name: String,
    pub(in crate::cmd) folder: PathBuf,
    pub(in crate::cmd) arguments: Vec<String>,
}

/// Runs of this program at the same time, each in a process of its own, with a common T0; what came of each.
pub(in crate::cmd) fn run_in_turns(
    interrupt: &Interrupt,
    steps: &[Step],
) -> Result<Vec<Ran>, Failure> {
    if interrupt.is_set() {
        return Ok(steps.iter().map(|_| Ran::Interrupted).collect());
    }
    let internal =
        |e: std::io::Error| Failure::new(Exit::Internal, format!("a run cannot be started: {e}"));
    let mut running = Running(Vec::new());
    for step in steps {
        let mut command = command(&step.folder, &step.arguments).map_err(internal)?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        running.0.push(command.spawn().map_err(internal)?);
    }
    interrupt.pass_on_to(&running.0);
    begin_together(&mut running.0);
    let outputs: Vec<_> = std::mem::take(&mut running.0)
        .into_iter()
        .map(Child::wait_with_output)
        .collect();
    interrupt.pass_on_to(None);
    let both = steps.iter().zip(outputs);
    both.map(|(step, output)| {
        let output = output.map_err(internal)?;
        ended(interrupt, &step.name, &step.folder, &output)
    })
    .collect()
}

/// Children that do not outlive an error between their starts.
struct Running(Vec<Child>);

impl Drop for Running {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

// A run that ends before it is ready closes its output, and nobody waits for it; its own exit says why.
fn begin_together(children: &mut [Child]) {
    let (tell, told) = mpsc::channel();
    for output in children.iter_mut().filter_map(|child| child.stdout.take()) {
        let tell = tell.clone();
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            let _ = output.read_line(&mut String::new());
            let _ = tell.send(());
            // A run that could not write would never end.
            let _ = output.read_to_end(&mut Vec::new());
        });
    }
    drop(tell);
    for () in told.iter().take(children.len()) {}
    let at = monotonic_ns() + LEAD.as_nanos() as u64;
    for child in children {
        if let Some(mut input) = child.stdin.take() {
            let _ = writeln!(input, "{at}");
        }
    }
}

/// Says that this run could begin, and waits for the word to; `None` if whoever started it is gone.
pub(in crate::cmd) fn await_word() -> Option<u64> {
    crate::output::result(&format!("{READY}\n"));
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).ok()?;
    line.trim().parse().ok()
}
