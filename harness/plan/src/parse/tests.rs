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

fn change(from: &str, to: &str) -> String {
    says(&OPEN.replace(from, to))
}

fn shows(error: &str, parts: &[&str]) {
    for part in parts {
        assert!(error.contains(part), "{error:?} lacks {part:?}");
    }
    assert!(!error.contains(char::is_control), "{error:?}");
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
        "open, constant, 2 000 arrivals/s for 20 s after 3 s of warm-up = 40 000 arrivals, up to 256 in flight, seed 42"
    );
}

#[test]
fn mistakes_are_named_with_file_line_and_hint() {
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
    ] {
        shows(&error, parts);
    }
}

#[test]
fn what_a_reader_of_toml_cannot_refuse_is_named_as_well() {
    for (error, parts) in [
        (
            change("\"open\"", "\"closed\""),
            &["plan.toml:10:8: schedule.rate", "closed model"][..],
        ),
        (
            change("\"open\"", "\"opne\""),
            &["plan.toml:5:9: model", "\"opne\"", "partly-open"],
        ),
        (
            change("max_in_flight", "users"),
            &["plan.toml:11:9: schedule.users", "open model"],
        ),
        (
            change("schema = 1", "schema = 2"),
            &["plan.toml:2:10: schema", "newer"],
        ),
        (
            change("weight = 6", "weight = 0"),
            &["plan.toml:17:10: scenario \"transfer\": weight 0"],
        ),
        (
            change("weight = 6", "weight = \"6\""),
            &["plan.toml:17:10: weight: invalid type"],
        ),
        (
            change("\"read\"", "\"transfer\""),
            &["plan.toml:19:8: scenario \"transfer\"", "twice"],
        ),
        (
            change("zipf(0.99)", "zipf(-1)"),
            &["plan.toml:14:8: data.pick", "zipf(0.99)"],
        ),
        (
            change("p99 < 20ms", "p99 < 20"),
            &["plan.toml:21:8: threshold \"p99 < 20\"", "no unit"],
        ),
        (
            change("\"20s\"", "\"1ms\""),
            &[
                "plan.toml:7:38: phases.duration",
                "1ms is not between 100ms",
            ],
        ),
        (
            change("\"3s\"", "\"25h\""),
            &["plan.toml:7:21: phases.warmup", "90000s"],
        ),
        (
            change("2k/s", "0.0001/s"),
            &["plan.toml:10:8: schedule.rate", "0.0001"],
        ),
        (
            change("accounts = 10", "accounts = 1"),
            &["plan.toml:13:12: data.accounts"],
        ),
        (
            change("max_in_flight = 256", "max_in_flight = 0"),
            &["plan.toml:11:17: schedule.max_in_flight: 0"],
        ),
        (
            change("\"a plan\"", "\"\"\"a\nplan\"\"\""),
            &["plan.toml:3:8: name", "one line"],
        ),
        (
            change("zipf(0.99)", "a\\nb\\u001b"),
            &["data.pick", "\"a b \""],
        ),
    ] {
        shows(&error, parts);
    }
}

#[test]
fn a_target_without_scenarios_is_requested_as_it_is() {
    let text = "schema = 1\nname = \"x\"\ntarget = { url = \"http://127.0.0.1:1/a\" }\n";
    let names: Vec<_> = plan(text, "plan.toml")
        .expect("valid")
        .scenarios
        .into_iter()
        .map(|choice| choice.name)
        .collect();
    assert_eq!(names, [HTTP]);
}

