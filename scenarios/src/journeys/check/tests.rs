#![allow(clippy::unwrap_used, reason = "tests")]

use super::super::moment::Moment;
use super::super::template::Meaning;
use super::super::values::Values;
use super::*;
use plan::journey::{Check as Planned, Part};

struct Known;

impl Names for Known {
    fn variable(&self, name: &str) -> Result<Meaning, String> {
        (name == "kept")
            .then_some(Meaning::Slot(0))
            .ok_or_else(|| name.to_owned())
    }

    fn column(&mut self, feeder: &str, _column: &str) -> Result<(usize, usize), String> {
        Err(feeder.to_owned())
    }

    fn run(&self) -> &'static str {
        "run"
    }
}

const BODY: &str =
    r#"{"state":"committed","n":5,"f":1.50,"ok":true,"none":null,"list":[1, "a"],"kept":"v-1"}"#;

fn holds_for(check: &Planned, body: &[u8], service: Duration) -> bool {
    let fields = vec![("Content-Type", "application/json; charset=utf-8")];
    let mut values = Values::default();
    values.begin(&["v-1".to_owned()], &[], 1, 1);
    let moment = Moment {
        seed: 1,
        arrival: 1,
        user: 0,
        step: 0,
    };
    let scene = Scene {
        moment,
        values: &values,
        feeders: &[],
    };
    let check = Check::compile(check, &mut Known).unwrap().unwrap();
    check.holds(
        &Answer::new(&fields, body, body.len() as u64, service),
        &scene,
        &mut Texts::default(),
    )
}

fn holds(check: &Planned) -> bool {
    holds_for(check, BODY.as_bytes(), Duration::from_millis(5))
}

fn plain(text: &str) -> journey::Template {
    journey::Template {
        parts: vec![Part::Text(text.to_owned())],
    }
}

fn equals(pointer: &str, text: &str) -> Planned {
    Planned::JsonEquals {
        pointer: pointer.to_owned(),
        equals: plain(text),
    }
}

fn matches(pointer: &str, pattern: &str) -> Planned {
    Planned::JsonMatches {
        pointer: pointer.to_owned(),
        pattern: pattern.to_owned(),
    }
}

#[test]
fn strings_are_compared_without_quotes_and_everything_else_as_json() {
    for (pointer, text) in [
        ("/state", "committed"),
        ("/n", "5"),
        ("/f", "1.5"),
        ("/ok", "true"),
        ("/none", "null"),
        ("/list", r#"[1,"a"]"#),
        ("/list/1", "a"),
    ] {
        assert!(holds(&equals(pointer, text)), "{pointer} = {text}");
        assert!(!holds(&equals(pointer, &format!("{text}x"))), "{pointer}");
    }
    assert!(!holds(&equals("/state", "\"committed\"")));
    assert!(!holds(&equals("/nowhere", "")));
}

#[test]
fn what_an_answer_must_be_can_depend_on_the_visit() {
    let kept = Planned::JsonEquals {
        pointer: "/kept".to_owned(),
        equals: journey::Template {
            parts: vec![Part::Variable("kept".to_owned())],
        },
    };
    assert!(holds(&kept));
}

#[test]
fn expressions_look_at_the_text_of_a_value() {
    assert!(holds(&matches("/state", "^comm.*ed$")));
    assert!(holds(&matches("/n", r"^\d+$")));
    assert!(!holds(&matches("/state", "^omm")));
    assert!(!holds(&matches("/nowhere", "")));
}

#[test]
fn bodies_that_are_no_json_fail_json_checks_only() {
    let held = |check: &Planned, body: &[u8]| holds_for(check, body, Duration::ZERO);
    assert!(!held(&equals("", "x"), b"<html>"));
    assert!(!held(&matches("", ""), b""));
    let contains = |text: &str| Planned::BodyContains(plain(text));
    assert!(held(&contains("tm"), b"<html>"));
    assert!(!held(&contains("htm l"), b"<html>"));
    assert!(held(&contains(""), b""));
    assert!(held(&contains("é!"), b"\xff\xc3\xc3\xa9!\xff"));
    assert!(!held(&contains("a!"), b"a\xff!"));
}

#[test]
fn header_time_and_size_are_checked() {
    let header = |name: &str, text: &str| Planned::HeaderContains {
        name: name.to_owned(),
        contains: plain(text),
    };
    assert!(holds(&header("content-type", "json")));
    assert!(!holds(&header("content-type", "html")));
    assert!(!holds(&header("etag", "")));
    assert!(holds(&Planned::Within(Duration::from_millis(5))));
    assert!(!holds(&Planned::Within(Duration::from_micros(4999))));
    assert!(holds(&Planned::MostBytes(BODY.len() as u64)));
    assert!(!holds(&Planned::MostBytes(BODY.len() as u64 - 1)));
}

#[test]
fn a_status_is_left_to_the_driver() {
    let check = Check::compile(&Planned::Status(vec![201]), &mut Known).unwrap();
    assert!(check.is_none());
}

#[test]
fn a_bad_expression_is_refused_in_one_line() {
    let why = Check::compile(&matches("/a", "x(y"), &mut Known).unwrap_err();
    assert_eq!(why, "expression \"x(y\": unclosed group");
}

#[test]
fn a_body_that_was_kept_in_part_is_as_large_as_it_came() {
    let fields = Vec::new();
    let values = Values::default();
    let scene = Scene {
        moment: Moment {
            seed: 1,
            arrival: 1,
            user: 0,
            step: 0,
        },
        values: &values,
        feeders: &[],
    };
    let check = Check::compile(&Planned::MostBytes(10), &mut Known)
        .unwrap()
        .unwrap();
    let answer = Answer::new(&fields, b"start", 11, Duration::ZERO);
    assert!(!check.holds(&answer, &scene, &mut Texts::default()));
}
