//! Pages in a real Chromium, driven by the WebDriver protocol: no error, no request, and flamegraphs that answer.

use crate::tool::skipped;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

pub fn report_is_alive(page: &Path) {
    let Some(browser) = Browser::start() else {
        return;
    };
    browser.open(page);
    assert!(
        browser
            .ask("return document.querySelectorAll('svg').length")
            .as_u64()
            .unwrap()
            >= 3,
        "charts are there"
    );
    let frames = browser
        .ask("return document.querySelectorAll('iframe').length")
        .as_u64()
        .unwrap();
    assert_eq!(
        frames, 3,
        "the viewer of the tail, a flamegraph for CPU, one for allocations"
    );
    browser.viewer_answers(0, "engine::");
    for frame in 1..frames {
        browser.flamegraph_answers(frame, "engine::");
    }
    browser.is_quiet();
}

pub fn tail_is_alive(page: &Path, slow: &str) {
    let Some(browser) = Browser::start() else {
        return;
    };
    browser.open(page);
    browser.viewer_answers(0, slow);
    browser.is_quiet();
}

pub fn comparison_is_alive(page: &Path) {
    let Some(browser) = Browser::start() else {
        return;
    };
    browser.open(page);
    assert_eq!(
        browser.ask("return document.querySelectorAll('iframe').length"),
        4
    );
    browser.flamegraph_answers(0, "engine::");
    browser.is_quiet();
}

struct Browser {
    driver: Child,
    session: String,
    runtime: tokio::runtime::Runtime,
    client: reqwest::Client,
}

