//! The monitoring stack: whatever is installed of Prometheus, Alertmanager and Grafana, on free ports, with our files.

use super::programs::{Program, find, free_port};
use crate::exit::Failure;
use crate::folder::write_whole;
use dashboards::{Discovery, Settings};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder that past runs are in, inside the stack's.
const HISTORY: &str = "history";
/// Where runs announce themselves, inside the stack's folder.
const TARGETS: &str = "prometheus/targets";

/// The ports of a stack.
#[derive(Debug, Clone, Copy)]
struct Ports {
    live: u16,
    history: u16,
    alerts: u16,
    grafana: u16,
}

/// What runs, and where.
pub(super) struct Stack {
    pub(super) programs: Vec<Program>,
    /// A line each: what, and where to look at it.
    pub(super) addresses: Vec<(String, String)>,
    /// What is missing, and how to get it.
    pub(super) missing: Vec<String>,
    /// The folder that runs announce themselves in.
    pub(super) targets: PathBuf,
}

impl Stack {
    /// Writes the files into `dir` and starts what is installed. Boards find run folders at `site`.
    ///
    /// # Errors
    /// No Prometheus, a folder that cannot be written, a program that does not start.
    pub(super) fn start(dir: &Path, webhook: &str, site: SocketAddr) -> Result<Self, Failure> {
        let Some(prometheus) = find(&["prometheus"]) else {
            return Err(Failure::usage(
                "no prometheus on this machine, so there is nothing to start",
            )
            .hint("apt-get install --no-install-recommends prometheus prometheus-alertmanager"));
        };
        let dir = made(dir)?;
        let ports = Ports {
            live: free_port(9090),
            history: free_port(9091),
            alerts: free_port(9093),
            grafana: free_port(3000),
        };
        write_files(&dir, ports, webhook, site)?;
        let mut stack = Self {
            programs: Vec::new(),
            addresses: Vec::new(),
            missing: Vec::new(),
            targets: dir.join(TARGETS),
        };
        stack.prometheus(&prometheus, &dir, ports)?;
        stack.alertmanager(&dir, ports)?;
        stack.grafana(&dir, ports)?;
        Ok(stack)
    }

    fn prometheus(&mut self, program: &Path, dir: &Path, ports: Ports) -> Result<(), Failure> {
        let server = |config: &str, data: &Path, port: u16| {
            let mut command = Command::new(program);
            command
                .arg(format!(
                    "--config.file={}",
                    dir.join("prometheus").join(config).display()
                ))
                .arg(format!("--storage.tsdb.path={}", data.display()))
                .arg(format!("--web.listen-address=127.0.0.1:{port}"));
            command
        };
        let mut live = server("prometheus.yml", &dir.join("live"), ports.live);
        self.add(
            "prometheus",
            "Prometheus, runs of today",
            &mut live,
            ports.live,
            dir,
        )?;
        let past = dir.join(HISTORY);
        if fs::read_dir(&past).is_ok_and(|mut entries| entries.next().is_some()) {
            let mut history = server("history.yml", &past, ports.history);
            // Without this a past run would be deleted for being past.
            history.arg("--storage.tsdb.retention.time=50y");
            self.add(
                "history",
                "Prometheus, past runs",
                &mut history,
                ports.history,
                dir,
            )?;
        } else {
            self.missing.push(
                "no past runs: put some there with `loadtest dashboards backfill RUN`".to_owned(),
            );
        }
        Ok(())
    }

