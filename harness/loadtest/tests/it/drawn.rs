//! Every board drawn by Grafana's own UI libraries in headless Chromium, over two finished runs in a real Prometheus; and the flamegraph
//! component over our folded stacks. Runs where the packages of `dashboards/render` are installed; pictures are left in `target/boards`.

use crate::monitoring::{Foreground, eventually, is_installed, query};
use crate::tool::{Ran, Scratch, command, get, json, skipped, turn};
use record::profile::Profile;
use std::io::Read as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

/// The narrowest screen that boards are made for.
const WIDTH: &str = "1280";

/// A server that ends with the test.
struct Preview {
    child: Child,
    address: String,
}

impl Preview {
    fn start(render: &Path, prometheus: &str) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        // The program itself and not npx, which would leave it behind.
        let child = Command::new("node")
            .args(["node_modules/vite/bin/vite.js", "preview"])
            .current_dir(render)
            .env("PROMETHEUS", prometheus)
            .env("PORT", port.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let address = format!("http://127.0.0.1:{port}");
        eventually("the page is served", || {
            let answer = std::panic::catch_unwind(|| get(&address).0);
            (answer.ok()? == 200).then_some(())
        });
        Self { child, address }
    }
}

impl Drop for Preview {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn has_packages(render: &Path) -> bool {
    let there = render.join("node_modules/vite").is_dir();
    if !there {
        skipped("what draws boards (npm, in dashboards/render)");
    }
    there
}

fn changed(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|file| file.modified()).ok()
}

/// Bundling takes most of a minute of a processor, so only what changed is bundled again.
fn build(render: &Path) {
    let sources = std::fs::read_dir(render.join("src")).unwrap();
    let sources = sources.map(|entry| entry.unwrap().path());
    let around = ["package.json", "index.html", "vite.config.js"].map(|file| render.join(file));
    let newest = sources
        .chain(around)
        .filter_map(|file| changed(&file))
        .max();
    if changed(&render.join("dist/index.html")) > newest {
        return;
    }
    let built = Command::new("node")
        .args(["node_modules/vite/bin/vite.js", "build"])
        .current_dir(render)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "{said}");
}

/// The run's profile as folded stacks, where the page finds it.
fn fold(run: &Path, file: &Path) {
    let packed = std::fs::File::open(run.join("cpu.pb.gz")).unwrap();
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(packed)
        .read_to_end(&mut bytes)
        .unwrap();
    let profile = Profile::decode(&bytes).unwrap();
    let stacks = profile.folded(0);
    let lines = stacks
        .iter()
        .map(|(stack, weight)| format!("{stack} {weight}\n"));
    std::fs::write(file, lines.collect::<Vec<_>>().concat()).unwrap();
}

fn draw(render: &Path, address: &str, picture: &Path) {
    let drawn = Command::new("node")
        .arg("draw.mjs")
        .args([address, picture.to_str().unwrap(), WIDTH])
        .current_dir(render)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&drawn.stderr);
    assert!(drawn.status.success(), "{said}");
}

/// Milliseconds since 1970, as the page takes a range.
fn now_ms() -> u128 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    now.as_millis()
}

/// Two runs in the history of a stack: their folders, and the range of the second.
fn two_runs(scratch: &Scratch) -> ([PathBuf; 2], [u128; 2]) {
    let dir = scratch.path("");
    let mut range = [0; 2];
    let names = ["a", "b"];
    for name in names {
        range[0] = now_ms();
        let ran: Ran = command(&[
            "run", "--rate", "300", "-d", "8s", "-w", "1s", "-q", "--out", name,
        ])
        .args(["--metrics-listen", "127.0.0.1:0"])
        .current_dir(&dir)
        .output()
        .unwrap()
        .into();
        assert!(matches!(ran.code, Some(0 | 1 | 4)), "{}", ran.stderr);
        range[1] = now_ms() + 1_000;
    }
    let filled = command(&["dashboards", "backfill", "a", "b", "--align"])
        .args(["--into", "stack/history"])
        .current_dir(&dir)
        .status()
        .unwrap();
    assert!(filled.success());
    (names.map(|name| scratch.path(name)), range)
}

#[test]
fn load_every_board_is_drawn_by_grafanas_own_libraries() {
    let render = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dashboards/render");
    let programs = ["prometheus", "promtool", "node", "chromium"];
    if !has_packages(&render) || !programs.into_iter().all(is_installed) {
        return;
    }
    let _turn = turn();
    build(&render);
    let scratch = Scratch::new("drawn");
    let (runs, [from, to]) = two_runs(&scratch);
    let dir = scratch.path("");
    let mut stack = Foreground::start(&["dashboards", "up", "--dir", "stack"], &dir);
    let history = stack.word_after("Prometheus, past runs");
    let last = json(&runs[1].join("record.json"));
    let phase = format!(
        "last_over_time(loadtest_phase{{run_id=\"{}\"}}[5m])",
        last["run_id"].as_str().unwrap()
    );
    eventually("the past run is served", || {
        let asked = std::panic::catch_unwind(|| query(&history, &phase, None)).ok()?;
        (!asked.is_empty()).then_some(())
    });
    let page = render.join("dist");
    let preview = Preview::start(&render, &history);
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../boards");
    std::fs::create_dir_all(&pictures).unwrap();
    for board in ["run", "engine", "stalls", "compare"] {
        let file = format!("grafana/dashboards/loadtest/{board}.json");
        std::fs::copy(
            dir.join("stack").join(file),
            page.join(format!("{board}.json")),
        )
        .unwrap();
        // The compared runs have a time of their own.
        let range = match board {
            "compare" => String::new(),
            _ => format!("&from={from}&to={to}"),
        };
        for theme in ["dark", "light"] {
            let address = format!(
                "{}/?dash=/{board}.json&theme={theme}{range}",
                preview.address
            );
            draw(
                &render,
                &address,
                &pictures.join(format!("{board}-{theme}.png")),
            );
        }
    }
    for (name, run) in ["a", "b"].iter().zip(&runs) {
        fold(run, &page.join(format!("{name}.folded")));
    }
    for (name, files) in [
        ("flamegraph", "/a.folded"),
        ("difference", "/a.folded,/b.folded"),
    ] {
        let address = format!("{}/?flame={files}", preview.address);
        draw(&render, &address, &pictures.join(format!("{name}.png")));
    }
    drop(preview);
    assert_eq!(stack.interrupt(), Some(0));
}
