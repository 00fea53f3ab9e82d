//! The URL contract of Go's `net/http/pprof`, path by path, and Go's own tool as a reader.

use std::hint::black_box;
use std::io::Write as _;
use std::net::TcpListener;
use std::process::Command;
use std::sync::Mutex;
use std::thread;

use probe::admin::{self, AdminHandle};
use probe::metrics::Registry;
use record::profile::Profile;

use crate::PERIOD_BYTES;
use crate::admin::{Answer, get, request, serve};
use crate::cpu::{Busy, ONE_AT_A_TIME};

fn fetch(admin: &AdminHandle, path: &str) -> Answer {
    get(admin.local_addr(), path)
}

fn columns(profile: &Profile) -> Vec<(&str, &str)> {
    let types = profile.types().iter();
    types.map(|t| (t.kind.as_str(), t.unit.as_str())).collect()
}

const MEMORY: [(&str, &str); 4] = [
    ("alloc_objects", "count"),
    ("alloc_space", "bytes"),
    ("inuse_objects", "count"),
    ("inuse_space", "bytes"),
];
const WAITS: [(&str, &str); 2] = [("contentions", "count"), ("delay", "nanoseconds")];

#[test]
fn every_profile_has_gos_columns_name_default_and_period() {
    probe::alloc::enable(PERIOD_BYTES).unwrap();
    let admin = serve();
    for (name, expected, default) in [
        ("allocs", &MEMORY[..], "alloc_space"),
        ("heap", &MEMORY, "inuse_space"),
        ("block", &WAITS, "delay"),
        ("mutex", &WAITS, "delay"),
        ("goroutine", &[("goroutine", "count")], ""),
        ("threadcreate", &[("threadcreate", "count")], ""),
    ] {
        let answer = fetch(&admin, &format!("/debug/pprof/{name}?gc=1"));
        let disposition = format!("attachment; filename=\"{name}\"");
        assert_eq!(answer.header("content-disposition"), disposition);
        let profile = answer.profile();
        assert_eq!(columns(&profile), expected, "{name}");
        assert_eq!(profile.header().default_type, default, "{name}");
        assert!(profile.header().period_type.is_some(), "{name}");
        assert!(profile.header().time_nanos > 0, "{name}");
        let text = fetch(&admin, &format!("/debug/pprof/{name}?debug=1"));
        assert_eq!(text.header("content-type"), "text/plain; charset=utf-8");
        assert!(text.text().contains("# probe "), "{}", text.text());
    }
}

#[test]
fn windows_are_served_at_the_same_time_and_counters_never_fall() {
    let admin = serve();
    let address = admin.local_addr();
    let names = [
        "heap",
        "allocs",
        "block",
        "mutex",
        "goroutine",
        "threadcreate",
    ];
    thread::scope(|scope| {
        let windows = names.map(|name| {
            scope.spawn(move || get(address, &format!("/debug/pprof/{name}?seconds=1")))
        });
        for (window, name) in windows.into_iter().zip(names) {
            let answer = window.join().unwrap();
            let disposition = format!("attachment; filename=\"{name}-delta\"");
            assert_eq!(answer.header("content-disposition"), disposition);
            let duration = answer.profile().header().duration_nanos;
            assert!(duration >= 1_000_000_000, "{name}: {duration}");
        }
    });
    let [first, second] = [(), ()].map(|()| fetch(&admin, "/debug/pprof/allocs").profile());
    let counters = |p: &Profile| (p.total(0), p.total(1));
    assert!(counters(&second).0 >= counters(&first).0);
    assert!(counters(&second).1 >= counters(&first).1);
}

#[inline(never)]
fn kept_for_a_while() -> Vec<Vec<u8>> {
    (0..100)
        .map(|_| black_box(Vec::with_capacity(black_box(100_000))))
        .collect()
}

/// Bytes of a column in the stacks of [`kept_for_a_while`].
fn kept(profile: &Profile, kind: &str) -> i64 {
    let stacks = profile.folded(profile.value_index(kind).unwrap());
    let own = |stack: &str| stack.contains("it::contract::kept_for_a_while");
    let of = stacks.iter().filter(|(stack, _)| own(stack));
    of.map(|(_, bytes)| bytes).sum()
}

#[test]
fn heap_knows_what_lives_and_delta_heap_adds_to_what_it_said_before() {
    probe::alloc::enable(PERIOD_BYTES).unwrap();
    let admin = serve();
    drop(fetch(&admin, "/debug/pprof/delta_heap").profile());
    let (keep, before, added) = thread::spawn({
        let address = admin.local_addr();
        move || {
            probe::thread::enter();
            let keep = kept_for_a_while();
            let now = get(address, "/debug/pprof/heap").profile();
            (keep, now, get(address, "/debug/pprof/delta_heap").profile())
        }
    })
    .join()
    .unwrap();
    // At one sample in 4 KiB all of these allocations are sampled, so the sums are exact.
    assert_eq!(kept(&before, "inuse_space"), 10_000_000);
    assert_eq!(kept(&added, "alloc_space"), 10_000_000);
    drop(keep);
    let after = fetch(&admin, "/debug/pprof/heap").profile();
    assert_eq!(kept(&after, "inuse_space"), 0);
    assert_eq!(kept(&after, "alloc_space"), 10_000_000);
    let nothing = fetch(&admin, "/debug/pprof/delta_heap").profile();
    assert_eq!(kept(&nothing, "alloc_space"), 0);
}

/// Whoever counts what [`enlarged`] made must be the only one who calls it.
static ENLARGED: Mutex<()> = Mutex::new(());

#[inline(never)]
fn enlarged(to: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(100_000);
    bytes.extend(std::iter::repeat_n(black_box(1), 100_000));
    bytes.reserve_exact(to - bytes.len());
    black_box(bytes)
}

