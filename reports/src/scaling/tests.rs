use super::*;
use expect_test::expect;
use stats::usl::{Level, fit};

pub(crate) fn specimen() -> Sweep {
    let users = [1, 2, 4, 8, 16, 32, 64, 128];
    let truth = |n: f64| 1000.0 * n / (1.0 + 0.02 * (n - 1.0) + 0.0005 * n * (n - 1.0));
    let levels: Vec<MeasuredLevel> = users
        .into_iter()
        .map(|users| MeasuredLevel {
            users,
            windows: [0.99, 1.0, 1.01]
                .map(|off| off * truth(f64::from(users)))
                .to_vec(),
            p50_ns: Some(1_000_000),
            p99_ns: Some(2_000_000),
            error_ratio: Some(0.0),
            invalid: Vec::new(),
            folder: format!("level-{users:03}"),
        })
        .collect();
    let points: Vec<Level> = levels
        .iter()
        .map(|level| Level {
            users: f64::from(level.users),
            windows: level.windows.clone(),
        })
        .collect();
    Sweep {
        run_id: "20261124T110000Z-ab12".to_owned(),
        plan: "closed".to_owned(),
        target: "http://127.0.0.1:8080".to_owned(),
        scalability: fit(&points, 42),
        levels,
        limiter: None,
        cut_short: None,
    }
}

#[test]
fn the_table_and_the_law_are_told() {
    let text = text(&specimen(), "out");
    // A bar at the start of each line keeps the indentation.
    let lines: Vec<_> = text
        .lines()
        .take(3)
        .map(|line| format!("|{line}\n"))
        .collect();
    let table = lines.concat();
    expect![[r"
        | users    throughput            95 % of it       p50       p99
        |     1       1,000/s        988.5..1,011.5   1.00 ms   2.00 ms
        |     2     1,958.9/s      1,936.2..1,981.5   1.00 ms   2.00 ms
    "]]
    .assert_eq(&table);
    assert!(text.contains("s, contention:"), "{text}");
    assert!(text.contains("throughput peaks at 44.3 users ("), "{text}");
}

#[test]
fn without_a_fit_the_missing_part_is_named() {
    let mut sweep = specimen();
    sweep.scalability = Scalability::NotEnoughLevels("2 of 6 levels have throughput".to_owned());
    sweep.levels[1].invalid = vec!["no_data: nothing".to_owned()];
    let text = text(&sweep, "out");
    assert!(
        text.contains("not enough levels: 2 of 6 levels have throughput"),
        "{text}"
    );
    assert!(text.contains("invalid: no_data"), "{text}");
    assert!(!text.contains("contention"), "{text}");
}

#[test]
fn one_window_has_no_interval() {
    let mut level = specimen().levels.remove(0);
    level.windows.truncate(1);
    assert!(line(&level).contains("unknown"));
    level.windows.clear();
    assert_eq!(level.throughput(), None);
}

#[test]
fn the_markdown_has_a_row_a_level() {
    let text = markdown(&specimen());
    assert_eq!(
        text.lines().filter(|line| line.starts_with("| ")).count(),
        10,
        "{text}"
    );
}
