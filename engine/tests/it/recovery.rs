//! What comes back after an end, orderly or not, and what refuses to come back.

use crate::child::{Folder, Running, output};
use crate::server::{Server, id, options, transfer};
use engine::Options;
use engine::executor::Durability;
use reqwest::StatusCode;
use std::fs;
use std::path::PathBuf;

fn at(folder: &Folder) -> Server {
    Server::start_with(Options {
        data: Some(folder.path().to_owned()),
        ..options()
    })
}

/// The one segment of a small journal.
fn segment(folder: &Folder) -> PathBuf {
    let mut names = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|name| name == "journal"));
    let segment = names.next().unwrap();
    assert!(names.next().is_none());
    segment
}

/// Changes one byte of the segment's used part, counted from its end.
fn flip(folder: &Folder, from_end: usize) {
    let path = segment(folder);
    let mut bytes = fs::read(&path).unwrap();
    let end = bytes.iter().rposition(|byte| *byte != 0).unwrap();
    bytes[end - from_end] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn accounts_balances_and_keys_come_back() {
    let folder = Folder::new();
    let server = at(&folder);
    server.open([1, 2]).await;
    server.mint(100, 1, "10").await;
    server.post("/v1/transfers", transfer(101, 1, 2, "3")).await;
    server
        .post("/v1/transfers", transfer(102, 1, 2, "30"))
        .await;
    let (_, journal) = server.get("/v1/journal").await;
    let (_, totals) = server.get("/v1/audit/totals").await;
    let (_, account) = server.get(&format!("/v1/accounts/{}", id(1))).await;
    server.join().unwrap();

    let server = at(&folder);
    assert_eq!(server.get("/v1/journal").await.1, journal);
    assert_eq!(server.get("/v1/audit/totals").await.1, totals);
    let path = format!("/v1/accounts/{}", id(1));
    assert_eq!(server.get(&path).await.1, account);
    let (status, again) = server.post("/v1/transfers", transfer(101, 1, 2, "3")).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        (&again["sequence"], &again["replayed"]),
        (&4.into(), &true.into())
    );
}

#[tokio::test]
async fn without_a_journal_nothing_comes_back_and_info_says_so() {
    let folder = Folder::new();
    let server = Server::start_with(Options {
        data: Some(folder.path().to_owned()),
        durability: Durability::None,
        ..options()
    });
    server.open([1]).await;
    let (_, info) = server.get("/v1/info").await;
    assert_eq!(info["durability"], "none");
    server.join().unwrap();
    assert!(!folder.path().exists());
}

#[tokio::test]
async fn info_counts_groups_and_names_the_folder() {
    let folder = Folder::new();
    let server = at(&folder);
    server.open([1, 2, 3]).await;
    let (_, info) = server.get("/v1/info").await;
    assert_eq!(info["durability"], "group");
    assert_eq!(info["journal"]["durable"], 3);
    assert_eq!(info["journal"]["groups"], 3);
    assert_eq!(info["journal"]["folder"], folder.text());
}

#[tokio::test]
async fn a_damaged_history_refuses_to_start_and_verify_says_where() {
    let folder = Folder::new();
    let server = at(&folder);
    server.open([1, 2, 3]).await;
    server.join().unwrap();
    let whole = output(&["verify", folder.text()]);
    let text = String::from_utf8(whole.stdout).unwrap();
    assert!(
        text.starts_with("whole: 3 entries in 3 groups and 1 segments"),
        "{text}"
    );

    // An orderly stop wrote the watermark, so not even the last group may be cut.
    flip(&folder, 5);
    for args in [
        &["verify", folder.text()][..],
        &["serve", "--listen", "127.0.0.1:0", "--data", folder.text()],
    ] {
        let output = output(args);
        assert_eq!(output.status.code(), Some(1));
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(
            text.contains("whole up to sequence 2 only, but 3 was durable"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_group_cut_by_a_crash_is_reported_and_the_rest_serves() {
    let folder = Folder::new();
    let child = Running::start(&["--data", folder.text()]);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for number in 1..=3 {
        let request = client.post(format!("{}/v1/accounts", child.url));
        let body = crate::server::open(number);
        assert!(
            request
                .body(body)
                .send()
                .await
                .unwrap()
                .status()
                .is_success()
        );
    }
    assert_eq!(child.end("-KILL").code(), None);
    // As if the watermark had not been written for a second, and the last group had been torn.
    fs::remove_file(folder.path().join("watermark")).unwrap();
    flip(&folder, 40);
    let mut child = Running::start(&["--data", folder.text()]);
    let page = reqwest::get(format!("{}/v1/journal", child.url))
        .await
        .unwrap();
    let page: serde_json::Value = page.json().await.unwrap();
    assert_eq!(page["entries"].as_array().unwrap().len(), 2);
    child.url.clear();
    assert_eq!(child.end("-TERM").code(), Some(0));
}

#[tokio::test]
async fn a_failed_sync_ends_the_process_with_its_own_code_and_loses_nothing_acknowledged() {
    let folder = Folder::new();
    let faults = ["--allow-inject", "--inject", "fsync=fail@4"];
    let child = Running::start(&[&["--data", folder.text()][..], &faults].concat());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/v1/accounts", child.url);
    for number in 1..=4 {
        let body = crate::server::open(number);
        let answer = client.post(&url).body(body).send().await.unwrap();
        let expected = if number == 4 {
            StatusCode::SERVICE_UNAVAILABLE
        } else {
            StatusCode::CREATED
        };
        assert_eq!(answer.status(), expected);
    }
    assert_eq!(child.wait().code(), Some(3));
    let verified = output(&["verify", folder.text()]);
    assert!(verified.status.success());
    let text = String::from_utf8(verified.stdout).unwrap();
    // The fourth was written and never synced: it may be there, and nobody was told so.
    assert!(text.starts_with("whole: 4 entries") || text.starts_with("whole: 3 entries"));
}
