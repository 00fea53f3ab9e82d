//! Who may import whom, and where the heavy crates of others may stand: the table of ARCHITECTURE.md as a test.

use crate::finding::{Finding, judge, lines};
use crate::manifest::{Dependency, Manifest, Use, manifests, snippet};

/// One of our crates.
struct Crate {
    name: &'static str,
    floor: u8,
    /// Ours that it may import, for tests as well.
    imports: &'static [&'static str],
}

const TOP: &str = "loadtest";

/// Tidy stands outside the house: nobody imports it and it imports nobody.
const HOUSE: [Crate; 11] = [
    krate("record", 0, &[]),
    krate("plan", 1, &["record"]),
    krate("stats", 1, &["record"]),
    krate("reports", 2, &["record", "stats"]),
    krate("dashboards", 2, &["record"]),
    krate("probe", 2, &["record"]),
    krate("driver", 2, &["record", "plan"]),
    krate("engine", 3, &["probe", "record"]),
    krate("scenarios", 3, &["driver", "plan", "record"]),
    krate(
        TOP,
        4,
        &[
            "record",
            "plan",
            "stats",
            "reports",
            "dashboards",
            "probe",
            "driver",
            "engine",
            "scenarios",
        ],
    ),
    krate("tidy", 5, &[]),
];

const fn krate(name: &'static str, floor: u8, imports: &'static [&'static str]) -> Crate {
    Crate {
        name,
        floor,
        imports,
    }
}

/// A heavy crate of others, where it may be used, and where tests may use it besides. The top may use all of them.
const HEAVY: [(&str, &[&str], &[&str]); 26] = [
    ("anyhow", &[], &[]),
    ("axum", &["probe", "engine"], &[]),
    ("clap", &[], &[]),
    ("goose", &["driver", "scenarios"], &[]),
    ("hdrhistogram", &["record"], &[]),
    ("hyper", &["driver", "engine"], &[]),
    ("hyper-util", &["driver", "engine"], &[]),
    ("indicatif", &[], &[]),
    ("inferno", &["reports"], &[]),
    ("jsonschema", &[], &["engine", "reports"]),
    ("libc", &["probe"], &[]),
    ("maud", &["reports"], &[]),
    ("plotters", &["reports"], &[]),
    ("pprof", &["probe"], &[]),
    ("prometheus", &["probe"], &[]),
    ("promql-parser", &[], &["dashboards"]),
    ("prost", &["engine", "record"], &[]),
    ("rand_chacha", &["plan", "stats", "scenarios"], &[]),
    ("ratatui", &[], &[]),
    ("reqwest", &["driver"], &["engine"]),
    ("rustix", &["driver", "engine"], &[]),
    ("tokio", &["driver", "probe", "engine"], &[]),
    ("tokio-postgres", &["engine"], &[]),
    ("toml", &["plan"], &["tidy"]),
    ("tower", &["probe"], &["engine"]),
    ("tower-layer", &["probe"], &[]),
];

fn house(name: &str) -> Option<&'static Crate> {
    HOUSE.iter().find(|ours| ours.name == name)
}

/// Why an arrow between two of ours is wrong, if the table does not have it.
fn arrow(from: &str, to: &str) -> Option<String> {
    let (Some(importer), Some(imported)) = (house(from), house(to)) else {
        return None;
    };
    if importer.imports.contains(&to) {
        return None;
    }
    let why = match (from, to) {
        (_, TOP) => "nobody imports the composition root",
        (_, "tidy") => "tidy is no part of the house",
        ("driver" | "scenarios", "engine") => {
            "the engine is a black box behind HTTP, like any user's service"
        }
        ("engine", _) => "the engine must not know that it is being tested",
        _ if imported.floor >= importer.floor => "arrows go to lower floors",
        _ => "the table of floors has no such arrow",
    };
    let (high, low) = (importer.floor, imported.floor);
    Some(format!(
        "{from} (floor {high}) imports {to} (floor {low}): {why}"
    ))
}

