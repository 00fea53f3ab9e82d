//! Puts the source revision and the compiler's version into the binary: provenance of every record.

use std::path::Path;
use std::process::Command;

fn main() {
    let revision = output("git", &["rev-parse", "--short=12", "HEAD"]);
    let compiler = output(
        &std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into()),
        &["--version"],
    );
    println!(
        "cargo::rustc-env=LOADTEST_REVISION={}",
        revision.unwrap_or_else(|| "unknown".into())
    );
    println!(
        "cargo::rustc-env=LOADTEST_RUSTC={}",
        compiler.unwrap_or_else(|| "unknown".into())
    );
    // A path that does not exist would make every build a new one.
    for path in ["../../.git/HEAD", "../../.git/logs/HEAD", "build.rs"] {
        if Path::new(path).exists() {
            println!("cargo::rerun-if-changed={path}");
        }
    }
}

fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}
