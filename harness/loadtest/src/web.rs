//! Run folders in a browser, on a loopback address: read-only, one level deep, no links followed. And the place where Alertmanager tells of
//! alerts while a stack of ours is up.

use crate::exit::{Exit, Failure};
use crate::output;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path as UrlPath, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use probe::admin::AdminHandle;
use record::files;
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Reports bring their scripts along and need nothing from outside.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'";
/// More runs than this are not listed.
const MOST_RUNS: usize = 500;

/// What is served.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    /// The folder that holds run folders.
    pub(crate) runs: PathBuf,
    /// Where alerts are kept, a line each; without it none are taken.
    pub(crate) alerts: Option<PathBuf>,
}

/// Serves `site` from a thread of its own until the handle is dropped.
///
/// # Errors
/// What the operating system says.
pub(crate) fn serve(listener: TcpListener, site: Site) -> Result<AdminHandle, Failure> {
    let takes_alerts = site.alerts.is_some();
    let mut router = Router::new()
        .route("/", get(index))
        .route("/artifacts", get(index))
        .route("/artifacts/{run}/{file}", get(artifact));
    if takes_alerts {
        router = router.route("/alerts", post(alert));
    }
    probe::admin::serve(listener, router.with_state(Arc::new(site))).map_err(|error| {
        Failure::new(
            Exit::Internal,
            format!("run folders cannot be served: {error}"),
        )
    })
}

async fn index(State(site): State<Arc<Site>>) -> impl IntoResponse {
    ([(CONTENT_SECURITY_POLICY, POLICY)], Html(page(&site.runs)))
}

// Newest first: run ids sort by time.
fn page(runs: &Path) -> String {
    let mut names: Vec<String> = fs::read_dir(runs)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| runs.join(name).join(files::RECORD).is_file())
        .collect();
    names.sort_unstable_by(|a, b| b.cmp(a));
    let mut text = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Runs</title>\
        <style>:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
        table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #8884}</style>\
        <h1>Runs</h1>"
        .to_owned();
    if names.is_empty() {
        text += "<p>None yet: <code>loadtest run</code> makes one.</p>";
        return text;
    }
    text += "<table><tr><th>Run</th><th>Look at</th></tr>";
    for name in names.iter().take(MOST_RUNS) {
        let shown = escaped(name);
        let _ = write!(text, "<tr><td>{shown}</td><td>");
        for (file, title) in [
            (files::REPORT, "report"),
            (files::CPU_FLAMEGRAPH, "CPU flamegraph"),
            (files::ALLOC_FLAMEGRAPH, "allocation flamegraph"),
            (files::SUMMARY, "summary"),
            (files::RECORD, "record"),
        ] {
            if runs.join(name).join(file).is_file() {
                let _ = write!(text, "<a href=\"/artifacts/{shown}/{file}\">{title}</a> ");
            }
        }
        text += "</td></tr>";
    }
    text + "</table>"
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

async fn artifact(
    State(site): State<Arc<Site>>,
    UrlPath((run, file)): UrlPath<(String, String)>,
) -> Response {
    let read = is_plain(&run)
        .then(|| site.runs.join(&run))
        .filter(|_| is_plain(&file))
        .and_then(|folder| read_regular(&folder, &file));
    let Some(bytes) = read else {
        return (StatusCode::NOT_FOUND, "no such file of a run\n").into_response();
    };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(content_type(&file))),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (headers, bytes).into_response()
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0'])
}

// Neither the folder nor the file may be a link to somewhere else.
fn read_regular(folder: &Path, file: &str) -> Option<Vec<u8>> {
    let path = folder.join(file);
    let is_folder = fs::symlink_metadata(folder).ok()?.is_dir();
    let is_file = fs::symlink_metadata(&path).ok()?.is_file();
    (is_folder && is_file)
        .then(|| fs::read(&path).ok())
        .flatten()
}

fn content_type(file: &str) -> &'static str {
    match file.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        Some("gz") => "application/octet-stream",
        _ => "text/plain; charset=utf-8",
    }
}

async fn alert(State(site): State<Arc<Site>>, body: Bytes) -> StatusCode {
    let Ok(told) = serde_json::from_slice::<serde_json::Value>(&body) else {
        return StatusCode::BAD_REQUEST;
    };
    let alerts = told["alerts"].as_array().cloned().unwrap_or_default();
    for one in &alerts {
        output::note(&said(one));
    }
    match &site.alerts {
        Some(path) if !keep(path, &alerts) => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::OK,
    }
}

fn said(alert: &serde_json::Value) -> String {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    format!(
        "alert {} {}: {}",
        text(&alert["status"]),
        text(&alert["labels"]["alertname"]),
        text(&alert["annotations"]["summary"])
    )
}

fn keep(path: &Path, alerts: &[serde_json::Value]) -> bool {
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.and_then(|mut file| {
        alerts
            .iter()
            .try_for_each(|alert| writeln!(file, "{alert}"))
    })
    .is_ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn only_files_of_run_folders_are_read() {
        let root = std::env::temp_dir().join(format!("loadtest-web-{}", std::process::id()));
        fs::create_dir_all(root.join("r")).unwrap();
        fs::write(root.join("r").join(files::RECORD), "{}").unwrap();
        fs::write(root.join("secret"), "s").unwrap();
        std::os::unix::fs::symlink(root.join("secret"), root.join("r/link")).unwrap();
        assert!(read_regular(&root.join("r"), files::RECORD).is_some());
        assert!(read_regular(&root.join("r"), "link").is_none());
        assert!(!is_plain("..") && !is_plain("a/b") && !is_plain("") && is_plain("cpu.svg"));
        assert!(page(&root).contains("/artifacts/r/record.json"));
        fs::remove_dir_all(&root).unwrap();
    }
}
