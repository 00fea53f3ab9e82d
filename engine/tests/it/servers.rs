//! Stores of a test's own: started on free ports, stopped at its end. Where a program is missing the test skips itself, visibly.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Longer than any machine takes to start a server.
const PATIENCE: Duration = Duration::from_mins(1);
/// Who runs PostgreSQL when the tests run as root, which it refuses: its package makes this user.
const USER: &str = "postgres";

#[expect(clippy::print_stderr, reason = "a skipped check must be seen")]
fn skipped<T>(what: &str) -> Option<T> {
    eprintln!("skipped: {what}");
    None
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn quiet(command: &mut Command) -> &mut Command {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
}

fn wait_until(what: &str, is_there: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_there() {
        assert!(began.elapsed() < PATIENCE, "{what} does not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn folder(of: &str) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("engine-test-{of}-{}-{number}", std::process::id()))
}

/// Where PostgreSQL's programs lie: on the path, or where Debian puts them, newest first.
fn programs() -> Option<PathBuf> {
    // There may be links to some of its programs only.
    let on_path = std::env::var_os("PATH").and_then(|path| {
        let found = std::env::split_paths(&path)
            .map(|folder| folder.join("postgres"))
            .find(|program| program.is_file())?;
        found.canonicalize().ok()?.parent().map(Path::to_path_buf)
    });
    let debian = || {
        let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
        let mut found: Vec<_> = versions
            .flatten()
            .map(|version| version.path().join("bin"))
            .filter(|folder| folder.join("postgres").is_file())
            .collect();
        found.sort();
        found.pop()
    };
    on_path.or_else(debian)
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout == b"0\n")
}

/// A PostgreSQL server with an empty database.
pub struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    as_root: bool,
    server: Option<Child>,
}

impl Postgres {
    /// Starts one; `None` where that is not possible, which is said.
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            return skipped("postgres is not installed");
        };
        let as_root = is_root();
        let user = || quiet(Command::new("id").arg(USER)).status();
        if as_root && !user().is_ok_and(|status| status.success()) {
            return skipped("PostgreSQL does not run as root, and there is no user postgres");
        }
        let mut postgres = Self {
            programs,
            folder: folder("postgres"),
            port: free_port(),
            as_root,
            server: None,
        };
        let folder = postgres.folder.clone();
        let made = postgres
            .command("initdb")
            .args(["--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"])
            .args(["--username=bank", "--pgdata"])
            .arg(&folder)
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        postgres.go_on();
        Some(postgres)
    }

    /// One of its programs, run by somebody whom it accepts.
    fn command(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        if !self.as_root {
            return Command::new(program);
        }
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid", USER, "--regid", USER, "--clear-groups", "--"])
            .arg(program)
            .current_dir("/");
        command
    }

    /// Starts the server again after [`Postgres::kill`].
    pub fn go_on(&mut self) {
        let port = self.port.to_string();
        let mut command = self.command("postgres");
        command
            .arg("-D")
            .arg(&self.folder)
            .args(["-p", &port, "-c", "listen_addresses=127.0.0.1", "-k"])
            .arg(&self.folder)
            // Power is not lost in a test; what a committed unit needs to survive the server's own end is still written.
            .args([
                "-c",
                "fsync=off",
                "-c",
                "shared_buffers=16MB",
                "-c",
                "max_connections=30",
            ]);
        self.server = Some(quiet(&mut command).spawn().unwrap());
        wait_until("PostgreSQL", || {
            let mut ready = self.command("pg_isready");
            ready.args(["-q", "-h", "127.0.0.1", "-p", &port]);
            quiet(&mut ready)
                .status()
                .is_ok_and(|status| status.success())
        });
    }

    /// Ends the server at once, as a crash would: all connections break, and it recovers at its next start.
    pub fn kill(&mut self) {
        self.signal("-QUIT");
    }

    fn signal(&mut self, signal: &str) {
        if let Some(mut server) = self.server.take() {
            let pid = server.id().to_string();
            let _ = quiet(Command::new("kill").args([signal, &pid])).status();
            let _ = server.wait();
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("postgres://bank@{}/postgres", self.address())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.signal("-INT");
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A Redis server without persistence.
pub struct Redis {
    port: u16,
    server: Option<Child>,
}

impl Redis {
    /// Starts one; `None` where that is not possible, which is said.
    pub fn start() -> Option<Self> {
        let there = quiet(Command::new("redis-server").arg("--version")).status();
        if there.is_err() {
            return skipped("redis-server is not installed");
        }
        let mut redis = Self {
            port: free_port(),
            server: None,
        };
        redis.go_on();
        Some(redis)
    }

    /// Starts it again after [`Redis::kill`], empty.
    pub fn go_on(&mut self) {
        let port = self.port.to_string();
        let mut command = Command::new("redis-server");
        command
            .args(["--port", &port, "--bind", "127.0.0.1", "--save", ""])
            .args(["--appendonly", "no"])
            .current_dir(Path::new("/"));
        self.server = Some(quiet(&mut command).spawn().unwrap());
        let address = format!("127.0.0.1:{port}");
        wait_until("Redis", || std::net::TcpStream::connect(&address).is_ok());
    }

    /// Ends it at once.
    pub fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
    }

    /// Host and port.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("redis://{}", self.address())
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}
