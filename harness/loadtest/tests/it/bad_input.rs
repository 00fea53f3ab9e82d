//! Every mistake is one line with the value, the place and a hint, and has its exit code.

use crate::tool::{Scratch, loadtest};

// The exit code, and that standard error holds all of `parts` in lines that begin with `error:` and `hint:`.
fn refused(arguments: &[&str], code: i32, parts: &[&str]) {
    let ran = loadtest(arguments);
    assert_eq!(
        ran.code,
        Some(code),
        "{arguments:?}: {}{}",
        ran.stdout,
        ran.stderr
    );
    assert!(ran.stdout.is_empty(), "{}", ran.stdout);
    for part in parts {
        assert!(
            ran.stderr.contains(part),
            "{arguments:?} lacks {part:?}: {}",
            ran.stderr
        );
    }
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    let errors = ran
        .stderr
        .lines()
        .filter(|line| line.starts_with("error: "))
        .count();
    assert_eq!(errors, 1, "{}", ran.stderr);
}

const PLAN: &str =
    "schema = 1\nname = \"x\"\n[schedule]\nrate = \"10/s\"\n[[scenario]]\nname = \"transfer\"\n";

#[test]
fn plans_that_cannot_be_used() {
    let scratch = Scratch::new("plans");
    let plan = |text: &str| {
        scratch
            .write("plan.toml", text)
            .to_str()
            .unwrap()
            .to_owned()
    };
    let check = |from: &str, to: &str, parts: &[&str]| {
        let path = plan(&PLAN.replace(from, to));
        refused(&["run", "--plan", &path], 2, parts);
    };
    check(
        "rate =",
        "raet =",
        &["plan.toml:4:1", "raet", "did you mean \"rate\"?"],
    );
    check(
        "\"10/s\"",
        "\"10 bananas\"",
        &["plan.toml:4:", "10 bananas"],
    );
    check(
        "\"transfer\"",
        "\"transfr\"",
        &["\"transfr\" is not known", "did you mean \"transfer\"?"],
    );
    check("schema = 1", "schema = 9", &["schema 9 is newer"]);
    check("name = \"x\"", "name = \"x", &["plan.toml:2:"]);
    let path = plan(&format!(
        "{PLAN}[[threshold]]\nrule = \"response_time{{step=transfre}}: p99 < 1s\"\n"
    ));
    refused(
        &["run", "--plan", &path],
        2,
        &["transfre", "did you mean \"transfer\"?"],
    );
    refused(
        &["run", "--plan", "no/such/plan.toml"],
        2,
        &["no/such/plan.toml", "hint: ", "loadtest list"],
    );
}

#[test]
fn flags_that_cannot_be_used() {
    refused(&["run", "-d", "10"], 2, &["10", "no unit"]);
    refused(&["run", "--rate", "many"], 2, &["many", "is not a rate"]);
    refused(&["run", "--rate", "-5"], 2, &["-5", "is not a rate"]);
    refused(
        &["run", "--threshold", "p99 < 5"],
        2,
        &["p99 < 5", "no unit"],
    );
    refused(
        &["run", "--target", "localhost:80"],
        2,
        &["localhost:80", "scheme"],
    );
    refused(&["fly"], 2, &["fly"]);
}

#[test]
fn targets_that_cannot_be_reached() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let scratch = Scratch::new("unreachable");
    let dir = scratch.path("run");
    let url = format!("http://{free}/");
    refused(
        &[
            "run",
            "--target",
            &url,
            "-q",
            "--out",
            dir.to_str().unwrap(),
        ],
        5,
        &[&url, "cannot be reached", "hint: "],
    );
}

#[test]
fn addresses_that_are_taken() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    refused(
        &[
            "serve-engine",
            "--listen",
            &address,
            "--admin",
            "127.0.0.1:0",
        ],
        5,
        &[&address, "in use", "hint: "],
    );
    let scratch = Scratch::new("taken");
    let dir = scratch.path("run");
    refused(
        &[
            "run",
            "-q",
            "--metrics-listen",
            &address,
            "--out",
            dir.to_str().unwrap(),
        ],
        2,
        &[&address, "hint: "],
    );
}