/// Why a crate of others may not be used here.
fn heavy(from: &str, dependency: &Dependency) -> Option<String> {
    let name = dependency.name.as_str();
    let (_, everywhere, in_tests) = HEAVY.iter().find(|(heavy, ..)| *heavy == name)?;
    let allowed = from == TOP
        || everywhere.contains(&from)
        || dependency.used == Use::Dev && in_tests.contains(&from);
    let places = [*everywhere, &[TOP]].concat().join(", ");
    (!allowed).then(|| {
        format!("{from} uses {name}, which stands only in {places}: a heavy crate has one home")
    })
}

fn imports(manifest: &Manifest) -> Vec<Finding> {
    let from = manifest.name.as_str();
    let wrong = |dependency: &Dependency| {
        let reason = arrow(from, &dependency.name).or_else(|| heavy(from, dependency))?;
        Some(Finding::new(&manifest.path, dependency.line, reason))
    };
    manifest.dependencies.iter().filter_map(wrong).collect()
}

#[test]
fn every_import_is_in_the_table() {
    judge(manifests().iter().flat_map(imports));
}

#[test]
fn every_crate_is_in_the_table_and_stands_in_a_folder_of_its_name() {
    let manifests = manifests();
    let mut names: Vec<_> = manifests
        .iter()
        .map(|manifest| manifest.name.as_str())
        .collect();
    let mut known: Vec<_> = HOUSE.iter().map(|ours| ours.name).collect();
    names.sort_unstable();
    known.sort_unstable();
    assert_eq!(names, known);
    for manifest in &manifests {
        let folder = format!("{}/Cargo.toml", manifest.name);
        assert!(
            manifest.path.ends_with(&folder),
            "{} in {}",
            manifest.name,
            manifest.path
        );
    }
}

#[test]
fn the_table_itself_has_only_arrows_to_lower_floors() {
    for ours in &HOUSE {
        for import in ours.imports {
            let floor = house(import)
                .expect("the table imports what it names")
                .floor;
            assert!(floor < ours.floor, "{} -> {import}", ours.name);
        }
    }
}

/// The lines of the findings when `from` has these dependencies; the first one stands on line 4.
fn found(from: &str, table: &str, names: &[&str]) -> Vec<usize> {
    let entries: Vec<_> = names
        .iter()
        .map(|name| format!("{name}.workspace = true\n"))
        .collect();
    lines(imports(&snippet(
        from,
        &format!("[{table}]\n{}", entries.concat()),
    )))
}

#[test]
fn a_wrong_arrow_is_found_in_every_table() {
    for table in [
        "dependencies",
        "dev-dependencies",
        "build-dependencies",
        "target.'cfg(unix)'.dependencies",
    ] {
        assert_eq!(found("record", table, &["plan"]), [4], "{table}");
        assert_eq!(found("plan", table, &["record", "stats"]), [5], "{table}");
    }
    assert_eq!(found("plan", "dependencies", &["record"]), []);
}

#[test]
fn the_three_great_bans_say_why() {
    let reason = |from, to| arrow(from, to).unwrap_or_default();
    assert!(reason("driver", "engine").contains("black box"));
    assert!(reason("scenarios", "engine").contains("black box"));
    for to in ["plan", "stats", "driver", "scenarios", "reports"] {
        assert!(reason("engine", to).contains("must not know"), "{to}");
    }
    for ours in &HOUSE {
        assert!(
            reason(ours.name, TOP).contains("composition root"),
            "{}",
            ours.name
        );
    }
}

#[test]
fn a_heavy_crate_away_from_home_is_found() {
    for (name, everywhere, in_tests) in HEAVY {
        for ours in HOUSE.iter().map(|ours| ours.name) {
            let home = ours == TOP || everywhere.contains(&ours);
            let normal = usize::from(!home);
            let dev = usize::from(!home && !in_tests.contains(&ours));
            assert_eq!(
                found(ours, "dependencies", &[name]).len(),
                normal,
                "{ours} {name}"
            );
            assert_eq!(
                found(ours, "dev-dependencies", &[name]).len(),
                dev,
                "{ours} {name}"
            );
        }
    }
}
