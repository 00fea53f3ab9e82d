#![allow(clippy::unwrap_used, reason = "tests")]

use super::super::moment::Moment;
use super::*;
use plan::journey::{Check as Planned, Extract as Kept, Part, Place, RequestTemplate};

fn template(parts: &[Part]) -> journey::Template {
    journey::Template {
        parts: parts.to_vec(),
    }
}

fn text(text: &str) -> journey::Template {
    template(&[Part::Text(text.to_owned())])
}

fn step(name: &str, path: journey::Template) -> journey::Step {
    journey::Step {
        name: name.to_owned(),
        request: RequestTemplate {
            method: "GET".to_owned(),
            path,
            headers: Vec::new(),
            body: None,
        },
        checks: Vec::new(),
        extracts: Vec::new(),
        expected: None,
        think: Think::NONE,
    }
}

fn script(steps: Vec<journey::Step>, vars: &[(&str, &str)]) -> Result<Script, ScenarioError> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let vars = vars.iter().map(owned).collect();
    let ground = Ground {
        feeders: &Feeders::default(),
        vars: &vars,
        run: "run-1",
        seed: 1,
        users: 2,
        think: Duration::ZERO,
        last_pause: LastPause::Skipped,
    };
    let journey = Journey {
        steps,
        cookies: true,
    };
    Script::new("shop", &journey, &ground)
}

/// The pauses of two steps without, and one with a pause of its own.
fn pauses_with(think: Duration, last_pause: LastPause) -> Vec<u64> {
    let mut slow = step("slow", text("/"));
    slow.think = Think {
        least: Duration::from_millis(7),
        most: Duration::from_millis(7),
    };
    slow.expected = Some(Duration::from_millis(1));
    let journey = Journey {
        steps: vec![step("a", text("/")), slow.clone(), slow],
        cookies: false,
    };
    let ground = Ground {
        feeders: &Feeders::default(),
        vars: &BTreeMap::new(),
        run: "run-1",
        seed: 1,
        users: 2,
        think,
        last_pause,
    };
    let script = Script::new("shop", &journey, &ground).unwrap();
    assert!(script.steps[1].expected.is_some());
    assert_eq!(script.steps[2].expected, None, "nothing comes after it");
    let pauses = script.steps.iter().map(|step| step.think.most.as_millis());
    pauses.map(|ms| ms as u64).collect()
}

#[test]
fn a_step_pauses_by_itself_or_as_the_plan_has_it_and_the_last_one_by_itself_or_never() {
    let think = Duration::from_millis(3);
    assert_eq!(pauses_with(think, LastPause::Kept), [3, 7, 7]);
    assert_eq!(pauses_with(think, LastPause::Skipped), [3, 7, 0]);
    assert_eq!(pauses_with(Duration::ZERO, LastPause::Kept), [0, 7, 7]);
}

fn fault(step: journey::Step) -> String {
    script(vec![step], &[]).unwrap_err().to_string()
}

/// The head of a step as it would be sent.
fn sent(script: &Script, step: usize) -> (String, Vec<(String, String)>) {
    let mut visit = Visit::default();
    visit.begin(script, 5);
    let moment = Moment {
        seed: 1,
        arrival: 5,
        user: 0,
        step,
    };
    let step = &script.steps[step];
    visit.compose(script, step, moment);
    let mut fields = [("", ""); MOST_FIELDS + 1];
    let used = visit.message.fields(step, &mut fields);
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let fields = fields[..used].iter().map(owned).collect();
    (visit.message.path.clone(), fields)
}

fn variable(name: &str) -> Part {
    Part::Variable(name.to_owned())
}

#[test]
fn a_variable_has_its_value_of_the_run_until_a_step_extracts_it() {
    let mut login = step(
        "login",
        template(&[Part::Text("/".to_owned()), variable("token")]),
    );
    login.extracts.push(Kept {
        variable: "token".to_owned(),
        from: Place::Pointer("/token".to_owned()),
    });
    let script = script(vec![login], &[("token", "first"), ("other", "x")]).unwrap();
    assert_eq!(script.defaults, ["first"]);
    assert_eq!(sent(&script, 0).0, "/first");
}

#[test]
fn names_that_nobody_gives_are_refused_with_their_place() {
    let why = fault(step("login", template(&[variable("tokn")])));
    assert!(
        why.starts_with("scenario \"shop\", step \"login\": ${tokn} is extracted by no step"),
        "{why}"
    );
    let column = Part::Column {
        feeder: "people".to_owned(),
        column: "id".to_owned(),
    };
    assert!(fault(step("login", template(&[column]))).contains("no feeder \"people\""));
}

#[test]
fn what_looks_like_json_is_sent_as_json_unless_the_plan_says_what_it_is() {
    let with = |body: &str, headers: &[(&str, &str)]| {
        let mut post = step("post", text("/"));
        post.request.body = Some(text(body));
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), text(value));
        post.request.headers = headers.iter().map(owned).collect();
        sent(&script(vec![post], &[]).unwrap(), 0).1
    };
    let json = ("content-type".to_owned(), "application/json".to_owned());
    assert_eq!(with(" {}", &[]), [json]);
    assert_eq!(with("a=b", &[]), []);
    let mine = ("Content-Type".to_owned(), "text/x".to_owned());
    assert_eq!(with("{}", &[("Content-Type", "text/x")]), [mine]);
}

#[test]
fn header_values_are_kept_apart() {
    let mut get = step("get", text("/"));
    get.request.headers = vec![
        ("a".to_owned(), text("1")),
        ("b".to_owned(), text("")),
        ("c".to_owned(), template(&[Part::Run, Part::Arrival])),
    ];
    let fields = sent(&script(vec![get], &[]).unwrap(), 0).1;
    let seen: Vec<_> = fields
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    assert_eq!(seen, [("a", "1"), ("b", ""), ("c", "run-15")]);
}

#[test]
fn headers_of_the_generator_and_too_many_are_refused() {
    let mut host = step("get", text("/"));
    host.request.headers = vec![("Host".to_owned(), text("x"))];
    assert!(fault(host).contains("header \"Host\""));
    let mut many = step("get", text("/"));
    many.request.headers = vec![("a".to_owned(), text("x")); MOST_FIELDS + 1];
    assert!(fault(many).contains("33 headers"));
}

#[test]
fn every_list_of_codes_has_to_allow_a_status() {
    let mut get = step("get", text("/"));
    get.checks = vec![
        Planned::Status(vec![200, 201]),
        Planned::Status(vec![201, 204]),
    ];
    let ready = script(vec![get.clone()], &[]).unwrap();
    assert_eq!(ready.steps[0].statuses, [201]);
    assert!(ready.steps[0].checks.is_empty());
    get.checks.push(Planned::Status(vec![404]));
    assert!(fault(get).contains("no status satisfies"));
    let plain = script(vec![step("get", text("/"))], &[]).unwrap();
    assert!(plain.steps[0].statuses.is_empty());
}

#[test]
fn a_user_finds_its_buffers_again() {
    let script = script(vec![step("get", text("/"))], &[]).unwrap();
    let mut visit = script.take(1);
    visit.message.path.push_str("/mine");
    script.give_back(1, visit);
    assert_eq!(script.take(0).message.path, "");
    assert_eq!(script.take(1).message.path, "/mine");
    // Taken twice, or by users beyond those that were announced: they get new ones.
    assert_eq!(script.take(1).message.path, "");
    assert_eq!(script.take(3).message.path, "");
}
