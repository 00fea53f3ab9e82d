//! The operations listener over real sockets.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use flate2::read::GzDecoder;
use probe::admin::{self, AdminHandle};
use probe::metrics::Registry;
use probe::{process, runtime};
use record::profile::Profile;

use crate::PERIOD_BYTES;
use crate::cpu::{Busy, ONE_AT_A_TIME};

pub struct Answer {
    pub status: u16,
    headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn profile(&self) -> Profile {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.body));
        assert_eq!(self.header("content-type"), "application/octet-stream");
        assert_eq!(self.header("content-encoding"), "");
        assert_eq!(self.header("x-content-type-options"), "nosniff");
        let mut raw = Vec::new();
        GzDecoder::new(self.body.as_slice())
            .read_to_end(&mut raw)
            .unwrap();
        Profile::decode(&raw).unwrap()
    }
}

/// One GET over a connection of its own.
pub fn get(address: SocketAddr, path: &str) -> Answer {
    request(
        address,
        &format!("GET {path} HTTP/1.1\r\nhost: probe\r\nconnection: close\r\n\r\n"),
    )
}

/// Sends a whole request over a connection of its own.
pub fn request(address: SocketAddr, request: &str) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_mins(1)))
        .unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    parse(&bytes)
}

fn parse(bytes: &[u8]) -> Answer {
    let end = bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap();
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    Answer {
        status: status.parse().unwrap(),
        headers: headers.collect(),
        body: bytes[end + 4..].to_vec(),
    }
}

pub fn serve() -> AdminHandle {
    let registry = Registry::new();
    process::register(&registry);
    runtime::register(&registry, "it", "1.2.3");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    admin::serve(listener, admin::router(&registry)).unwrap()
}

/// The text of an answer with status 200.
pub fn fetch_text(admin: &AdminHandle, path: &str) -> String {
    let answer = get(admin.local_addr(), path);
    assert_eq!(answer.status, 200, "{path}");
    answer.text().to_owned()
}

#[test]
fn what_serving_allocates_is_not_the_programs() {
    let (registry, listener) = (Registry::new(), TcpListener::bind("127.0.0.1:0").unwrap());
    process::register(&registry);
    let served = admin::serve(listener, admin::router(&registry)).unwrap();
    let address = served.local_addr();
    probe::thread::enter();
    assert_eq!(get(address, "/metrics").status, 200);
    let (all, mine) = (probe::alloc::counters(), probe::alloc::thread_counters());
    for _ in 0..3 {
        assert_eq!(get(address, "/metrics").status, 200);
    }
    let all = probe::alloc::counters().since(&all);
    let mine = probe::alloc::thread_counters().since(&mine);
    assert_eq!(all.allocations, mine.allocations);
    assert_eq!(all.allocated_bytes, mine.allocated_bytes);
    served.stop();
}

#[test]
fn health_and_metrics_are_served() {
    let admin = serve();
    let health = get(admin.local_addr(), "/healthz");
    assert_eq!((health.status, health.text()), (200, "ok\n"));
    let metrics = get(admin.local_addr(), "/metrics");
    assert_eq!(
        metrics.header("content-type"),
        "text/plain; version=0.0.4; charset=utf-8"
    );
    let value = |name: &str| -> f64 {
        let line = metrics.text().lines().find(|line| line.starts_with(name));
        let (_, value) = line.unwrap().rsplit_once(' ').unwrap();
        value.parse().unwrap()
    };
    assert!(value("process_cpu_seconds_total") > 0.0);
    assert!(value("process_resident_memory_bytes") > 1e6);
    assert!(value("process_open_fds") >= 3.0);
    assert!(value("process_threads") >= 2.0);
    assert!(value("process_start_time_seconds") > 1e9);
    assert!(value("runtime_allocations_total") > 100.0);
    assert!(value("runtime_live_heap_bytes") > 0.0);
    let build = r#"runtime_build_info{name="it",version="1.2.3",build=""#;
    assert!(metrics.text().contains(build));
}

#[test]
fn a_cpu_profile_is_served_and_names_the_busy_function() {
    let _one = ONE_AT_A_TIME.blocking_lock();
    let _busy = Busy::start();
    let admin = serve();
    let path = "/debug/pprof/profile?seconds=1&hz=199";
    let answer = get(admin.local_addr(), path);
    assert_eq!(
        answer.header("content-disposition"),
        r#"attachment; filename="profile""#
    );
    let profile = answer.profile();
    let stacks = profile.folded(1);
    let named = stacks
        .keys()
        .any(|stack| stack.contains("it::cpu::busy_leaf"));
    assert!(named, "{:?} {stacks:?}", profile.header());
    let comments = profile.header().comments.join("\n");
    assert!(comments.contains("rate: 199 Hz"), "{comments}");
}

#[test]
fn allocation_profiles_are_served_cumulative_as_delta_and_as_text() {
    probe::alloc::enable(PERIOD_BYTES).unwrap();
    let admin = serve();
    let fetch = |path: &str| get(admin.local_addr(), path);
    let first = fetch("/debug/pprof/allocs").profile();
    let second = fetch("/debug/pprof/heap").profile();
    assert!(second.total(0) >= first.total(0));
    assert_eq!(first.types()[0].kind, "alloc_objects");
    assert_eq!(first.types()[1].kind, "alloc_space");
    let delta = fetch("/debug/pprof/allocs?seconds=1");
    assert_eq!(
        delta.header("content-disposition"),
        r#"attachment; filename="allocs-delta""#
    );
    assert!(delta.profile().header().duration_nanos >= 1_000_000_000);
    let text = fetch("/debug/pprof/allocs?debug=1");
    assert_eq!(text.header("content-type"), "text/plain; charset=utf-8");
    assert!(text.text().contains("# total alloc_space/bytes: "));
}

#[test]
fn errors_are_those_of_the_contract() {
    let admin = serve();
    let fetch = |path: &str| get(admin.local_addr(), path);
    let unknown = fetch("/debug/pprof/nothing");
    assert_eq!((unknown.status, unknown.text()), (404, "Unknown profile\n"));
    assert_eq!(unknown.header("x-go-pprof"), "1");
    let invalid = fetch("/debug/pprof/allocs?seconds=x");
    assert_eq!(invalid.status, 400);
    assert!(invalid.text().starts_with(r#"invalid value for "seconds""#));
    let both = fetch("/debug/pprof/heap?seconds=1&debug=1");
    assert_eq!(both.status, 400);
    for rate in ["0", "1001"] {
        let wrong = fetch(&format!("/debug/pprof/profile?seconds=1&hz={rate}"));
        assert_eq!(wrong.status, 400, "{rate}");
        assert!(wrong.text().starts_with(r#"invalid value for "hz""#));
    }
}

#[test]
fn the_index_lists_what_is_served_and_the_command_line_is_there() {
    let admin = serve();
    let index = get(admin.local_addr(), "/debug/pprof/");
    for name in ["allocs", "heap", "profile", "cmdline"] {
        assert!(
            index
                .text()
                .contains(&format!("<a href=\"{name}\">{name}</a>"))
        );
    }
    let own = std::env::args().next().unwrap();
    let cmdline = get(admin.local_addr(), "/debug/pprof/cmdline");
    assert_eq!(cmdline.text().split('\0').next(), Some(own.as_str()));
}

#[test]
fn a_stopped_listener_gives_its_port_back() {
    let admin = serve();
    let address = admin.local_addr();
    admin.stop();
    assert!(TcpStream::connect(address).is_err());
}
