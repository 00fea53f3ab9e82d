//! The binary: its exit codes, its words, its signals.

use crate::child::{Folder, Running, output};

#[test]
fn bad_usage_is_2_and_shows_the_usage() {
    for args in [
        &[][..],
        &["fly"],
        &["serve", "--listen", "nowhere"],
        &["serve", "--fast"],
        &["serve", "--inject", "cpu=5%"],
        &["verify"],
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

#[tokio::test]
async fn it_serves_until_it_is_asked_to_stop() {
    for signal in ["-TERM", "-INT"] {
        let mut child = Running::start(&["--admin", "127.0.0.1:0"]);
        let admin = child.line("operations ");
        for url in [format!("{}/v1/info", child.url), format!("{admin}/metrics")] {
            assert!(reqwest::get(url).await.unwrap().status().is_success());
        }
        assert_eq!(child.end(signal).code(), Some(0), "{signal}");
    }
}

#[test]
fn a_folder_in_use_is_1_with_a_hint() {
    let folder = Folder::new();
    let child = Running::start(&["--data", folder.text()]);
    for args in [
        &["serve", "--listen", "127.0.0.1:0", "--data", folder.text()][..],
        &["verify", folder.text()],
    ] {
        let output = output(args);
        assert_eq!(output.status.code(), Some(1));
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains("in use by another process\nhint: "), "{text}");
    }
    assert_eq!(child.end("-TERM").code(), Some(0));
    assert!(output(&["verify", folder.text()]).status.success());
}
