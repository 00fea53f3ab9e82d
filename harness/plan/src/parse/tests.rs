use super::*;
use crate::Overrides;
use proptest::prelude::*;

const OPEN: &str = r#"
schema = 1
name = "a plan"
seed = 42
model = "open"
target = { url = "http://127.0.0.1:8080", timeout = "2s" }
phases = { warmup = "3s", duration = "20s", drain = "10s" }
[schedule]
arrivals = "constant"
rate = "2k/s"
max_in_flight = 256
[data]
accounts = 10
pick = "zipf(0.99)"
[[scenario]]
name = "transfer"
weight = 6
[[scenario]]
name = "read"
[[threshold]]
rule = "p99 < 20ms"
"#;

fn open() -> Plan {
    plan(OPEN, "plan.toml").unwrap_or_else(|e| panic!("{e}"))
}

fn says(text: &str) -> String {
    plan(text, "plan.toml").expect_err(text).to_string()
}

#[test]
fn a_plan_reads_as_written() {
    let plan = open();
    assert_eq!((plan.rate.map(Rate::get), plan.users), (Some(2000.0), 256));
    assert_eq!(plan.timeout, Duration::from_secs(2));
    assert_eq!(plan.data.pick, Pick::Zipf(0.99));
    assert_eq!(plan.scenarios[1].weight, 1);
    assert_eq!(
        plan.words(),
        "open model, constant arrivals, 2000 per second for 20 s after 3 s of warm-up = 46000 arrivals, up to 256 in flight, seed 42"
    );
}

#[test]
fn mistakes_are_named_with_file_line_and_hint() {
    let change = |from: &str, to: &str| says(&OPEN.replace(from, to));
    for (error, parts) in [
        (
            change("rate =", "raet ="),
            &[
                "plan.toml:10:1",
                "unknown key `raet`",
                "did you mean \"rate\"?",
            ][..],
        ),
        (
            change("\"3s\"", "3"),
            &["plan.toml:7:", "has no unit", "3s for seconds"],
        ),
        (
            change("\"3s\"", "\"3 parsecs\""),
            &["plan.toml:7:", "3 parsecs"],
        ),
        (
            change("\"2k/s\"", "\"fast\""),
            &["plan.toml:10:", "fast", "not a rate"],
        ),
        (
            change("\"constant\"", "\"constnat\""),
            &["plan.toml:9:", "did you mean \"constant\""],
        ),
        (
            change("\"open\"", "\"closed\""),
            &["schedule.rate", "closed model"],
        ),
        (
            change("max_in_flight", "users"),
            &["schedule.users", "open model"],
        ),
        (change("schema = 1", "schema = 2"), &["schema 2", "newer"]),
        (
            change("weight = 6", "weight = 0"),
            &["scenario \"transfer\"", "weight 0"],
        ),
        (
            change("\"read\"", "\"transfer\""),
            &["scenario \"transfer\"", "twice"],
        ),
        (
            change("zipf(0.99)", "zipf(-1)"),
            &["data.pick", "zipf(0.99)"],
        ),
        (
            change("p99 < 20ms", "p99 < 20"),
            &["threshold \"p99 < 20\"", "no unit"],
        ),
        (
            change("\"20s\"", "\"1ms\""),
            &["phases.duration", "too short"],
        ),
        (change("accounts = 10", "accounts = 1"), &["data.accounts"]),
        (
            change("max_in_flight = 256", "max_in_flight = 0"),
            &["max_in_flight"],
        ),
        (
            "schema = 1\nname = \"x\"\n".to_owned().pipe(says),
            &["scenario", "0"],
        ),
    ] {
        for part in parts {
            assert!(error.contains(part), "{error:?} lacks {part:?}");
        }
        assert!(!error.contains('\n'), "{error:?}");
    }
}

trait Pipe: Sized {
    fn pipe<T>(self, f: impl FnOnce(&str) -> T) -> T
    where
        Self: AsRef<str>,
    {
        f(self.as_ref())
    }
}

impl Pipe for String {}

#[test]
fn flags_change_the_model_and_what_goes_with_it() {
    let rate = Rate::per_second(500.0);
    let closed = open()
        .with(Overrides {
            connections: Some(7),
            ..Overrides::default()
        })
        .expect("valid");
    assert_eq!(
        (closed.model, closed.users, closed.rate),
        (Model::Closed, 7, None)
    );
    assert!(
        closed.thresholds.is_empty(),
        "a closed plan cannot judge response time"
    );
    let again = closed
        .with(Overrides {
            rate,
            connections: Some(9),
            thresholds: vec!["p99 < 1s".into()],
            ..Overrides::default()
        })
        .expect("valid");
    assert_eq!(
        (again.model, again.users, again.rate),
        (Model::Open, 9, rate)
    );
    assert_eq!(
        again.thresholds[0].metric,
        record::rule::Metric::ResponseTime
    );
    let error = open().with(Overrides {
        duration: Some(Duration::ZERO),
        ..Overrides::default()
    });
    assert!(
        error
            .expect_err("too short")
            .to_string()
            .contains("phases.duration")
    );
}

#[test]
fn the_digest_is_of_the_load_alone() {
    let digest = open().digest();
    let elsewhere = open().with(Overrides {
        target: Some("http://elsewhere/".into()),
        thresholds: vec!["qps > 1".into()],
        ..Overrides::default()
    });
    assert_eq!(elsewhere.expect("valid").digest(), digest);
    let seeded = open().with(Overrides {
        seed: Some(43),
        ..Overrides::default()
    });
    assert_ne!(seeded.expect("valid").digest(), digest);
}

#[test]
fn unknown_names_are_found() {
    let plan = open();
    let error = plan
        .check_scenarios(&["transfers", "read"])
        .expect_err("unknown")
        .to_string();
    assert!(error.contains("did you mean \"transfers\"?"), "{error}");
    assert_eq!(plan.check_steps(&["x"]), Ok(()));
}

proptest! {
    #[test]
    fn a_resolved_plan_reads_back(
        name in "\\PC{0,20}",
        seed in 0..=i64::MAX as u64,
        rate in proptest::option::of(0.001..100_000.0_f64),
        users in 1..100_000_u32,
        warmup in 0..100_000_000_000_u64,
        weight in 1..1000_u32,
        constant in any::<bool>(),
    ) {
        let mut plan = open();
        plan.name = name;
        plan.seed = seed;
        plan.warmup = Duration::from_nanos(warmup);
        plan.scenarios[0].weight = weight;
        plan.arrivals = if constant { Arrivals::Constant } else { Arrivals::Poisson };
        match rate.and_then(Rate::per_second) {
            Some(rate) => plan.rate = Some(rate),
            None => plan = plan.with(Overrides { users: Some(users), ..Overrides::default() }).expect("valid"),
        }
        let back = super::plan(&plan.to_toml(), "again");
        prop_assert_eq!(back.map_err(|e| e.to_string()), Ok(plan));
    }

    #[test]
    fn any_text_is_refused_or_read(text in "\\PC{0,200}", at in 0..600_usize, junk in "\\PC{0,5}") {
        let _ = plan(&text, "x");
        let mut changed = OPEN.to_owned();
        let at = floor_char_boundary(&changed, at);
        changed.insert_str(at, &junk);
        let _ = plan(&changed, "x");
    }
}