#[test]
fn words_say_what_will_be_offered() {
    let with = |overrides| open().with(overrides).expect("valid").words();
    assert_eq!(
        with(Overrides {
            users: Some(50),
            ..Overrides::default()
        }),
        "closed, 50 users without think time for 20 s after 3 s of warm-up, seed 42"
    );
    let poisson = Plan {
        spacing: Spacing::Poisson,
        ..open()
    };
    assert!(poisson.words().contains("= about 40 000 arrivals"));
    // Long plans are counted, not drawn.
    let long = with(Overrides {
        rate: Rate::per_second(Rate::MAX),
        duration: Some(limits::PHASE),
        ..Overrides::default()
    });
    assert!(long.contains("864 000 000 000 arrivals"), "{long}");
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
        think in 0..1_000_000_000_000_u64,
        seed in any::<u64>(),
        rate in proptest::option::of(0.001..100_000.0_f64),
        users in 1..100_000_u32,
        warmup in 0..100_000_000_000_u64,
        weight in 1..1000_u32,
        constant in any::<bool>(),
    ) {
        let mut plan = open();
        plan.name = name;
        plan.seed = seed;
        plan.warmup = Warmup::Fixed(Duration::from_nanos(warmup));
        plan.scenarios[0].weight = weight;
        plan.spacing = if constant { Spacing::Constant } else { Spacing::Poisson };
        if let Some(rate) = rate.and_then(Rate::per_second) {
            plan.rate = Some(rate);
        } else {
            plan = plan.with(Overrides { users: Some(users), ..Overrides::default() }).expect("valid");
            plan.think = Duration::from_nanos(think);
        }
        let back = super::plan(&plan.to_toml(), "again");
        prop_assert_eq!(back.map_err(|e| e.to_string()), Ok(plan));
    }

    #[test]
    fn any_text_is_refused_in_one_line_or_read(text in "\\PC{0,200}", at in 0..600_usize, junk in "(?s).{0,5}") {
        let mut changed = OPEN.to_owned();
        changed.insert_str(changed.floor_char_boundary(at), &junk);
        for text in [text, changed] {
            if let Err(error) = plan(&text, "x") {
                prop_assert!(!error.to_string().contains(char::is_control), "{error}");
            }
        }
    }
}

