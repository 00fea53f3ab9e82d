//! A service of the user's own that a run starts and stops: on a free port, on the processors that are the target's.
//!
//! Between it and us is this program in a hidden role (`hold-target`), which stops the whole process group of the command when its
//! standard input closes: the service outlives a run in no case, `kill -9` of the generator included.

use super::words::LastWords;
use super::{Held, Target};
use crate::exit::Failure;
use driver::{Address, Placement};
use plan::TargetPlan;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long is waited between two looks whether it is ready.
const GLANCE: Duration = Duration::from_millis(20);
/// How long it may take to answer whether it is ready.
const ANSWER: Duration = Duration::from_secs(2);
/// Stands where the port of `/metrics` and `/debug/pprof` belongs, in a command that takes one.
const ADMIN_PORT: &str = "{admin_port}";
/// Of an answer only the first line is looked at.
const STATUS_LINE: u64 = 64;

pub(super) fn start(
    command: &str,
    plan: &TargetPlan,
    placement: &Placement,
) -> Result<Target, Failure> {
    let name = format!("target \"{command}\"");
    let failed = |why: String| Failure::target(format!("{name} did not start: {why}"));
    let [port, admin_port] = free_ports().map_err(|e| failed(format!("no free port: {e}")))?;
    let line = command.replace("{port}", &port.to_string());
    let line = line.replace(ADMIN_PORT, &admin_port.to_string());
    let mut admin = plan.admin.clone();
    if command.contains(ADMIN_PORT) {
        admin.get_or_insert(format!("http://127.0.0.1:{admin_port}"));
    }
    let mut held = hold(&name, &line, placement).map_err(|e| failed(e.to_string()))?;
    let socket = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    if let Err(why) = await_ready(&mut held, socket, plan) {
        let said = held.words.as_ref().map(LastWords::told);
        return Err(failed(format!("{why}{}", said.unwrap_or_default())).hint(
            "it must listen on 127.0.0.1 at the port that {port} becomes; try the command by hand, or give it longer with --start-within",
        ));
    }
    Ok(Target {
        address: Address::parse(&format!("http://{socket}")).map_err(Failure::target)?,
        admin,
        reference: false,
        child: Some(held),
    })
}

// Held until both are found: one that is given back at once may be found again, once in some ten thousand starts, and then the target cannot have
// both. Nobody holds them until the command does; another program may take one in between, which shows as a target that does not start.
fn free_ports() -> std::io::Result<[u16; 2]> {
    let bind = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let held = [bind()?, bind()?];
    Ok([held[0].local_addr()?.port(), held[1].local_addr()?.port()])
}

// In a process group of its own, so that a Ctrl-C at the terminal does not reach it: the run wants to drain first.
fn hold(name: &str, line: &str, placement: &Placement) -> std::io::Result<Held> {
    let cpus: Vec<_> = placement.target.iter().map(ToString::to_string).collect();
    let mut child = Command::new(std::env::current_exe()?)
        .args(["hold-target", "--cpus", &cpus.join(","), "--", line])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()?;
    let words = LastWords::default();
    if let Some(stdout) = child.stdout.take() {
        words.listen(stdout);
    }
    if let Some(stderr) = child.stderr.take() {
        words.listen(stderr);
    }
    Ok(Held {
        name: name.to_owned(),
        stdin: child.stdin.take(),
        child: Some(child),
        words: Some(words),
    })
}

fn await_ready(held: &mut Held, socket: SocketAddr, plan: &TargetPlan) -> Result<(), String> {
    let (within, started) = (plan.start_within(), Instant::now());
    loop {
        if let Some(child) = &mut held.child
            && let Ok(Some(status)) = child.try_wait()
        {
            return Err(format!("it ended: {status}"));
        }
        let why = match is_ready(socket, plan.ready.as_deref()) {
            Ok(()) => return Ok(()),
            Err(why) => why,
        };
        if started.elapsed() >= within {
            return Err(format!("it was not ready within {within:?}: {why}"));
        }
        std::thread::sleep(GLANCE);
    }
}

fn is_ready(socket: SocketAddr, path: Option<&str>) -> Result<(), String> {
    let told = |error: std::io::Error| format!("port {}: {error}", socket.port());
    let mut stream = TcpStream::connect_timeout(&socket, ANSWER).map_err(told)?;
    let Some(path) = path else {
        return Ok(());
    };
    stream.set_read_timeout(Some(ANSWER)).map_err(told)?;
    stream.set_write_timeout(Some(ANSWER)).map_err(told)?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: {socket}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).map_err(told)?;
    let mut head = Vec::new();
    while !head.contains(&b'\n') && (head.len() as u64) < STATUS_LINE {
        let mut some = [0; STATUS_LINE as usize];
        match stream.read(&mut some).map_err(told)? {
            0 => break,
            read => head.extend_from_slice(&some[..read]),
        }
    }
    let head = String::from_utf8_lossy(&head);
    let line = head.lines().next().unwrap_or_default();
    let status = line.split_ascii_whitespace().nth(1).unwrap_or("nothing");
    if status.len() == 3 && status.starts_with('2') {
        Ok(())
    } else {
        Err(format!("{path} answers {status}"))
    }
}
