//! The regulator's export, by HTTP and by hand, and its check by hand.

use crate::child::{Folder, output};
use crate::server::{Server, answer, id, mint, open, options};
use engine::evidence::SigningKey;
use engine::export::{Trust, verify};
use reqwest::{Method, StatusCode};
use serde_json::json;
use std::path::PathBuf;

const SEED: &str = "0101010101010101010101010101010101010101010101010101010101010101";

struct Place {
    folder: Folder,
}

impl Place {
    fn new() -> Self {
        let folder = Folder::new();
        std::fs::create_dir_all(folder.path()).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    fn server(&self) -> Server {
        std::fs::write(self.path("seed"), SEED).unwrap();
        Server::start_with(engine::Options {
            data: Some(self.path("journal")),
            operator_token: Some("secret".to_owned()),
            export_key: Some(SigningKey::read(&self.path("seed")).unwrap()),
            ..options()
        })
    }
}

async fn freeze_some(server: &Server) {
    let post = |path: &str, body: String| {
        let request = server.request(Method::POST, path);
        answer(request.bearer_auth("secret").body(body))
    };
    assert_eq!(post("/v1/accounts", open(1)).await.0, StatusCode::CREATED);
    assert_eq!(post("/v1/mints", mint(100, 1, "5")).await.0, StatusCode::OK);
    for key in 101..105 {
        let body = json!({"id": id(key), "account": id(1), "amount": "1"}).to_string();
        assert_eq!(post("/v1/freezes", body).await.0, StatusCode::OK);
    }
}

#[tokio::test]
async fn the_same_export_comes_by_http_and_by_hand() {
    let place = Place::new();
    let server = place.server();
    freeze_some(&server).await;
    let export = |query: &str| server.request(Method::GET, &format!("/v1/regulator/export{query}"));
    let response = export("").bearer_auth("secret").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "application/x-ndjson");
    let by_http = response.bytes().await.unwrap().to_vec();
    let public = SigningKey::new(&[1; 32]).public();
    let trust = Trust {
        engine: Some(public),
        operator: None,
    };
    let verified = verify(&mut by_http.as_slice(), &trust).unwrap();
    assert_eq!((verified.records, verified.last_sequence), (4, 6));
    let mints = export("?kinds=mint,burn&from=2026-01-01").bearer_auth("secret");
    let mints = mints.send().await.unwrap().bytes().await.unwrap();
    assert_eq!(verify(&mut &mints[..], &trust).unwrap().records, 1);
    let (journal, file, seed) = (
        place.text("journal"),
        place.text("export"),
        place.text("seed"),
    );
    let by_hand = ["export", &journal, "--export-key", &seed, "--out", &file];
    let in_use = output(&by_hand);
    assert_eq!(in_use.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&in_use.stderr).contains("in use by another process\nhint: "));
    server.join().unwrap();
    assert_eq!(output(&by_hand).status.code(), Some(0));
    assert_eq!(std::fs::read(&file).unwrap(), by_http);
    assert_eq!(output(&by_hand[..2]).stdout.len(), {
        // Without key and signature, of 64 and 128 digits in quotes.
        by_http.len() - (66 + 130 - 2 * 4)
    });
    let key = public.to_string();
    let whole = output(&["verify-export", &file, "--engine-key", &key]);
    assert_eq!(whole.status.code(), Some(0));
    let text = String::from_utf8(whole.stdout).unwrap();
    assert!(
        text.starts_with("whole: 4 operations in a chain of 6 groups, last sequence 6\nhead "),
        "{text}"
    );
    let mut changed = by_http.clone();
    let at = changed.len() / 2;
    changed[at] ^= 1;
    std::fs::write(&file, changed).unwrap();
    let found = output(&["verify-export", &file]);
    assert_eq!(found.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&found.stderr).contains("is not as it was written: line "));
}

#[tokio::test]
async fn an_export_takes_the_operator_and_a_journal() {
    let place = Place::new();
    let server = place.server();
    let get = |server: &Server, query: &str| {
        server.request(Method::GET, &format!("/v1/regulator/export{query}"))
    };
    for (request, expected) in [
        (get(&server, ""), (401, "unauthorized")),
        (
            get(&server, "").bearer_auth("secreT"),
            (401, "unauthorized"),
        ),
        (
            get(&server, "?kinds=gift").bearer_auth("secret"),
            (400, "query_invalid"),
        ),
        (
            get(&server, "?from=yesterday").bearer_auth("secret"),
            (400, "query_invalid"),
        ),
        (
            get(&server, "?since=0").bearer_auth("secret"),
            (400, "query_invalid"),
        ),
    ] {
        let (status, body) = answer(request).await;
        assert_eq!((status.as_u16(), body["name"].as_str().unwrap()), expected);
    }
    let none = Server::start_with(engine::Options {
        durability: engine::executor::Durability::None,
        ..options()
    });
    let (status, body) = answer(get(&none, "")).await;
    assert_eq!(
        (status.as_u16(), &body["name"]),
        (409, &json!("journal_missing"))
    );
}

#[test]
fn bad_usage_of_the_verbs_is_2() {
    for args in [
        &["export"][..],
        &["export", "--out"],
        &["export", "/tmp", "--from", "yesterday"],
        &["export", "/tmp", "--kinds", "gift"],
        &["export", "/tmp", "--export-key", "/nowhere/seed"],
        &["verify-export"],
        &["verify-export", "/tmp/x", "--engine-key", "12"],
        &["serve", "--webhook", "x=article"],
        &["serve", "--operator-key", "12"],
        &["lab", "export", "--records", "many"],
    ] {
        assert_eq!(output(args).status.code(), Some(2), "{args:?}");
    }
    assert_eq!(output(&["export", "/nowhere"]).status.code(), Some(1));
    assert_eq!(
        output(&["verify-export", "/nowhere"]).status.code(),
        Some(1)
    );
}
