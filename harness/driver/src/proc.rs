//! Processes and the machine, read from outside through `/proc`: it works for any local target.

use nix::time::ClockId;
use nix::unistd::Pid;
use record::run::Provenance;
use std::fs;
use std::time::Duration;

/// A process on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Process {
    pid: u32,
}

impl Process {
    /// This process.
    pub fn own() -> Self {
        Self::of(std::process::id())
    }

    /// The process with this id.
    pub fn of(pid: u32) -> Self {
        Self { pid }
    }

    /// The process that listens on `port` of a local address, if it may be seen.
    pub fn listening_on(port: u16) -> Option<Self> {
        let inodes: Vec<String> = ["/proc/net/tcp", "/proc/net/tcp6"]
            .into_iter()
            .filter_map(|table| fs::read_to_string(table).ok())
            .flat_map(|table| listening_inodes(&table, port))
            .collect();
        let owner = |pid: u32| {
            let links = fs::read_dir(format!("/proc/{pid}/fd")).ok()?;
            links
                .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
                .any(|link| {
                    inodes
                        .iter()
                        .any(|inode| link.to_string_lossy() == format!("socket:[{inode}]"))
                })
                .then_some(Self { pid })
        };
        fs::read_dir("/proc")
            .ok()?
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .find_map(owner)
    }

    /// The process id.
    pub fn id(self) -> u32 {
        self.pid
    }

    /// User and system CPU time so far, to the nanosecond: every process has a clock of its own, which others may read. (`/proc` counts
    /// in ticks of 10 ms, a twentieth of what a short window uses.) `None` if it is gone.
    pub fn cpu(self) -> Option<Duration> {
        let pid = i32::try_from(self.pid).ok()?;
        let clock = ClockId::pid_cpu_clock_id(Pid::from_raw(pid)).ok()?;
        clock.now().ok().map(Duration::from)
    }

    /// Resident memory in bytes. `None` if it is gone.
    pub fn memory_bytes(self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid)).ok()?;
        number_of(&status, "VmRSS:").map(|kb| kb * 1024)
    }

    /// How many threads it has. `None` if it is gone.
    pub fn threads(self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid)).ok()?;
        number_of(&status, "Threads:")
    }

    /// How many file descriptors it has open. `None` if it is gone or somebody else's.
    pub fn open_files(self) -> Option<u64> {
        let entries = fs::read_dir(format!("/proc/{}/fd", self.pid)).ok()?;
        Some(entries.count() as u64)
    }
}

// The first number behind a key: kB, or a count.
fn number_of(text: &str, key: &str) -> Option<u64> {
    let line = text.lines().find(|line| line.starts_with(key))?;
    line[key.len()..]
        .split_ascii_whitespace()
        .next()?
        .parse()
        .ok()
}

// Rows of /proc/net/tcp: local address in field 1 as hex `ip:port`, state in field 3 (0A is listening), inode in field 9.
fn listening_inodes(table: &str, port: u16) -> Vec<String> {
    let wanted = format!(":{port:04X}");
    table
        .lines()
        .skip(1)
        .map(|line| line.split_ascii_whitespace().collect::<Vec<_>>())
        .filter(|fields| fields.len() > 9 && fields[1].ends_with(&wanted) && fields[3] == "0A")
        .map(|fields| fields[9].to_owned())
        .collect()
}

/// What this machine is: the part of the provenance that does not depend on the build.
pub fn machine() -> Provenance {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cpuinfo = read("/proc/cpuinfo");
    let model = cpuinfo
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    // All that are online, not those this process may use: it may have pinned itself.
    let cores = cpuinfo
        .lines()
        .filter(|line| line.starts_with("processor"))
        .count();
    Provenance {
        kernel: format!("Linux {}", read("/proc/sys/kernel/osrelease").trim()),
        cpu: model.unwrap_or("unknown").trim().to_owned(),
        cores: u32::try_from(cores.max(1)).unwrap_or(u32::MAX),
        memory_bytes: number_of(&read("/proc/meminfo"), "MemTotal:").unwrap_or(0) * 1024,
        ..Provenance::default()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn the_owner_of_a_port_is_found() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        assert_eq!(Process::listening_on(port), Some(Process::own()));
        drop(listener);
        assert_eq!(Process::listening_on(port), None);
    }

    #[test]
    fn this_process_and_machine_can_be_read() {
        let own = Process::own();
        assert!(own.memory_bytes().unwrap() > 0);
        assert!(own.cpu().unwrap() > Duration::ZERO);
        assert!(own.threads().unwrap() > 0 && own.open_files().unwrap() > 2);
        assert_eq!(Process::of(u32::MAX).cpu(), None);
        let machine = machine();
        assert!(machine.cores > 0 && machine.memory_bytes > 0 && machine.kernel.len() > 6);
    }
}
