#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use proptest::prelude::*;

/// `token` is extracted, `host` is constant, feeders do not exist.
struct Known;

impl Names for Known {
    fn variable(&self, name: &str) -> Result<Meaning, String> {
        match name {
            "token" => Ok(Meaning::Slot(0)),
            "place" => Ok(Meaning::Constant("a b".to_owned())),
            _ => Err(format!("{name} is not known")),
        }
    }

    fn column(&mut self, feeder: &str, _column: &str) -> Result<(usize, usize), String> {
        Err(format!("there is no feeder \"{feeder}\""))
    }

    fn run(&self) -> &'static str {
        "run-1"
    }
}

fn template(parts: Vec<Part>, escape: Escape) -> Template {
    Template::compile(&journey::Template { parts }, escape, &mut Known).unwrap()
}

fn text(text: &str) -> Part {
    Part::Text(text.to_owned())
}

fn variable(name: &str) -> Part {
    Part::Variable(name.to_owned())
}

fn render(template: &Template, token: &str) -> String {
    let mut values = Values::default();
    values.begin(&[String::new()], &[], 1, 7);
    values.refill(0).push_str(token);
    let moment = Moment {
        seed: 1,
        arrival: 7,
        user: 3,
        step: 0,
    };
    let mut out = String::new();
    let scene = Scene {
        moment,
        values: &values,
        feeders: &[],
    };
    template.render(&scene, &mut out);
    out
}

#[test]
fn every_part_is_rendered_in_order() {
    let parts = vec![
        text("/"),
        Part::Run,
        text("/"),
        Part::Arrival,
        text("/"),
        Part::User,
        text("?t="),
        variable("token"),
        text("&n="),
        Part::Random { from: 5, to: 5 },
    ];
    let template = template(parts, Escape::Path);
    assert_eq!(render(&template, "x"), "/run-1/7/3?t=x&n=5");
}

#[test]
fn constants_are_merged_into_one_text() {
    let parts = vec![text("a"), Part::Run, text("b"), variable("place")];
    let template = template(parts, Escape::Nothing);
    assert_eq!(template.pieces, [Piece::Text("arun-1ba b".to_owned())]);
}

#[test]
fn a_uuid_is_the_same_everywhere_in_a_step() {
    let out = render(&template(vec![Part::Uuid, Part::Uuid], Escape::Nothing), "");
    assert_eq!(out[..36], out[36..]);
}

#[test]
fn unknown_names_are_refused() {
    let unknown = |part| {
        let parts = vec![part];
        Template::compile(&journey::Template { parts }, Escape::Nothing, &mut Known).unwrap_err()
    };
    assert!(unknown(variable("tokn")).contains("tokn"));
    let column = Part::Column {
        feeder: "people".to_owned(),
        column: "id".to_owned(),
    };
    assert!(unknown(column).contains("people"));
}

#[test]
fn only_what_would_break_the_place_is_escaped() {
    let value = "a b/c?d=é\r\n\t\u{7f}%&#";
    let rendered = |escape| render(&template(vec![variable("token")], escape), value);
    assert_eq!(rendered(Escape::Nothing), value);
    assert_eq!(rendered(Escape::Path), "a%20b/c?d=%C3%A9%0D%0A%09%7F%&#");
    assert_eq!(rendered(Escape::Field), "a b/c?d=é%0D%0A\t%7F%&#");
}

#[test]
fn constants_and_literals_are_escaped_as_values_are() {
    let parts = vec![text("/x y/"), variable("place")];
    assert_eq!(render(&template(parts, Escape::Path), ""), "/x%20y/a%20b");
}

#[test]
fn the_first_letter_is_known_if_it_is_always_the_same() {
    let first = |parts| template(parts, Escape::Nothing).first_char();
    assert_eq!(first(vec![text(" \n{"), variable("token")]), Some('{'));
    assert_eq!(first(vec![variable("token"), text("{")]), None);
    assert_eq!(first(vec![]), None);
}

fn any_part() -> impl Strategy<Value = Part> {
    prop_oneof![
        "\\PC{0,8}|[\\x00-\\x7f]{0,8}".prop_map(Part::Text),
        Just(variable("token")),
        Just(variable("place")),
        Just(Part::Arrival),
        Just(Part::User),
        Just(Part::Run),
        Just(Part::Uuid),
        (any::<i64>(), any::<i64>()).prop_map(|(from, to)| Part::Random { from, to }),
    ]
}

proptest! {
    #[test]
    fn no_template_breaks_a_request(parts in prop::collection::vec(any_part(), 0..8), token in ".{0,20}|[\\x00-\\x7f]{0,20}") {
        let rendered = |escape| render(&template(parts.clone(), escape), &token);
        let path = rendered(Escape::Path);
        prop_assert!(path.bytes().all(|b| b > 0x20 && b < 0x7f), "{path:?}");
        let field = rendered(Escape::Field);
        prop_assert!(!field.chars().any(|c| c.is_ascii_control() && c != '\t'), "{field:?}");
        // Bodies are the parts as they are, one after the other.
        let parts = parts.iter().map(|part| render(&template(vec![part.clone()], Escape::Nothing), &token));
        prop_assert_eq!(rendered(Escape::Nothing), parts.collect::<String>());
    }

    #[test]
    fn an_escaped_value_can_be_read_back(value in "[^%]{0,20}") {
        let path = render(&template(vec![variable("token")], Escape::Path), &value);
        let mut bytes = path.bytes();
        let mut decoded = Vec::new();
        while let Some(byte) = bytes.next() {
            decoded.push(match byte {
                b'%' => {
                    let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
                    u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
                }
                other => other,
            });
        }
        prop_assert_eq!(decoded, value.into_bytes());
    }
}
