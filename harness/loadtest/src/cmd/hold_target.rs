//! `loadtest hold-target`: between a run and the service that it starts. It ends the service's whole process group when its own standard
//! input closes, which it does however the run ends.

use crate::cli::HoldArgs;
use crate::exit::{Exit, Failure, Outcome};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use std::io::Read as _;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// How long a service may take to end after SIGTERM, before SIGKILL.
const GRACE: Duration = Duration::from_secs(5);

/// What happened first.
enum Event {
    /// The service ended by itself.
    Ended,
    /// Whoever holds us is gone, or wants it to end.
    Released,
}

pub(super) fn hold(arguments: &HoldArgs) -> Outcome {
    if !arguments.cpus.is_empty() {
        // Before the service is started, which inherits it. One that cannot be pinned still works.
        let _ = driver::pin(&arguments.cpus);
    }
    let mut child = Command::new("/bin/sh")
        .args(["-c", &arguments.command])
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()
        .map_err(|e| Failure::target(format!("/bin/sh cannot be started: {e}")))?;
    let (sender, receiver) = channel();
    tell_when_released(sender.clone());
    tell_when_ended(&child, sender);
    if let Ok(Event::Released) = receiver.recv() {
        stop(&child, &receiver);
    }
    // What the command left behind in its group, if anything. It is a group still, because its first process is not waited for yet.
    signal(&child, Signal::KILL);
    let status = child.wait().map_err(anyhow::Error::from)?;
    // As a shell would tell it.
    let code = status.code().or(status.signal().map(|signal| 128 + signal));
    std::process::exit(code.unwrap_or(Exit::Internal as i32))
}

fn tell_when_released(sender: Sender<Event>) {
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        let _ = sender.send(Event::Released);
    });
}

// Without waiting for it for good: its id stays its own, and so does that of its group.
fn tell_when_ended(child: &Child, sender: Sender<Event>) {
    let pid = Pid::from_child(child);
    std::thread::spawn(move || {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while let Err(error) = waitid(WaitId::Pid(pid), options) {
            if error != rustix::io::Errno::INTR {
                break;
            }
        }
        let _ = sender.send(Event::Ended);
    });
}

fn stop(child: &Child, receiver: &Receiver<Event>) {
    signal(child, Signal::TERM);
    if let Err(RecvTimeoutError::Timeout) = receiver.recv_timeout(GRACE) {
        signal(child, Signal::KILL);
    }
}

fn signal(child: &Child, signal: Signal) {
    let _ = kill_process_group(Pid::from_child(child), signal);
}
