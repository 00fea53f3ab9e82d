#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use proptest::prelude::*;

fn feeder(rows: i64, pick: FeederPick) -> Feeder {
    Feeder::new("f", Table::numbers(1, rows).unwrap(), pick).unwrap()
}

fn drawn(feeder: &Feeder, arrivals: std::ops::Range<u64>) -> Vec<u64> {
    arrivals.map(|arrival| feeder.row(7, arrival)).collect()
}

fn sorted(mut rows: Vec<u64>) -> Vec<u64> {
    rows.sort_unstable();
    rows
}

#[test]
fn sequential_rows_begin_again_after_the_last() {
    let feeder = feeder(3, FeederPick::Sequential);
    assert_eq!(drawn(&feeder, 0..7), [0, 1, 2, 0, 1, 2, 0]);
}

#[test]
fn each_pass_of_a_shuffle_is_another_order_of_all_rows() {
    let feeder = feeder(50, FeederPick::Shuffle);
    let (first, second) = (drawn(&feeder, 0..50), drawn(&feeder, 50..100));
    assert_ne!(first, second);
    assert_ne!(first, (0..50).collect::<Vec<_>>());
    for pass in [first, second] {
        assert!(sorted(pass).into_iter().eq(0..50));
    }
}

#[test]
fn random_rows_repeat_and_zipf_prefers_the_first() {
    let random = drawn(&feeder(10, FeederPick::Random), 0..1000);
    assert!((0..10).all(|row| random.contains(&row)));
    let zipf = drawn(&feeder(10, FeederPick::Zipf(1.0)), 0..1000);
    let count = |of: u64| zipf.iter().filter(|&&row| row == of).count();
    assert!(count(0) > 2 * count(4), "{} {}", count(0), count(4));
}

#[test]
fn two_feeders_draw_apart() {
    let named =
        |name| Feeder::new(name, Table::numbers(1, 1000).unwrap(), FeederPick::Random).unwrap();
    assert_ne!(drawn(&named("a"), 0..50), drawn(&named("b"), 0..50));
}

#[test]
fn zipf_over_too_many_rows_is_refused() {
    let table = Table::numbers(1, 1 << 40).unwrap();
    let why = Feeder::new("f", table, FeederPick::Zipf(1.0)).unwrap_err();
    assert!(why.contains("too many for zipf"), "{why}");
}

#[test]
fn a_column_that_is_not_there_is_answered_with_those_that_are() {
    let why = feeder(3, FeederPick::Random).column("id").unwrap_err();
    assert_eq!(why, "feeder \"f\" has no column \"id\"; it has value");
}

fn plan(model: &str, rows: Rows, pick: FeederPick) -> Plan {
    // 100/s for 3 s are exactly 300 arrivals.
    let schedule = match model {
        "open" => "arrivals = \"constant\"\nrate = \"100/s\"",
        _ => "users = 4",
    };
    let text = format!(
        "schema = 1\nname = \"test\"\nmodel = \"{model}\"\nphases = {{ warmup = \"1s\", duration = \"2s\" }}\n\
         [schedule]\n{schedule}\n[[scenario]]\nname = \"transfer\"\n"
    );
    let mut plan = plan::parse::plan(&text, "test").unwrap();
    plan.feeders.push(journey::Feeder {
        name: "people".to_owned(),
        rows,
        pick,
    });
    plan
}

fn fault(plan: &Plan, base: &Path) -> String {
    feeders(plan, base).unwrap_err().to_string()
}

#[test]
fn unique_needs_a_row_for_every_arrival_of_the_plan() {
    let open = |rows| {
        plan(
            "open",
            Rows::Numbers { from: 1, to: rows },
            FeederPick::Unique,
        )
    };
    feeders(&open(300), Path::new(".")).unwrap();
    let why = fault(&open(299), Path::new("."));
    assert!(
        why.starts_with("feeder \"people\": pick unique with 299 rows"),
        "{why}"
    );
}

#[test]
fn unique_is_refused_where_nobody_knows_how_many_arrivals_there_will_be() {
    let rows = Rows::Numbers {
        from: 1,
        to: i64::MAX,
    };
    let why = fault(&plan("closed", rows, FeederPick::Unique), Path::new("."));
    assert!(why.contains("cannot be promised"), "{why}");
}

#[test]
fn files_are_read_from_the_folder_of_the_plan_by_their_ending() {
    let folder = std::env::temp_dir().join(format!("feeders-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("a.csv"), "id\n{\"id\":1}\n").unwrap();
    std::fs::write(folder.join("a.ndjson"), "{\"id\":1}\n").unwrap();
    std::fs::write(folder.join("bad.csv"), "id,name\n1\n").unwrap();
    let of = |file: &str| plan("open", Rows::File(file.to_owned()), FeederPick::Random);
    let first = |file: &str| {
        let feeders = feeders(&of(file), &folder).unwrap();
        let mut out = String::new();
        feeders.named("people").unwrap().write(0, 0, &mut out);
        out
    };
    assert_eq!(first("a.csv"), "{\"id\":1}");
    assert_eq!(first("a.ndjson"), "1");
    assert_eq!(
        fault(&of("bad.csv"), &folder),
        "feeder \"people\": bad.csv:2: has 1 cells, the head has 2"
    );
    let why = fault(&of("none.csv"), &folder);
    assert!(
        why.starts_with("feeder \"people\": none.csv cannot be read: "),
        "{why}"
    );
    std::fs::remove_dir_all(&folder).unwrap();
}

proptest! {
    #[test]
    fn every_pick_gives_a_row_that_exists(rows in 1..5_000_i64, arrival in any::<u64>(), seed in any::<u64>()) {
        for pick in [FeederPick::Sequential, FeederPick::Shuffle, FeederPick::Unique, FeederPick::Random, FeederPick::Zipf(0.9)] {
            prop_assert!(feeder(rows, pick).row(seed, arrival) < rows as u64);
        }
    }
}