    fn alertmanager(&mut self, dir: &Path, ports: Ports) -> Result<(), Failure> {
        let Some(program) = find(&["alertmanager", "prometheus-alertmanager"]) else {
            self.missing.push(
                "no Alertmanager: apt-get install --no-install-recommends prometheus-alertmanager"
                    .to_owned(),
            );
            return Ok(());
        };
        let mut command = Command::new(program);
        command
            .arg(format!(
                "--config.file={}",
                dir.join("alertmanager/alertmanager.yml").display()
            ))
            .arg(format!("--storage.path={}", dir.join("alerts").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{}", ports.alerts))
            // One process needs no cluster, and no port for it.
            .arg("--cluster.listen-address=");
        self.add(
            "alertmanager",
            "Alertmanager",
            &mut command,
            ports.alerts,
            dir,
        )
    }

    fn grafana(&mut self, dir: &Path, ports: Ports) -> Result<(), Failure> {
        let Some(program) = find(&["grafana", "grafana-server"]) else {
            self.missing.push(format!(
                "no Grafana here: in one of yours, import the boards of {}",
                dir.join("grafana/dashboards/loadtest").display()
            ));
            return Ok(());
        };
        let mut command = Command::new(&program);
        if program.ends_with("grafana") {
            command.arg("server");
        }
        command
            .env("GF_PATHS_PROVISIONING", dir.join("grafana/provisioning"))
            .env("GF_PATHS_DATA", dir.join("grafana-data"))
            .env("LOADTEST_DASHBOARDS", dir.join("grafana/dashboards"))
            .env("GF_SERVER_HTTP_ADDR", "127.0.0.1")
            .env("GF_SERVER_HTTP_PORT", ports.grafana.to_string())
            .env("GF_AUTH_ANONYMOUS_ENABLED", "true")
            .env("GF_AUTH_ANONYMOUS_ORG_ROLE", "Viewer")
            .env("GF_ANALYTICS_REPORTING_ENABLED", "false")
            .env("GF_ANALYTICS_CHECK_FOR_UPDATES", "false");
        self.add("grafana", "Grafana", &mut command, ports.grafana, dir)
    }

    fn add(
        &mut self,
        name: &'static str,
        what: &str,
        command: &mut Command,
        port: u16,
        dir: &Path,
    ) -> Result<(), Failure> {
        let program = Program::start(name, command, &dir.join("logs"))?;
        self.programs.push(program);
        self.addresses
            .push((what.to_owned(), format!("http://127.0.0.1:{port}")));
        Ok(())
    }
}

// Runs look for the folder to see whether somebody scrapes.
impl Drop for Stack {
    fn drop(&mut self) {
        self.programs.clear();
        let _ = fs::remove_dir_all(&self.targets);
    }
}

// The folder with all that must be there before a server starts, by its absolute path.
fn made(dir: &Path) -> Result<PathBuf, Failure> {
    let bad = |error: std::io::Error| {
        Failure::usage(format!(
            "folder {} cannot be written: {error}",
            dir.display()
        ))
        .hint("choose another one with --dir DIR")
    };
    for inner in ["logs", TARGETS, HISTORY] {
        fs::create_dir_all(dir.join(inner)).map_err(bad)?;
    }
    fs::canonicalize(dir).map_err(bad)
}

fn write_files(dir: &Path, ports: Ports, webhook: &str, site: SocketAddr) -> Result<(), Failure> {
    let on = |port: u16| format!("http://127.0.0.1:{port}");
    let settings = Settings::default()
        .with_discovery(Discovery::Files)
        .with_prometheus_url(&on(ports.live))
        .and_then(|settings| settings.with_history_url(&on(ports.history)))
        .and_then(|settings| {
            settings.with_alertmanager_address(&format!("127.0.0.1:{}", ports.alerts))
        })
        .and_then(|settings| settings.with_alert_webhook(webhook))
        .and_then(|settings| settings.with_artifacts_url(&format!("http://{site}/artifacts")))
        .map_err(Failure::usage)?;
    for file in dashboards::export(&settings) {
        let path = dir.join(&file.path);
        let unwritten =
            |why: String| Failure::usage(why).hint("choose another folder with --dir DIR");
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|e| unwritten(e.to_string()))?;
        }
        write_whole(&path, &file.bytes).map_err(|e| unwritten(format!("{e:#}")))?;
    }
    Ok(())
}