fn read(text: &str) -> Plan {
    plan(text, "plan.toml").unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn phases_health_and_target_read_as_written() {
    let text = OPEN
        .replace(
            "timeout = \"2s\"",
            "client = \"reqwest\", redirects = 3, profile_hz = 199, timeout = \"2s\"",
        )
        .replace(
            "warmup = \"3s\", duration = \"20s\"",
            "warmup = \"auto\", warmup_max = \"9s\", duration = \"20s\", until = \"p99+-5%\", budget = \"1m\"",
        )
        .replace(
            "seed = 42",
            "seed = 42\nslo = \"50ms\"\nhealth = { generator_cpu = \"85%\", steal = 0.1, send_delay = \"5ms\", throttled_periods = 3 }",
        )
        .replace("[schedule]", "[schedule]\non_full = \"drop\"");
    let plan = read(&text);
    assert_eq!(
        plan.warmup,
        Warmup::Auto {
            most: Duration::from_secs(9)
        }
    );
    assert_eq!(plan.warmup_most(), Duration::from_secs(9));
    assert_eq!(plan.until.map(|until| until.text()), Some("p99±5%".into()));
    assert_eq!(plan.steady_most(), Duration::from_mins(1));
    let health = [
        ("generator_cpu", 0.85),
        ("send_delay", 5e6),
        ("steal", 0.1),
        ("throttled_periods", 3.0),
    ];
    assert_eq!(
        plan.health,
        health.map(|(key, limit)| (key.to_owned(), limit))
    );
    assert_eq!(
        (
            plan.target.client,
            plan.target.redirects,
            plan.target.profile_hz
        ),
        (ClientChoice::Reqwest, 3, Some(199))
    );
    assert_eq!(
        (plan.slo, plan.on_full),
        (Some(Duration::from_millis(50)), crate::OnFull::Drop)
    );
    assert_eq!(super::plan(&plan.to_toml(), "again"), Ok(plan));
    assert!(read("schema = 1\nname = \"x\"\n").warmup.is_auto());
}

#[test]
fn mistakes_in_what_is_new_are_named_as_well() {
    let phases = "{ warmup = \"3s\", duration = \"20s\", drain = \"10s\" }";
    for (error, parts) in [
        (
            change(phases, "{ warmup = \"3s\", warmup_max = \"9s\" }"),
            &["plan.toml:7:40: phases.warmup_max", "warmup = \"auto\""][..],
        ),
        (
            change(phases, "{ budget = \"9s\" }"),
            &["plan.toml:7:21: phases.budget", "until ="],
        ),
        (
            change(phases, "{ until = \"p99\" }"),
            &["plan.toml:7:20", "\"p99\" is not a precision"],
        ),
        (
            change(phases, "{ until = \"p99±5%\", budget = \"9s\" }"),
            &["plan.toml:7:39: phases.budget", "9s is not between 20s"],
        ),
        (
            change("timeout = \"2s\"", "profile_hz = 0"),
            &["target.profile_hz", "0 is not between 1 and 1000"],
        ),
        (
            change("timeout = \"2s\"", "redirects = 2"),
            &["target.redirects", "client = \"reqwest\""],
        ),
        (
            change("timeout = \"2s\"", "processors = \"all\""),
            &["target.processors", "runs already"],
        ),
        (
            change("timeout = \"2s\"", "client = \"reqest\""),
            &["plan.toml:6:", "did you mean \"reqwest\""],
        ),
        (
            change("timeout = \"2s\"", "command = \"x {port}\""),
            &["target.command", "does not go with url"],
        ),
        (
            change("timeout = \"2s\"", "ready = \"/x\""),
            &["target.ready", "command"],
        ),
        (
            change("seed = 42", "health = { generator_cpu = \"85\" }"),
            &["plan.toml:4:28", "85% or 0.85"],
        ),
        (
            change("seed = 42", "health = { generator_cpu = 85 }"),
            &["plan.toml:4:28", "85 is not a share"],
        ),
        (
            change("seed = 42", "health = { cpu = 1 }"),
            &["plan.toml:4:12", "unknown key `cpu`"],
        ),
        (
            change("seed = 42", "slo = \"p99 < 5ms\""),
            &["plan.toml:4:7: slo", "not a duration"],
        ),
        (
            change("rate =", "start = 5\nrate ="),
            &["plan.toml:10:9: schedule.start", "add shape"],
        ),
        (
            change("rate = \"2k/s\"", "shape = [ { hold = \"1s\" } ]"),
            &["phases.duration", "the sum of the shape's parts"],
        ),
        (
            change("\"constant\"\nrate = \"2k/s\"", "\"replay\""),
            &["schedule.arrivals", "file = \"arrivals.txt\""],
        ),
        (
            change("rate =", "file = \"x\"\nrate ="),
            &["plan.toml:10:8: schedule.file", "arrivals = \"replay\""],
        ),
        (
            change(
                "rule = \"p99 < 20ms\"",
                "rule = \"p99 < 20ms\"\nabort_after = \"5s\"",
            ),
            &["plan.toml:22:15: threshold \"p99 < 20ms\"", "abort = true"],
        ),
    ] {
        shows(&error, parts);
    }
}

#[test]
fn mistakes_in_shapes_name_their_part() {
    let shape = |parts: &str| {
        let phases = "{ warmup = \"3s\" }";
        let schedule = format!("shape = [ {parts} ]");
        says(
            &OPEN
                .replace(
                    "{ warmup = \"3s\", duration = \"20s\", drain = \"10s\" }",
                    phases,
                )
                .replace("rate = \"2k/s\"", &schedule),
        )
    };
    for (error, parts) in [
        (
            shape("{ ramp_to = 5, for = \"1s\" }"),
            &["plan.toml:10:11: schedule.shape, part 1", "is not one part"],
        ),
        (
            shape("{ ramp_to = -5, over = \"1s\" }"),
            &["plan.toml:10:", "\"-5\" is not a level"],
        ),
        (
            shape("{ hold = \"5s\" }"),
            &["schedule.shape", "nothing is offered"],
        ),
        (
            shape("{ step_to = 5, for = \"0s\" }"),
            &["part 1", "takes no time"],
        ),
        (
            shape("{ step_to = 5, for = \"1s\" }, { sine = 6, period = \"1s\", for = \"1s\" }"),
            &[
                "plan.toml:10:40: schedule.shape, part 2",
                "goes below 0; 5 at most",
            ],
        ),
        (
            shape("{ step_to = 5, for = \"1s\" }, { sine = 1, period = \"1us\", for = \"1s\" }"),
            &["part 2", "period 1µs"],
        ),
        (shape(""), &["schedule.shape", "0 parts"]),
    ] {
        shows(&error, parts);
    }
}

#[test]
fn a_shape_that_ends_with_nothing_cannot_be_extended() {
    let until = "schema = 1\nname = \"x\"\nphases = { until = \"p99±5%\" }\n[schedule]\n";
    let shape =
        |to: u32| format!("{until}start = 9\nshape = [ {{ ramp_to = {to}, over = \"9s\" }} ]\n");
    let error = says(&shape(0));
    shows(
        &error,
        &["plan.toml:3:20: phases.until", "end with another"],
    );
    assert_eq!(read(&shape(1)).duration, Duration::from_secs(9));
    let replay = says(&format!("{until}arrivals = \"replay\"\nfile = \"a.txt\"\n"));
    shows(&replay, &["phases.until", "those of a.txt"]);
}
