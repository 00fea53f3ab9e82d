//! The target of a run: the reference engine as a child process, a service that a command starts, or one that is there already.

mod command;
mod words;

use crate::exit::Failure;
use driver::{Address, Liveness, Placement, Process};
use plan::{EngineOption, TargetPlan};
use record::run::TargetFacts;
use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use words::LastWords;

/// How long a target may take to start or to accept a connection.
const START: Duration = Duration::from_secs(10);

/// What a run loads.
pub(crate) struct Target {
    pub(crate) address: Address,
    pub(crate) admin: Option<String>,
    pub(crate) reference: bool,
    child: Option<Held>,
}

/// A child of ours that ends when its standard input closes, so it cannot outlive this process, however that ends.
struct Held {
    /// What it is called where it ends.
    name: String,
    child: Option<Child>,
    stdin: Option<ChildStdin>,
    /// What it said last, where we listen.
    words: Option<LastWords>,
}

impl Target {
    /// What the plan says, or else the reference engine.
    pub(crate) fn start(plan: &TargetPlan, placement: &Placement) -> Result<Self, Failure> {
        match &plan.command {
            Some(command) => command::start(command, plan, placement),
            None => Self::start_reference(&plan.engine, placement),
        }
    }

    /// Starts this program again in the role of the reference engine, on the processors that are the target's.
    fn start_reference(options: &[EngineOption], placement: &Placement) -> Result<Self, Failure> {
        let failed =
            |why: String| Failure::target(format!("reference engine did not start: {why}"));
        let program = std::env::current_exe().map_err(|e| failed(e.to_string()))?;
        let cpus: Vec<_> = placement.target.iter().map(ToString::to_string).collect();
        let mut child = Command::new(program)
            .args([
                "serve-engine",
                "--child",
                "--listen",
                "127.0.0.1:0",
                "--admin",
                "127.0.0.1:0",
                "--cpus",
                &cpus.join(","),
            ])
            .args(options.iter().map(|option| format!("--engine={option}")))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| failed(e.to_string()))?;
        let stdout = child.stdout.take();
        let reference = Held {
            name: "reference engine".to_owned(),
            words: None,
            stdin: child.stdin.take(),
            child: Some(child),
        };
        let line = first_line(stdout)
            .ok_or_else(|| failed(format!("it announced no address within {START:?}")))?;
        let announced = Announced::parse(&line)
            .ok_or_else(|| failed(format!("it said \"{}\"", line.trim())))?;
        let address =
            Address::parse(&format!("http://{}", announced.listen)).map_err(Failure::target)?;
        Ok(Self {
            address,
            admin: Some(format!("http://{}", announced.admin)),
            reference: true,
            child: Some(reference),
        })
    }

    /// A service that must be there already.
    pub(crate) fn existing(address: Address, admin: Option<String>) -> Result<Self, Failure> {
        reach(&address)?;
        if let Some(admin) = &admin {
            Address::parse(admin).map_err(Failure::usage)?;
        }
        Ok(Self {
            address,
            admin,
            reference: false,
            child: None,
        })
    }

    /// For the record.
    pub(crate) fn facts(&self) -> TargetFacts {
        TargetFacts {
            url: self.address.as_str().to_owned(),
            reference: self.reference,
            admin: self.admin.clone(),
            build: self
                .reference
                .then(|| format!("engine {}", env!("CARGO_PKG_VERSION"))),
            engine: None,
        }
    }

    /// Its process, where it runs on this machine.
    pub(crate) fn process(&self) -> Option<Process> {
        match &self.child {
            Some(held) if self.reference => {
                held.child.as_ref().map(|child| Process::of(child.id()))
            }
            // Whoever listens is what is loaded, however many processes came before it.
            _ => is_local(&self.address)
                .then(|| Process::listening_on(self.address.port()))
                .flatten(),
        }
    }

    /// Tells whether it is still there; takes the child along, so call it once. The returned guard stops the child when it is dropped.
    pub(crate) fn watch(&mut self) -> (Liveness, Guard) {
        let Some((mut child, stdin, name, words)) = self.child.take().and_then(|mut held| {
            let (child, stdin) = held.child.take().zip(held.stdin.take())?;
            let name = std::mem::take(&mut held.name);
            Some((child, stdin, name, held.words.take()))
        }) else {
            return (
                Box::new(|| None),
                Guard {
                    stdin: None,
                    waiter: None,
                },
            );
        };
        let (died, receiver) = mpsc::channel();
        let waiter = std::thread::spawn(move || {
            let status = child.wait();
            let said = words.map_or_else(String::new, |words| words.told());
            let _ = died.send(match status {
                Ok(status) => format!("{name} ended: {status}{said}"),
                Err(error) => format!("{name} cannot be watched: {error}"),
            });
        });
        let guard = Guard {
            stdin: Some(stdin),
            waiter: Some(waiter),
        };
        (Box::new(move || receiver.try_recv().ok()), guard)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // Reached only if the run never got as far as watching it.
        self.stdin = None;
        if let Some(child) = &mut self.child {
            let _ = child.wait();
        }
    }
}

/// Stops the child, and waits for it, when dropped.
pub(crate) struct Guard {
    stdin: Option<ChildStdin>,
    waiter: Option<std::thread::JoinHandle<()>>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.stdin = None;
        if let Some(waiter) = self.waiter.take() {
            let _ = waiter.join();
        }
    }
}

/// The line with which the child says where it listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Announced {
    pub(crate) listen: SocketAddr,
    pub(crate) admin: SocketAddr,
}

impl Announced {
    pub(crate) fn line(self) -> String {
        format!(
            "{{\"listen\":\"{}\",\"admin\":\"{}\"}}\n",
            self.listen, self.admin
        )
    }

    fn parse(line: &str) -> Option<Self> {
        let value: serde_json::Value = serde_json::from_str(line).ok()?;
        let address = |key: &str| value.get(key)?.as_str()?.parse().ok();
        Some(Self {
            listen: address("listen")?,
            admin: address("admin")?,
        })
    }
}

// Read on a thread of its own, because a pipe has no timeout.
fn first_line(stdout: Option<std::process::ChildStdout>) -> Option<String> {
    let stdout = stdout?;
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = BufReader::new(stdout).read_line(&mut line);
        let _ = sender.send(read.ok().filter(|&length| length > 0).map(|_| line));
    });
    receiver.recv_timeout(START).ok().flatten()
}

fn reach(address: &Address) -> Result<(), Failure> {
    let unreachable = |why: String| {
        Failure::target(format!(
            "target {} cannot be reached: {why}",
            address.as_str()
        ))
        .hint("is the service running, and is the address right?")
    };
    let mut last = "no address".to_owned();
    let resolved = address
        .host_and_port()
        .to_socket_addrs()
        .map_err(|e| unreachable(e.to_string()))?;
    for socket in resolved {
        match TcpStream::connect_timeout(&socket, START) {
            Ok(_) => return Ok(()),
            Err(error) => last = error.to_string(),
        }
    }
    Err(unreachable(last))
}

fn is_local(address: &Address) -> bool {
    address
        .host_and_port()
        .to_socket_addrs()
        .is_ok_and(|mut found| found.all(|socket| socket.ip().is_loopback()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_announcement_reads_back() {
        let announced = Announced {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            admin: SocketAddr::from(([127, 0, 0, 1], 6060)),
        };
        assert_eq!(Announced::parse(&announced.line()), Some(announced));
        assert_eq!(Announced::parse("error: address in use"), None);
    }
}