impl Browser {
    fn start() -> Option<Self> {
        let spawned = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut driver) = spawned else {
            skipped("chromedriver");
            return None;
        };
        // "ChromeDriver was started successfully on port 12345."
        // Tall, because a frame that is far out of sight is not run.
        let mut lines = BufReader::new(driver.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let port = lines
            .find_map(|line| {
                Some(
                    line.rsplit_once("successfully on port ")?
                        .1
                        .trim_end_matches('.')
                        .to_owned(),
                )
            })
            .unwrap();
        std::thread::spawn(move || lines.for_each(drop));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let mut browser = Self {
            driver,
            session: format!("http://127.0.0.1:{port}/session"),
            runtime,
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
        };
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1280,6000",
        ];
        let capabilities = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }}});
        let made = browser.post("", &capabilities);
        browser.session = format!(
            "{}/{}",
            browser.session,
            made["sessionId"].as_str().unwrap()
        );
        Some(browser)
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let request = self
            .client
            .post(format!("{}{path}", self.session))
            .json(body);
        let answer: Value = self
            .runtime
            .block_on(async { request.send().await.unwrap().json().await.unwrap() });
        let value = answer["value"].clone();
        assert!(value["error"].is_null(), "{path}: {value}");
        value
    }

    fn open(&self, page: &Path) {
        self.post(
            "/url",
            &json!({"url": format!("file://{}", page.canonicalize().unwrap().display())}),
        );
    }

    fn ask(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({"script": script, "args": []}))
    }

    // What a script counts once the browser has given it a size: a frame that has just come into sight has none yet.
    fn laid_out(&self, count: &str) -> u64 {
        let mut asked = (0..200).map(|_| {
            std::thread::sleep(std::time::Duration::from_millis(50));
            self.ask(count).as_u64().unwrap()
        });
        asked.find(|&count| count > 0).unwrap_or(0)
    }

    // Inside its frame the graph has drawn itself, searches, zooms in on a click, and zooms out again.
    fn flamegraph_answers(&self, frame: u64, term: &str) {
        self.ask(&format!(
            "document.querySelectorAll('iframe')[{frame}].scrollIntoView()"
        ));
        self.post("/frame", &json!({"id": frame}));
        let frames = self
            .ask("return document.querySelectorAll('#frames > g').length")
            .as_u64()
            .unwrap();
        assert!(frames > 20, "{frames} frames are drawn");
        let found = format!(
            "const box = document.getElementById('term'); box.value = {}; box.dispatchEvent(new Event('input')); \
             return document.getElementById('found').textContent",
            json!(term)
        );
        let found = self.ask(&found);
        assert!(found.as_str().unwrap().contains('%'), "{found}");
        let width = "return [...document.querySelectorAll('#frames > g rect')].filter(r => r.getBoundingClientRect().width > 0 && \
             getComputedStyle(r.parentNode).display !== 'none').length";
        let before = self.laid_out(width);
        self.ask(
            "const all = [...document.querySelectorAll('#frames > g')]; const small = all[all.length - 1]; \
             small.dispatchEvent(new MouseEvent('click', {bubbles: true}));",
        );
        let after = self.ask(width).as_u64().unwrap();
        assert!(
            after < before,
            "a click zooms: {before} frames before, {after} after"
        );
        self.post("/frame", &json!({"id": null}));
    }

    // Inside its frame the viewer of the tail has drawn the slow band, searches, changes profile, band and view, and walks by keyboard.
    fn viewer_answers(&self, frame: u64, term: &str) {
        self.ask("document.getElementById('tail-viewer').scrollIntoView()");
        self.post("/frame", &json!({"id": frame}));
        let boxes = "return document.querySelectorAll('.box').length";
        let drawn = || self.ask(boxes).as_u64().unwrap();
        let choose = |box_id: &str, value: &str| {
            self.ask(&format!(
                "const box = document.getElementById('{box_id}'); box.value = '{value}'; box.dispatchEvent(new Event('change'));"
            ));
        };
        // Whatever the bands of a short run hold, one of them has something.
        let fullest = ["0", "1", "2", "3"].map(|band| {
            choose("band", band);
            (drawn(), band)
        });
        let (most, band) = fullest.into_iter().max().unwrap();
        assert!(most > 5, "{most} frames are drawn");
        choose("band", band);
        choose("show", "grew");
        choose("show", "shrank");
        choose("metric", "1");
        assert!(drawn() > 1, "allocations are drawn");
        for (box_id, value) in [("metric", "0"), ("band", "3"), ("show", "cost")] {
            choose(box_id, value);
        }
        let slow = drawn();
        if slow > 1 {
            let found = self.ask(&format!(
                "const box = document.getElementById('term'); box.value = {}; box.dispatchEvent(new Event('input')); \
                 return document.getElementById('found').textContent",
                json!(term)
            ));
            assert!(found.as_str().unwrap().contains('%'), "{found}");
            let line = self.ask(
                "const key = name => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: name, bubbles: true})); \
                 document.querySelector('.box').focus(); key('ArrowDown'); const line = document.getElementById('line').textContent; \
                 key('Enter'); key('Escape'); return line",
            );
            assert!(line.as_str().unwrap().contains(" a request"), "{line}");
            assert_eq!(drawn(), slow, "Escape goes back");
        }
        self.post("/frame", &json!({"id": null}));
    }

    // Nothing in the console, and no request but for the file itself.
    fn is_quiet(&self) {
        let log = |kind: &str| {
            self.post("/se/log", &json!({"type": kind}))
                .as_array()
                .unwrap()
                .clone()
        };
        let console = log("browser");
        assert!(console.is_empty(), "{console:?}");
        let requests: Vec<_> = log("performance")
            .into_iter()
            .map(|entry| serde_json::from_str::<Value>(entry["message"].as_str().unwrap()).unwrap())
            .filter(|event| event["message"]["method"] == "Network.requestWillBeSent")
            .map(|event| {
                event["message"]["params"]["request"]["url"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            })
            .filter(|url| url.starts_with("http") || url.starts_with("ws"))
            .collect();
        assert!(requests.is_empty(), "{requests:?}");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let request = self.client.delete(&self.session);
        let _ = self.runtime.block_on(async { request.send().await });
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