#[test]
fn growing_in_place_or_elsewhere_leaves_one_living_allocation() {
    probe::alloc::enable(PERIOD_BYTES).unwrap();
    let _one = ENLARGED.lock().unwrap();
    let live = |admin: &AdminHandle| {
        let profile = fetch(admin, "/debug/pprof/heap").profile();
        let stacks = profile.folded(profile.value_index("inuse_space").unwrap());
        let own = |stack: &str| stack.contains("it::contract::enlarged");
        let of = stacks.iter().filter(|(stack, _)| own(stack));
        of.map(|(_, bytes)| bytes).sum::<i64>()
    };
    let admin = serve();
    let grown = enlarged(900_000);
    assert_eq!(live(&admin), 900_000);
    drop(grown);
    assert_eq!(live(&admin), 0);
}

#[test]
fn addresses_are_named_by_get_and_post() {
    let admin = serve();
    let address = kept_for_a_while as fn() -> Vec<Vec<u8>> as usize;
    let expected = format!("num_symbols: 1\n{address:#x} it::contract::kept_for_a_while\n");
    let by_get = fetch(&admin, &format!("/debug/pprof/symbol?{address:#x}+0x10"));
    assert_eq!(by_get.text(), expected);
    let body = format!("{address:#x}");
    let head = format!(
        "POST /debug/pprof/symbol HTTP/1.1\r\nhost: probe\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    );
    let by_post = request(admin.local_addr(), &format!("{head}\r\n{body}"));
    assert_eq!(by_post.text(), expected);
}

#[test]
fn the_trace_is_json_with_cpu_samples() {
    let _one = ONE_AT_A_TIME.blocking_lock();
    let _busy = Busy::start();
    let admin = serve();
    let answer = fetch(&admin, "/debug/pprof/trace?seconds=0.5");
    assert_eq!(
        answer.header("content-disposition"),
        r#"attachment; filename="trace""#
    );
    let text = answer.text();
    assert!(text.starts_with(r#"{"displayTimeUnit":"ns","otherData":{"probe":"#));
    assert!(text.ends_with("\n]}\n"));
    assert!(
        text.contains(r#""cat":"cpu","name":"it::cpu::busy_leaf""#),
        "{text}"
    );
}

#[test]
fn a_path_without_slash_leads_to_the_index() {
    let admin = serve();
    let answer = fetch(&admin, "/debug/pprof");
    assert_eq!(
        (answer.status, answer.header("location")),
        (308, "/debug/pprof/")
    );
}

#[test]
fn with_a_token_profiles_are_for_those_who_know_it() {
    let registry = Registry::new();
    let router = probe::Router::new(&registry).bearer("let me in");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let admin = admin::serve(listener, router.into()).unwrap();
    let path = "/debug/pprof/goroutine";
    let without = fetch(&admin, path);
    assert_eq!(
        (without.status, without.header("www-authenticate")),
        (401, "Bearer")
    );
    let with = |token: &str| {
        let head = format!("GET {path} HTTP/1.1\r\nhost: probe\r\nconnection: close\r\n");
        let head = format!("{head}authorization: Bearer {token}\r\n\r\n");
        request(admin.local_addr(), &head)
    };
    assert_eq!(with("let me out").status, 401);
    assert_eq!(with("let me in").status, 200);
    assert_eq!(fetch(&admin, "/healthz").status, 200);
}

/// Fetches a profile, has Go's tool print its top, and answers that.
fn top(go: &str, admin: &AdminHandle, path: &str) -> String {
    let answer = fetch(admin, path);
    assert_eq!(answer.status, 200, "{path}");
    let name = path.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let file = std::env::temp_dir().join(format!("probe-{}{name}.pb.gz", std::process::id()));
    std::fs::write(&file, &answer.body).unwrap();
    let output = Command::new(go)
        .args(["tool", "pprof", "-top", "-cum", "-nodecount=1000"])
        .arg(&file)
        .output()
        .unwrap();
    std::fs::remove_file(&file).unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{path}: {text}{errors}");
    text
}

#[test]
fn gos_own_tool_reads_every_profile() {
    let go = std::env::var("GO").unwrap_or_else(|_| "go".to_owned());
    if Command::new(&go).arg("version").output().is_err() {
        let mut out = std::io::stdout().lock();
        let why = "SKIPPED: no Go here to read the profiles; name one with GO\n";
        out.write_all(why.as_bytes()).unwrap();
        return;
    }
    probe::alloc::enable(PERIOD_BYTES).unwrap();
    let _one = ONE_AT_A_TIME.blocking_lock();
    let _busy = Busy::start();
    let admin = serve();
    let _alone = ENLARGED.lock().unwrap();
    let _kept = enlarged(9_000_000);
    for (path, expected) in [
        ("/debug/pprof/profile?seconds=1", "it::cpu::busy_leaf"),
        ("/debug/pprof/profile?seconds=1&labels=request", "Type: cpu"),
        ("/debug/pprof/heap", "it::contract::enlarged"),
        ("/debug/pprof/allocs", "Type: alloc_space"),
        (
            "/debug/pprof/allocs?seconds=1&labels=request",
            "Type: alloc_space",
        ),
        ("/debug/pprof/heap?seconds=1", "Type: inuse_space"),
        ("/debug/pprof/block", "Type: delay"),
        ("/debug/pprof/mutex", "Type: delay"),
        ("/debug/pprof/goroutine", "Type: goroutine"),
        ("/debug/pprof/threadcreate", "thread busy"),
        ("/debug/pprof/delta_heap", "Type: inuse_space"),
        ("/debug/pprof/delta_mutex", "Type: delay"),
    ] {
        let text = top(&go, &admin, path);
        assert!(text.contains(expected), "{path}: {text}");
    }
}
