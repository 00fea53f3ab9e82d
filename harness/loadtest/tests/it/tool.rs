//! Running the binary, folders that vanish, and programs that may be missing.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A folder of its own, removed when dropped.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new(name: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let unique = format!(
            "loadtest-{name}-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let path = std::env::temp_dir().join(unique);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// One load at a time also where all tests share a process.
pub fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_loadtest"));
    command.args(arguments);
    command
}

pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

pub fn loadtest(arguments: &[&str]) -> Ran {
    command(arguments).output().unwrap().into()
}

/// Panics unless `value` is what the schema of that name says.
pub fn held(schema: &str, value: &serde_json::Value) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../reports/schema");
    let schema = json(&Path::new(folder).join(format!("{schema}.schema.json")));
    if let Err(error) = jsonschema::validate(&schema, value) {
        panic!("{}: {error}", error.instance_path());
    }
}

/// The reference engine by hand, on ports of its own; it ends with the test.
pub struct Engine {
    child: Child,
    pub listen: SocketAddr,
    pub admin: SocketAddr,
}

impl Engine {
    pub fn start() -> Self {
        let mut child = command(&[
            "serve-engine",
            "--child",
            "--listen",
            "127.0.0.1:0",
            "--admin",
            "127.0.0.1:0",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
        let mut line = String::new();
        let mut stdout = std::io::BufReader::new(child.stdout.take().unwrap());
        std::io::BufRead::read_line(&mut stdout, &mut line).unwrap();
        let announced: serde_json::Value = serde_json::from_str(&line).unwrap();
        let address = |key: &str| announced[key].as_str().unwrap().parse().unwrap();
        Self {
            listen: address("listen"),
            admin: address("admin"),
            child,
        }
    }

    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn get(url: &str) -> (u16, Vec<u8>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let answer = reqwest::get(url).await.unwrap();
        (
            answer.status().as_u16(),
            answer.bytes().await.unwrap().to_vec(),
        )
    })
}

/// The output of `promtool`, or `None` where it is not installed.
pub fn promtool(arguments: &[&str], stdin: &[u8]) -> Option<(bool, String)> {
    let spawned = Command::new("promtool")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = spawned else {
        skipped("promtool");
        return None;
    };
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), stdin).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    Some((
        output.status.success(),
        String::from_utf8_lossy(&text).into_owned(),
    ))
}

#[expect(clippy::print_stderr, reason = "a skipped check must be seen")]
pub fn skipped(program: &str) {
    eprintln!("SKIPPED: {program} is not installed");
}

/// For a test that a shared machine can spoil.
#[expect(clippy::print_stderr, reason = "a skipped check must be seen")]
pub fn too_noisy() {
    eprintln!("SKIPPED: the machine was too noisy to judge");
}

pub fn json(path: &Path) -> serde_json::Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// What a shared machine may do to any run: how it went then says nothing about the program.
const MACHINE: [&str; 6] = [
    "generator_late:",
    "generator_stalled:",
    "generator_starved:",
    "generator_throttled:",
    "host_busy:",
    "steal:",
];
const OTHERS: [&str; 9] = [
    "under_delivered:",
    "generator_cpu:",
    "generator_stall:",
    "recording_inconsistent:",
    "too_few_samples:",
    "counts_differ:",
    "generator_limit:",
    "not_steady:",
    "no_data:",
];

/// The one promise of the canonical plan that a shared disk can break: every commit waits for it.
const SLOW_DISK: &str = "p99 < 50ms does not hold";
const OTHER_FAILURES: [&str; 3] = [
    "error_ratio < 0.001 does not hold",
    "it does not hold that",
    "aborted:",
];

/// Asserts the exit code of a run that said `said`; a run that is invalid by what else the machine did, or was slow, and nothing else, is
/// as good: time never decides a test.
pub fn assert_ended(code: Option<i32>, expected: i32, said: &str) {
    let has = |codes: &[&str]| codes.iter().any(|one| said.contains(one));
    let spoilt = code == Some(4) && has(&MACHINE) && !has(&OTHERS);
    let slow = code == Some(3) && has(&[SLOW_DISK]) && !has(&OTHER_FAILURES);
    assert!(code == Some(expected) || spoilt || slow, "{code:?}: {said}");
}
