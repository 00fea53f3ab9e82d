#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;
use crate::parse as toml;
use proptest::prelude::*;
use record::phase::Phase;

const PLAN: &str = "schema = 1\nname = \"t\"\n[schedule]\narrivals = \"replay\"\nfile = \"a.txt\"\n[[scenario]]\nname = \"pay\"\n[[scenario]]\nname = \"look\"\n";

fn replayed(text: &str) -> Result<Plan, String> {
    let plan = toml::plan(PLAN, "plan.toml").unwrap();
    plan.replay_from(text, "a.txt")
        .map_err(|error| error.to_string())
}

#[test]
fn both_forms_are_read() {
    let trace = parse("# from production\n0\n0.25\n\n{\"t\": 0.5}\n 1e0 \n", "a").unwrap();
    assert_eq!(
        trace.times_ns(),
        [0, 250_000_000, 500_000_000, 1_000_000_000]
    );
    assert_eq!(trace.names(), [""; 0]);
}

#[test]
fn arrivals_are_those_of_the_file() {
    let plan =
        replayed("0\n{\"t\": 0.5, \"scenario\": \"look\"}\n{\"t\": 1, \"scenario\": \"pay\"}\n")
            .unwrap();
    let all: Vec<_> = plan.steady_arrivals().collect();
    let times: Vec<_> = all.iter().map(|arrival| arrival.intended_ns).collect();
    assert_eq!(times, [0, 500_000_000, 1_000_000_000]);
    assert_eq!((all[1].scenario, all[2].scenario), (1, 0));
    assert_eq!(
        plan.duration,
        Duration::from_millis(1500),
        "a mean gap after the last"
    );
    assert_eq!(
        (plan.mean_rate(), plan.expected_arrivals(Phase::Steady)),
        (Some(2.0), 3)
    );
    // Warm-up comes at the mean rate, from the seed.
    let warm = plan
        .warmup_arrivals()
        .take_while(|arrival| arrival.intended_ns < 500_000_000_000);
    assert!(warm.count().abs_diff(1_000) < 200);
    assert!(
        plan.words().contains("replay of a.txt for 1.5 s"),
        "{}",
        plan.words()
    );
}

#[test]
fn the_digest_is_of_what_the_file_holds() {
    let [one, same, other] =
        ["0\n1\n", "0.0\n1.0\n", "0\n1.5\n"].map(|text| replayed(text).unwrap().digest());
    assert_eq!(one, same);
    assert_ne!(one, other);
}

#[test]
fn a_replay_is_written_and_read_again() {
    let plan = replayed("0\n1\n").unwrap();
    let again = toml::plan(&plan.to_toml(), "again").unwrap();
    assert_eq!(again.replay_from("0\n1\n", "a.txt"), Ok(plan));
}

#[test]
fn mistakes_are_named_by_line() {
    for (text, part) in [
        ("", "a.txt: holds no arrival"),
        (
            "0\n1\n0.5\n",
            "a.txt:3: 0.5 s is before the line above it, 1 s",
        ),
        ("0\nsoon\n", "a.txt:2: \"soon\" is no number"),
        ("-1\n", "a.txt:1: -1 is not between 0"),
        ("NaN\n", "a.txt:1: NaN is not between 0"),
        ("1e9\n", "is not between 0 and 86400"),
        ("{\"t\": 1, \"x\": 2}\n", "unknown field `x`"),
        ("{\"scenario\": \"pay\"}\n", "missing field `t`"),
        (
            "{\"t\": 1, \"scenario\": \"lok\"}\n",
            "a.txt: scenario \"lok\" is not in the plan; did you mean \"look\"?",
        ),
    ] {
        let error = replayed(text).unwrap_err();
        assert!(error.contains(part), "{text:?}: {error}");
        assert!(!error.contains(char::is_control), "{error}");
    }
}

#[test]
fn a_plan_that_replays_nothing_takes_no_file() {
    let plan = toml::plan("schema = 1\nname = \"t\"\n", "p").unwrap();
    assert!(
        plan.replay_from("0\n", "a.txt")
            .unwrap_err()
            .to_string()
            .contains("replays nothing")
    );
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_in_one_line(text in "[0-9.{}\":a-t \n-]{0,40}") {
        match parse(&text, "a") {
            Ok(trace) => prop_assert!(trace.times_ns().is_sorted()),
            Err(error) => prop_assert!(!error.to_string().contains(char::is_control)),
        }
    }

    #[test]
    fn seconds_become_nanoseconds(mut times in proptest::collection::vec(0..80_000_000_000_000_u64, 1..20)) {
        times.sort_unstable();
        let lines: Vec<_> = times.iter().map(|ns| format!("{}.{:09}", ns / 1_000_000_000, ns % 1_000_000_000)).collect();
        let trace = parse(&lines.join("\n"), "a").unwrap();
        prop_assert!(trace.times_ns().iter().zip(&times).all(|(read, ns)| read.abs_diff(*ns) < 10_000));
    }
}
