#![allow(clippy::unwrap_used, reason = "tests")]
use crate::journey::{Check, Extract, FeederPick, Place, Rows, Think};
use crate::{Overrides, Plan, parse};
use std::time::Duration;

// As the design shows it.
const PAY: &str = r#"schema = 1
name = "transfers"
[vars]
amount = "5"
[[feeder]]
name = "accounts"
file = "accounts.csv"
pick = "zipf(0.9)"
[[feeder]]
name = "days"
values = ["mon", "tue"]
[[scenario]]
name = "pay"
weight = 9
cookies = true
[[scenario.step]]
name = "transfer"
request = { method = "POST", path = "/transfers", headers = { accept = "application/json" }, body = '{"from":"${accounts.id}","amount":${amount}}' }
expected = "2ms"
think = "0ms"
check = [ { status = [201] }, { pointer = "/state", equals = "committed" }, { within = "50ms" } ]
extract = { transfer_id = { pointer = "/id" }, tag = { header = "ETag" }, word = { regex = "w(.)" } }
[[scenario.step]]
name = "read"
request = { path = "/transfers/${transfer_id}?day=${days.value}" }
think = "100ms..2s"
check = [ { status = 200 }, { pointer = "/count", equals = 3 }, { pointer = "/name", matches = "^a+$" }, { body_contains = "${transfer_id}" }, { header = "X-A", contains = "b" }, { most_bytes = 100 } ]
"#;

fn read(text: &str) -> Result<Plan, String> {
    parse::plan_with(text, "p.toml", Overrides::default()).map_err(|error| error.to_string())
}

fn change(from: &str, to: &str) -> String {
    assert!(PAY.contains(from), "{from}");
    read(&PAY.replace(from, to)).unwrap_err()
}

