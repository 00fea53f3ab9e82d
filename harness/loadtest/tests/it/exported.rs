//! `loadtest dashboards export`.

use crate::tool::{Scratch, loadtest, promtool};

#[test]
fn the_exported_tree_is_complete_and_what_prometheus_accepts() {
    let scratch = Scratch::new("dashboards");
    let dir = scratch.path("grafana");
    let path = dir.to_str().unwrap();
    let ran = loadtest(&["dashboards", "export", path]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    for name in [
        "grafana/dashboards/loadtest/run.json",
        "grafana/dashboards/loadtest/engine.json",
    ] {
        let board: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(dir.join(name)).unwrap()).unwrap();
        assert!(board["panels"].as_array().unwrap().len() > 5, "{name}");
    }
    let config = dir.join("prometheus/prometheus.yml");
    if let Some((fine, said)) = promtool(&["check", "config", config.to_str().unwrap()], b"") {
        assert!(fine, "{said}");
    }
    let again = loadtest(&["dashboards", "export", path]);
    assert_eq!(
        again.code,
        Some(2),
        "a folder that is not empty is not overwritten"
    );
    assert!(again.stderr.contains("--force"), "{}", again.stderr);
    assert_eq!(
        loadtest(&["dashboards", "export", path, "--force"]).code,
        Some(0)
    );
}
