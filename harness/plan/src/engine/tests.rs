//! What a plan and flags say about the engine is handed on as it is, and only to an engine that is started.

use super::*;
use crate::{Overrides, Plan, parse};

const PLAN: &str = r#"
schema = 1
name = "a plan"
[engine]
journal = "each"
queue_items = 100
inject = ["cpu=5%", "tail=1%:+5ms"]
allow_inject = true
pool = false
[[scenario]]
name = "transfer"
"#;

fn read(text: &str) -> Plan {
    parse::plan(text, "plan.toml").unwrap_or_else(|error| panic!("{error}"))
}

fn shown(plan: &Plan) -> Vec<String> {
    let options = plan.target.engine.iter();
    options.map(ToString::to_string).collect()
}

#[test]
fn a_table_becomes_options_and_comes_back() {
    let plan = read(PLAN);
    assert_eq!(
        shown(&plan),
        [
            "allow-inject",
            "inject=cpu=5%",
            "inject=tail=1%:+5ms",
            "journal=each",
            "queue-items=100"
        ]
    );
    assert_eq!(shown(&read(&plan.to_toml())), shown(&plan));
    let first: Vec<_> = plan.target.engine[1].arguments().collect();
    assert_eq!(first, ["--inject", "cpu=5%"]);
}

#[test]
fn what_the_engine_is_told_does_not_change_the_load() {
    let without = PLAN.replace("journal = \"each\"", "");
    assert_eq!(read(PLAN).digest(), read(&without).digest());
}

#[test]
fn a_flag_replaces_all_of_its_name() {
    let flags = Overrides {
        engine: vec![
            EngineOption::new("inject", "stall=1s@10s"),
            EngineOption::new("data", "/d"),
        ],
        ..Overrides::default()
    };
    let plan = read(PLAN).with(flags).expect("flags for the engine");
    assert_eq!(
        shown(&plan),
        [
            "allow-inject",
            "journal=each",
            "queue-items=100",
            "inject=stall=1s@10s",
            "data=/d"
        ]
    );
}

#[test]
fn a_target_of_ones_own_gets_no_options() {
    let aimed = |engine| Overrides {
        target: Some("http://127.0.0.1:1".to_owned()),
        engine,
        ..Overrides::default()
    };
    let plan = read(PLAN)
        .with(aimed(Vec::new()))
        .expect("an engine that runs");
    assert_eq!(plan.target.engine, []);
    let refused = read(PLAN).with(aimed(vec![EngineOption::on("x")]));
    let refused = refused.expect_err("both").to_string();
    assert!(
        refused.starts_with("--engine: x is for the reference engine"),
        "{refused}"
    );
    let both = PLAN.replace(
        "[engine]",
        "target = { url = \"http://127.0.0.1:1\" }\n[engine]",
    );
    let refused = parse::plan(&both, "plan.toml")
        .expect_err("both")
        .to_string();
    assert!(
        refused.contains("engine: is for the reference engine"),
        "{refused}"
    );
}

#[test]
fn what_cannot_be_an_option_is_refused_by_its_place() {
    let refused = |from: &str, to: &str| {
        let text = PLAN.replace(from, to);
        parse::plan(&text, "plan.toml").expect_err(to).to_string()
    };
    assert!(refused("pool = false", "Pool = false").contains("\"Pool\" is no option"));
    assert!(refused("pool = false", "pool = 1.5").contains("an option of the engine is a text"));
    for text in ["", "=x", "--journal=none", "a b"] {
        assert!(EngineOption::parse(text).is_err(), "{text}");
    }
    let option = EngineOption::parse("store=postgres://a=b").expect("the first = divides");
    assert_eq!(option.value.as_deref(), Some("postgres://a=b"));
}

#[test]
fn a_record_keeps_no_secret() {
    let shown = |typed: &str| EngineOption::parse(typed).expect("an option").shown();
    let cases = [
        (
            "store=postgres://me:pa:ss@host:1/db",
            "postgres://me:***@host:1/db",
        ),
        ("cache=redis://:secret@host:1", "redis://:***@host:1"),
        ("store=postgres://me@host:1/db", "postgres://me@host:1/db"),
        ("operator-token=abc", "***"),
        ("webhook=exchange=standard:abc", "***"),
        ("inject=stall=1s@10s", "stall=1s@10s"),
    ];
    for (typed, expected) in cases {
        assert_eq!(shown(typed).as_deref(), Some(expected), "{typed}");
    }
    assert_eq!(shown("allow-inject"), None);
}

#[test]
fn neither_does_a_command_line() {
    for (typed, expected) in [
        (
            "store=postgres://me:secret@host/db",
            "store=postgres://me:***@host/db",
        ),
        ("operator-token=abc", "operator-token=***"),
        ("--target-cmd=serve", "--target-cmd=serve"),
        ("http://127.0.0.1:8080/a@b", "http://127.0.0.1:8080/a@b"),
    ] {
        assert_eq!(without_secrets(typed), expected);
    }
}
