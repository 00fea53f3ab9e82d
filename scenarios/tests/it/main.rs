//! Plans with journeys, acted against a server that remembers what it was asked: what the plan says is what comes over the wire.
//!
//! Tests whose names begin with `load_` offer load and run one at a time.

#![allow(clippy::unwrap_used, reason = "tests")]

mod offer;
mod server;

use offer::{closed, open, partly_open, step};
use record::failure::FailureKind;
use server::Server;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A folder for the files of a plan, removed at the end.
struct Folder(PathBuf);

static FOLDERS: AtomicUsize = AtomicUsize::new(0);

impl Folder {
    fn with(name: &str, text: &str) -> Self {
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("journeys-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        std::fs::write(path.join(name), text).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const VISIT: &str = r#"
[[feeder]]
name = "people"
file = "people.csv"
pick = "sequential"

[[scenario]]
name = "visit"
weight = 1
cookies = true

[[scenario.step]]
name = "login"
request = { method = "POST", path = "/login?from=${people.town}", body = '{"user":"${people.name}"}', headers = { "idempotency-key" = "${run}-${uuid}" } }
check = [ { status = [200] }, { header = "x-visit", contains = "${people.name}" } ]
extract = { token = { pointer = "/auth/token" }, page = { regex = 'id=(\d+)' }, visit = { header = "x-visit" } }

[[scenario.step]]
name = "me"
request = { method = "GET", path = "/me", headers = { authorization = "Bearer ${token}", "x-page" = "${page}", "x-visit" = "${visit}" } }
check = [ { pointer = "/name", equals = "${people.name}" }, { pointer = "/orders", matches = '^\[1,' }, { most_bytes = 1000 }, { within = "5s" } ]
"#;

fn people() -> Folder {
    Folder::with("people.csv", "name,town\nada,New York\nalan,\"Zürich\"\n")
}

fn visit_works(server: &Server, measured: &driver::Measured) {
    let (login, me) = (step(measured, "login"), step(measured, "me"));
    assert!(login.failures.is_empty(), "{:?}", login.failures);
    assert!(me.failures.is_empty(), "{:?}", me.failures);
    assert!(me.ok.response.count() > 0);
    assert_eq!(login.ok.response.count(), me.ok.response.count());
    assert_eq!(measured.arrivals.succeeded, me.ok.response.count());
    let asked = server.asked();
    assert!(asked.iter().all(|asked| asked.status == 200), "{asked:?}");
    let (logins, others): (Vec<_>, Vec<_>) = asked.iter().partition(|asked| asked.method == "POST");
    let paths: BTreeSet<_> = logins.iter().map(|asked| asked.path.as_str()).collect();
    assert!(
        paths
            .into_iter()
            .eq(["/login?from=New%20York", "/login?from=Z%C3%BCrich"])
    );
    assert!(
        logins
            .iter()
            .all(|asked| asked.field("content-type") == "application/json")
    );
    let keys: BTreeSet<_> = logins
        .iter()
        .map(|asked| asked.field("idempotency-key"))
        .collect();
    assert_eq!(keys.len(), logins.len(), "a key of its own for every visit");
    assert!(keys.iter().all(|key| key.starts_with("run-1-")));
    assert!(
        others
            .iter()
            .all(|asked| asked.field("x-page") == "77" && asked.body.is_empty())
    );
    let visits: BTreeSet<_> = others.iter().map(|asked| asked.field("x-visit")).collect();
    assert!(visits.into_iter().eq(["v-ada", "v-alan"]));
}

#[test]
fn load_a_visit_logs_in_keeps_its_token_and_cookies_and_is_known() {
    let (server, people) = (Server::start(), people());
    let measured = open(&server, VISIT, &people.0);
    visit_works(&server, &measured);
    assert_eq!(
        measured.arrivals.scheduled, 100,
        "constant arrivals are exact"
    );
}

#[test]
fn load_closed_users_act_the_same_visit() {
    let (server, people) = (Server::start(), people());
    let measured = closed(&server, VISIT, &people.0);
    visit_works(&server, &measured);
}

#[test]
fn load_steps_of_a_partly_open_visit_wait_for_each_other() {
    let (server, people) = (Server::start(), people());
    // Expected by far too early: the second step is late by its intended start, and has its token nevertheless.
    let me = "[[scenario.step]]\nname = \"me\"";
    let hasty = VISIT.replace(
        me,
        &format!("expected = \"1ns\"\nthink = \"1ms..3ms\"\n{me}"),
    );
    let measured = partly_open(&server, &hasty, &people.0);
    visit_works(&server, &measured);
    assert_eq!(measured.arrivals.scheduled, 100);
}

const TROUBLE: &str = r#"
[[scenario]]
name = "wrong"
weight = 1
[[scenario.step]]
name = "busy"
request = { method = "GET", path = "/busy" }
[[scenario.step]]
name = "hello"
request = { method = "GET", path = "/hello" }
check = [ { body_contains = "goodbye" } ]
[[scenario.step]]
name = "still"
request = { method = "GET", path = "/hello" }
check = [ { body_contains = "hello" } ]
extract = { token = { regex = "token=(.*)" } }
[[scenario.step]]
name = "never"
request = { method = "GET", path = "/hello?${token}" }
"#;

#[test]
fn load_a_wrong_answer_fails_the_visit_and_a_missing_value_ends_it() {
    let server = Server::start();
    let measured = open(&server, TROUBLE, Path::new("."));
    let failed = |name: &str| {
        let step = step(&measured, name);
        assert_eq!(step.ok.response.count(), 0, "{name}");
        step.failures.clone()
    };
    assert!(failed("busy").into_iter().eq([(FailureKind::Status, 100)]));
    assert!(failed("hello").into_iter().eq([(FailureKind::Check, 100)]));
    assert!(failed("still").into_iter().eq([(FailureKind::Check, 100)]));
    assert!(failed("never").is_empty());
    assert_eq!(measured.arrivals.failed, 100);
    assert_eq!(measured.transactions[0].committed, 0);
    assert!(!server.asked().iter().any(|asked| asked.path.contains('?')));
}

const PATIENT: &str = r#"
[[scenario]]
name = "patient"
weight = 1
[[scenario.step]]
name = "hello"
request = { method = "GET", path = "/hello" }
think = "200ms"
"#;

#[test]
fn load_a_closed_user_pauses_after_its_last_step_and_is_not_late_for_it() {
    let server = Server::start();
    let measured = closed(&server, PATIENT, Path::new("."));
    // 210 ms from start to start are 4 or 5 visits in the second for each of the four users; without the pause there would be hundreds.
    let visits = measured.arrivals.scheduled;
    assert!((8..=24).contains(&visits), "{visits}");
    // The server answers at once; a next start that counted from the answer would have the pause in every response time.
    let hello = &step(&measured, "hello").ok.response;
    assert!(
        hello.exact().min_ns < 100_000_000,
        "{}",
        hello.exact().min_ns
    );
}

const PAIR: &str = r#"
[[scenario]]
name = "http"
weight = 1
[[scenario]]
name = "greet"
weight = 3
[[scenario.step]]
name = "first"
request = { method = "PUT", path = "/hello", body = "a=${arrival}" }
think = "300ms"
[[scenario.step]]
name = "second"
request = { method = "GET", path = "/hello?user=${user}&n=${random(3,3)}" }
"#;

#[test]
fn load_journeys_and_the_plain_get_are_mixed_and_a_pause_is_no_response_time() {
    let server = Server::start();
    let measured = open(&server, PAIR, Path::new("."));
    let names: Vec<_> = measured
        .steps
        .iter()
        .map(|step| step.step.as_str())
        .collect();
    assert_eq!(names, ["get", "first", "second"]);
    let get = step(&measured, "get");
    // Of 100 arrivals a quarter: 25 expected, standard deviation 4.3, five of them.
    let gets: u64 = get.failures.values().sum();
    assert!((4..=46).contains(&gets), "{gets}");
    let second = step(&measured, "second");
    assert_eq!(second.ok.response.count(), 100 - gets);
    // The server answers at once; a pause in the response time would be all of its 300 ms.
    assert!(second.ok.response.exact().min_ns < 300_000_000);
    let asked = server.asked();
    let puts: Vec<_> = asked.iter().filter(|asked| asked.method == "PUT").collect();
    let bodies: BTreeSet<_> = puts.iter().map(|asked| asked.body.as_str()).collect();
    assert_eq!(bodies.len(), puts.len(), "every arrival has its number");
    assert!(
        puts.iter()
            .all(|asked| asked.field("content-type").is_empty())
    );
    assert!(asked.iter().any(|asked| asked.path.ends_with("&n=3")));
}