#[test]
fn folders_that_cannot_be_written() {
    let scratch = Scratch::new("unwritable");
    let file = scratch.write("file", "");
    let inside = file.join("run");
    refused(
        &["run", "--out", inside.to_str().unwrap()],
        2,
        &[inside.to_str().unwrap(), "cannot be written", "--out"],
    );
    let export = file.join("dashboards");
    refused(
        &["dashboards", "export", export.to_str().unwrap()],
        2,
        &["cannot be written"],
    );
}

#[test]
fn records_that_cannot_be_read() {
    let scratch = Scratch::new("records");
    let dir = scratch.path("").to_str().unwrap().to_owned();
    refused(&["report", &dir], 2, &["record.json", "hint: "]);
    scratch.write("record.json", "{\"schema\": 1, \"run_id\": ");
    refused(
        &["report", &dir],
        2,
        &["record.json", "not a run record", "hint: "],
    );
    scratch.write("record.json", "{\"schema\": 99}");
    refused(&["report", &dir], 2, &["record.json", "schema 99", "newer"]);
    refused(&["compare", &dir, &dir], 2, &["schema 99"]);
    refused(&["report", "no-such-run"], 2, &["no-such-run", "latest"]);
}

#[test]
fn what_can_be_named_is_listed_and_explained() {
    let list = loadtest(&["list"]);
    assert_eq!(list.code, Some(0));
    assert!(
        list.stdout.contains("transfer") && list.stdout.contains("canonical"),
        "{}",
        list.stdout
    );
    let dry = loadtest(&["run", "--dry-run", "--rate", "500"]);
    assert_eq!(dry.code, Some(0), "{}", dry.stderr);
    assert!(
        dry.stdout.contains("500 arrivals/s") && dry.stdout.contains("[[scenario]]"),
        "{}",
        dry.stdout
    );
    let help = loadtest(&["--help"]);
    assert!(help.stdout.contains("Exit codes"), "{}", help.stdout);
}

#[test]
fn feeders_that_cannot_be_used_are_refused_before_anything_is_started() {
    let scratch = Scratch::new("feeders");
    let text = "schema = 1\nname = \"x\"\ntarget = { url = \"http://127.0.0.1:9\" }\n[[feeder]]\nname = \"people\"\nfile = \"people.csv\"\npick = \"shuffle\"\n\
                [[scenario]]\nname = \"look\"\n[[scenario.step]]\nname = \"one\"\nrequest = { path = \"/${people.id}\" }\n";
    let plan = scratch.write("plan.toml", text);
    let plan = plan.to_str().unwrap();
    // Nobody listens on port 9: whoever got that far would say so, with another exit code.
    let commands: [&[&str]; 3] = [
        &["plan", "check", plan],
        &["run", "--dry-run", "--plan", plan],
        &["run", "--plan", plan],
    ];
    for command in commands {
        refused(command, 2, &["plan.toml", "people", "people.csv", "hint: "]);
    }
    scratch.write("people.csv", "id,name\n1,a\n2\n");
    for command in commands {
        refused(command, 2, &["people.csv", "3"]);
    }
    scratch.write("people.csv", "id,name\n1,a\n2,b\n");
    assert_eq!(loadtest(commands[0]).code, Some(0));
    assert_eq!(loadtest(commands[1]).code, Some(0));
}

#[test]
fn what_only_flags_break_is_named_by_its_place_in_the_plan() {
    let scratch = Scratch::new("placed");
    let plan = scratch.write(
        "plan.toml",
        "schema = 1\nname = \"x\"\n[[scenario]]\nname = \"look\"\n[[scenario.step]]\nname = \"one\"\nrequest = { path = \"/${who}\" }\n",
    );
    let plan = plan.to_str().unwrap();
    refused(
        &[
            "run",
            "--dry-run",
            "--plan",
            plan,
            "--target",
            "http://127.0.0.1:9",
        ],
        2,
        &["plan.toml:7:", "who"],
    );
}
