use super::*;
use crate::admin;
use crate::metrics::Registry;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

#[test]
fn every_duration_is_in_the_bucket_that_its_logarithm_says() {
    for nanos in [1_000, 12_345, 1_000_000, 999_999_999, 7_000_000_000] {
        let place = bounds().partition_point(|&bound| bound < nanos);
        let place = i32::try_from(place).unwrap();
        let exact = ((nanos as f64 / 1e9).log2() * PER_DOUBLING).ceil() as i32;
        assert_eq!(ZERO + place, exact, "{nanos} ns");
    }
}

#[test]
fn runs_are_found_with_their_places() {
    let found: Vec<_> = runs(&[0, 1, 2, 0, 0, 3, 0]).collect();
    assert_eq!(found, [(1, &[1, 2][..]), (5, &[3][..])]);
}

#[test]
fn numbers_are_written_as_protocol_buffers_have_them() {
    let mut message = Message::default();
    message.varint(1, 150);
    assert_eq!(message.0, [0x08, 0x96, 0x01]);
    assert_eq!([0, -1, 1, -2].map(zigzag), [0, 1, 2, 3]);
}

/// Ends with the test.
struct Prometheus(Child);

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn get(address: SocketAddr, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: x\r\n\r\n").ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    Some(text)
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test must be visible")]
fn prometheus_reads_the_quantile_that_was_there() {
    let registry = Registry::new();
    let series = registry.native("GET", "/x");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let served = admin::serve(listener, admin::router(&registry)).expect("a listener");
    let folder = std::env::temp_dir().join(format!("probe-native-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let target = served.local_addr();
    let config = format!(
        "scrape_configs:\n- job_name: native\n  metrics_path: /metrics/native\n  scrape_interval: 1s\n  static_configs:\n  - targets: [\"{target}\"]\n"
    );
    fs::write(folder.join("prometheus.yml"), config).expect("a file");
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let address = free.expect("a port");
    let started = Command::new("prometheus")
        .current_dir(&folder)
        // Without these, the distribution's own files are taken.
        .args(["--config.file=prometheus.yml", "--storage.tsdb.path=data"])
        .arg("--enable-feature=native-histograms")
        .arg(format!("--web.listen-address={address}"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(child) = started else {
        eprintln!("SKIPPED: prometheus is not installed (apt-get install prometheus)");
        return;
    };
    let prometheus = Prometheus(child);
    // 2 % of the requests take 80 ms, the others 1 to 2 ms.
    for number in 0..10_000_u64 {
        let nanos = if number % 50 == 0 {
            80_000_000
        } else {
            1_000_000 + 100 * number
        };
        series.observe(Duration::from_nanos(nanos));
    }
    let query = "/api/v1/query?query=histogram_quantile(0.99,http_request_duration_native_seconds)";
    let since = Instant::now();
    let value = loop {
        assert!(
            since.elapsed() < Duration::from_mins(1),
            "nothing was scraped"
        );
        let answer = get(address, query).unwrap_or_default();
        let value = answer
            .rsplit_once(",\"")
            .and_then(|(_, rest)| rest.split('"').next());
        if let Some(value) = value.and_then(|value| value.parse::<f64>().ok()) {
            break value;
        }
        std::thread::sleep(Duration::from_millis(200));
    };
    drop(prometheus);
    let _ = fs::remove_dir_all(&folder);
    // One bucket is 9 % wide.
    assert!((value / 0.08 - 1.0).abs() < 0.09, "{value}");
}
