//! The binary: its exit codes, its words, its signals.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};

fn engine(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_engine"));
    command
        .args(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn output(args: &[&str]) -> Output {
    engine(args).output().unwrap()
}

#[test]
fn bad_usage_is_2_and_shows_the_usage() {
    for args in [
        &[][..],
        &["fly"],
        &["serve", "--listen", "nowhere"],
        &["serve", "--fast"],
    ] {
        let output = output(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(
            text.starts_with("error: ") && text.contains("usage: engine serve"),
            "{text}"
        );
    }
}

#[test]
fn an_address_in_use_is_1_with_a_hint() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = output(&["serve", "--listen", &address]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.starts_with(&format!("error: address {address} is in use\nhint: ")),
        "{text}"
    );
}

/// A child that is killed if its test fails.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn it_serves_until_it_is_asked_to_stop() {
    for signal in ["-TERM", "-INT"] {
        let mut child = Running(
            engine(&["serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"])
                .spawn()
                .unwrap(),
        );
        let mut lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
        let traffic = lines.next().unwrap().unwrap();
        let admin = lines.next().unwrap().unwrap();
        for (line, prefix, path) in [
            (&traffic, "serving ", "/v1/info"),
            (&admin, "operations ", "/metrics"),
        ] {
            let url = format!("{}{path}", line.strip_prefix(prefix).unwrap());
            assert!(reqwest::get(url).await.unwrap().status().is_success());
        }
        let pid = child.0.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &pid])
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(child.0.wait().unwrap().code(), Some(0), "{signal}");
    }
}