#[test]
fn a_journey_reads_as_written() {
    let plan = read(PAY).unwrap();
    let journey = plan.scenarios[0].journey.as_ref().unwrap();
    assert!(journey.cookies);
    let [pay, read] = &journey.steps[..] else {
        panic!("two steps");
    };
    assert_eq!(pay.request.method, "POST");
    assert_eq!(pay.request.headers[0].0, "accept");
    assert_eq!(pay.expected, Some(Duration::from_millis(2)));
    assert_eq!(pay.think, Think::NONE);
    assert_eq!(pay.checks[0], Check::Status(vec![201]));
    assert_eq!(pay.checks[2], Check::Within(Duration::from_millis(50)));
    let tag = Extract {
        variable: "tag".into(),
        from: Place::Header("etag".into()),
    };
    assert_eq!(pay.extracts[0], tag);
    assert_eq!(
        (read.request.method.as_str(), &read.request.body),
        ("GET", &None)
    );
    assert_eq!(
        (read.think.least, read.think.most),
        (Duration::from_millis(100), Duration::from_secs(2))
    );
    let Check::JsonEquals { equals, .. } = &read.checks[1] else {
        panic!("a value");
    };
    assert_eq!(equals.to_string(), "3");
    assert_eq!(plan.feeders[0].pick, FeederPick::Zipf(0.9));
    assert_eq!(
        plan.feeders[1].rows,
        Rows::Values(vec!["mon".into(), "tue".into()])
    );
    assert_eq!(parse::plan(&plan.to_toml(), "again"), Ok(plan));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn mistakes_are_named_with_their_step_and_place() {
    for (from, to, parts) in [
        (
            "body = '",
            "bdy = '",
            ["p.toml:18:", "did you mean \"body\"?"],
        ),
        (
            "\"POST\"",
            "\"PSOT\"",
            [
                "p.toml:18:22: scenario \"pay\", step \"transfer\": method",
                "did you mean \"POST\"?",
            ],
        ),
        (
            "path = \"/transfers\"",
            "path = \"transfers\"",
            [
                "p.toml:18:37: scenario \"pay\", step \"transfer\"",
                "does not begin with /",
            ],
        ),
        ("${amount}}", "${amount", ["p.toml:18:", "is not closed"]),
        (
            "${accounts.id}",
            "${acounts.id}",
            ["p.toml:18:", "did you mean \"accounts\"?"],
        ),
        (
            "${days.value}",
            "${days.name}",
            ["p.toml:25:", "write ${days.value}"],
        ),
        (
            "/${transfer_id}?",
            "/${transferid}?",
            [
                "p.toml:25:20: scenario \"pay\", step \"read\"",
                "did you mean \"transfer_id\"? Else",
            ],
        ),
        (
            "/transfers\", h",
            "/transfers/${transfer_id}\", h",
            ["p.toml:18:", "extracted by no earlier step"],
        ),
        (
            "amount = \"5\"",
            "amuont = \"5\"",
            ["${amount} is extracted by no earlier step", "-e amount="],
        ),
        (
            "\"w(.)\"",
            "\"w(.\"",
            ["p.toml:22:", "expression \"w(.\": unclosed group"],
        ),
        (
            "\"^a+$\"",
            "\"[\"",
            ["p.toml:27:", "unclosed character class"],
        ),
        (
            "pointer = \"/id\"",
            "pointer = \"id\"",
            ["p.toml:22:", "is not a JSON pointer"],
        ),
        (
            "pointer = \"/state\"",
            "pointer = \"/s~2\"",
            ["p.toml:21:", "is not a JSON pointer"],
        ),
        (
            "header = \"ETag\"",
            "header = \"E Tag\"",
            ["p.toml:22:", "write pointer, header or regex"],
        ),
        (
            "name = \"read\"",
            "name = \"transfer\"",
            [
                "p.toml:24:8: scenario \"pay\", step \"transfer\"",
                "is there twice",
            ],
        ),
        (
            "name = \"read\"",
            "name = \"re ad\"",
            ["p.toml:24:8", "is not a name"],
        ),
        (
            "status = [201]",
            "status = []",
            ["p.toml:21:", "lets nothing pass"],
        ),
        (
            "status = [201]",
            "status = [1201]",
            ["p.toml:21:", "1201 is not a status code"],
        ),
        (
            "status = [201]",
            "status = 201, within = \"1s\"",
            ["p.toml:21:", "is not one check"],
        ),
        (
            "equals = \"committed\"",
            "equals = \"a\", matches = \"b\"",
            ["p.toml:21:", "and not both"],
        ),
        (
            "equals = \"committed\"",
            "equals = [1]",
            ["p.toml:21:", "equals is a array"],
        ),
        (
            "\"100ms..2s\"",
            "\"2s..100ms\"",
            ["p.toml:26:9", "the longer pause first"],
        ),
        ("\"100ms..2s\"", "\"100\"", ["p.toml:26:9", "no unit"]),
        (
            "\"2ms\"",
            "\"2h\"",
            ["p.toml:19:12", "expected is 3600s at most"],
        ),
        (
            "tag = {",
            "user = {",
            ["p.toml:22:", "\"user\" has a meaning of its own"],
        ),
        (
            "pick = \"zipf(0.9)\"",
            "pick = \"zpf\"",
            ["p.toml:8:8: feeder \"accounts\"", "\"zpf\" is not known"],
        ),
        (
            "file = \"accounts.csv\"",
            "file = \"a\"\nnumbers = [1, 2]",
            ["p.toml:6:8: feeder \"accounts\"", "needs rows"],
        ),
        (
            "values = [\"mon\", \"tue\"]",
            "numbers = [2, 1]",
            ["p.toml:11:11: feeder \"days\"", "the greater one first"],
        ),
        (
            "name = \"days\"",
            "name = \"accounts\"",
            ["p.toml:10:8: feeder \"accounts\"", "is there twice"],
        ),
        (
            "name = \"days\"",
            "name = \"run\"",
            ["p.toml:10:8", "meaning of its own"],
        ),
        (
            "accept = ",
            "\"a b\" = ",
            ["p.toml:18:", "not the name of a header field"],
        ),
    ] {
        let error = change(from, to);
        for part in parts {
            assert!(
                error.contains(part),
                "{from} -> {to}: {error:?} lacks {part:?}"
            );
        }
        assert!(!error.contains(char::is_control), "{error:?}");
    }
}

#[test]
fn a_flag_can_give_a_variable_that_the_plan_lacks() {
    let text = PAY.replace("amount = \"5\"", "");
    let given = Overrides {
        vars: vec![("amount".into(), "7".into())],
        ..Overrides::default()
    };
    let plan = parse::plan(&text, "p").unwrap();
    assert!(plan.clone().with(Overrides::default()).is_err());
    assert_eq!(plan.with(given).unwrap().vars["amount"], "7");
}

#[test]
fn cookies_need_steps() {
    let error = read("schema = 1\nname = \"x\"\n[[scenario]]\nname = \"http\"\ncookies = true\n")
        .unwrap_err();
    assert!(
        error.starts_with("p.toml:5:11: scenario \"http\""),
        "{error}"
    );
}

#[test]
fn the_starting_plan_is_a_plan() {
    let plan = parse::plan_with(crate::template(), "template", Overrides::default()).unwrap();
    assert_eq!(parse::plan(&plan.to_toml(), "again"), Ok(plan));
    // What stands in its comments can be used.
    let shape = crate::template()
        .lines()
        .find(|line| line.starts_with("# shape"))
        .unwrap();
    let shaped = crate::template()
        .replace("rate = \"50/s\"", shape.trim_start_matches("# "))
        .replace("duration = \"30s\", ", "");
    let plan = parse::plan_with(&shaped, "shaped", Overrides::default()).unwrap();
    assert_eq!(plan.shape.unwrap().parts.len(), 5);
}

#[test]
fn thresholds_fit_the_rest_of_the_plan() {
    let partly = PAY.replacen("name =", "model = \"partly-open\"\nname =", 1);
    let rule = |text: &str, rule: &str| read(&format!("{text}[[threshold]]\nrule = \"{rule}\"\n"));
    let inner = "response_time{step=read}: p99<9ms";
    assert_eq!(
        rule(&partly, inner).err(),
        None,
        "what the step before takes is assumed"
    );
    let unknown = partly.replace("expected = \"2ms\"", "");
    let error = rule(&unknown, inner).unwrap_err();
    assert!(
        error.contains("write expected = … at \"transfer\""),
        "{error}"
    );
    assert_eq!(
        rule(&unknown, "response_time{step=transfer}: p99<9ms").err(),
        None
    );
    let error = rule(PAY, "goodput > 5").unwrap_err();
    assert!(error.contains("write slo"), "{error}");
    assert_eq!(
        rule(PAY, "p99<9ms\"\n[[threshold]]\nrule = \"goodput > 5").err(),
        None
    );
}
