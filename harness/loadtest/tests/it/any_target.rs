//! Profiles of a program that is not ours: a Go service with the standard library's `net/http/pprof`.

use crate::canonical::profile;
use crate::tool::{Scratch, assert_ended, loadtest, skipped, turn};
use record::profile::Profile;
use record::tail::{BAND_LABEL, Band, Metric};
use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The service of `tests/go`; it ends when its standard input closes.
struct GoService {
    child: Child,
    address: String,
}

impl GoService {
    /// `None` where there is no Go to build it with; `GO` names one that is not on the path.
    fn start() -> Option<Self> {
        let mut child = Command::new(built()?)
            .arg("127.0.0.1:0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        let mut stdout = std::io::BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut address).unwrap();
        Some(Self {
            child,
            address: address.trim().to_owned(),
        })
    }
}

impl Drop for GoService {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn built() -> Option<PathBuf> {
    let go = std::env::var("GO").unwrap_or_else(|_| "go".to_owned());
    if Command::new(&go).arg("version").output().is_err() {
        skipped("go");
        return None;
    }
    // The cache of compiled packages lies with ours, so that nothing is left at home.
    let place = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let binary = place.join("go-target");
    let output = Command::new(go)
        .args(["build", "-o"])
        .arg(&binary)
        .arg(".")
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/go"))
        .env("GOCACHE", place.join("go-cache"))
        .env("GOFLAGS", "-mod=mod")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    Some(binary)
}

#[test]
fn load_a_go_service_is_profiled_like_ours_with_its_slow_path_in_the_tail() {
    let _turn = turn();
    let Some(service) = GoService::start() else {
        return;
    };
    let scratch = Scratch::new("go");
    let dir = scratch.path("run");
    let target = format!("http://{}/work", service.address);
    let pprof = format!("http://{}/debug/pprof", service.address);
    let ran = loadtest(&[
        "run",
        "--target",
        &target,
        "--pprof",
        &pprof,
        "--rate",
        "400",
        "-c",
        "50",
        "-w",
        "1s",
        "-d",
        "8s",
        "--metrics-listen",
        "off",
        "-q",
        "--out",
        dir.to_str().unwrap(),
    ]);
    assert_ended(ran.code, 0, &format!("{}{}", ran.stdout, ran.stderr));
    let banded = |metric: Metric| profile(&dir.join(metric.file()));
    let cpu = banded(Metric::Cpu);
    assert!(share(&cpu, Metric::Cpu, Band::LeP50, "main.burn") > 0.5);
    // One request in fifty is slow, so that all beyond P99 are.
    assert!(share(&cpu, Metric::Cpu, Band::GtP99, "main.slowPath") > 0.8);
    assert!(share(&cpu, Metric::Cpu, Band::LeP50, "main.slowPath") < 0.05);
    // Go tells these by place only, not by request.
    for metric in [Metric::Alloc, Metric::Block, Metric::Mutex] {
        let profile = banded(metric);
        assert!(
            share(&profile, metric, Band::Untagged, "main.") > 0.0,
            "{metric:?}"
        );
    }
    let page = std::fs::read_to_string(dir.join("report.html")).unwrap();
    assert!(page.contains("main.slowPath"));
}

/// The share of a band's cost under functions of that name.
fn share(profile: &Profile, metric: Metric, band: Band, function: &str) -> f64 {
    let column = profile.value_index(metric.column()).unwrap();
    let only = profile.filtered(|sample| sample.label(BAND_LABEL) == Some(band.name()));
    let stacks = only.folded(column);
    let under = stacks.iter().filter(|(stack, _)| stack.contains(function));
    let under: i64 = under.map(|(_, value)| *value).sum();
    under as f64 / only.total(column).max(1) as f64
}
