#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;
use proptest::prelude::*;

fn parts(text: &str) -> Vec<Part> {
    Template::parse(text).unwrap().parts
}

fn word(text: &str) -> Part {
    Part::Text(text.to_owned())
}

#[test]
fn holes_are_found_between_texts() {
    let column = Part::Column {
        feeder: "accounts".into(),
        column: "id".into(),
    };
    assert_eq!(
        parts(r#"{"from":"${accounts.id}","amount":${ random(-1, 5) }}"#),
        [
            word("{\"from\":\""),
            column,
            word("\",\"amount\":"),
            Part::Random { from: -1, to: 5 },
            word("}")
        ]
    );
    assert_eq!(
        parts("${arrival}${user}${run}${uuid}${token}"),
        [
            Part::Arrival,
            Part::User,
            Part::Run,
            Part::Uuid,
            Part::Variable("token".into())
        ]
    );
    assert_eq!(parts(""), []);
}

#[test]
fn dollar_signs_can_be_written() {
    assert_eq!(parts("$5 $${x} $$"), [word("$5 ${x} $")]);
    assert_eq!(parts("$$${x}"), [word("$"), Part::Variable("x".into())]);
}

#[test]
fn what_names_nothing_is_refused() {
    for (text, part) in [
        ("a ${b", "\"${b\" is not closed"),
        ("${}", "names nothing"),
        ("${1x}", "names nothing"),
        ("${x.}", "names nothing"),
        ("${user.name}", "names nothing"),
        ("${random(5,1)}", "not a range"),
        ("${random(1)}", "not a range"),
        ("${random}", "names nothing"),
    ] {
        let error = Template::parse(text).unwrap_err();
        assert!(error.contains(part), "{text}: {error}");
    }
}

/// Any part of a template over these names.
fn any_part() -> impl Strategy<Value = Part> {
    prop_oneof![
        "[a-z${}$ \"\\\\é]{1,6}".prop_map(Part::Text),
        "[a-z_][a-z0-9_-]{0,4}"
            .prop_filter_map("reserved", |name| (!RESERVED.contains(&name.as_str()))
                .then_some(Part::Variable(name))),
        Just(Part::Column {
            feeder: "rows".into(),
            column: "a column".into()
        }),
        Just(Part::Arrival),
        Just(Part::Uuid),
        (any::<i64>(), any::<i64>()).prop_map(|(a, b)| Part::Random {
            from: a.min(b),
            to: a.max(b)
        }),
    ]
}

proptest! {
    #[test]
    fn a_template_reads_back(parts in proptest::collection::vec(any_part(), 0..8)) {
        let mut template = Template::default();
        for part in parts {
            match part {
                Part::Text(text) => template.push_text(&text),
                other => template.parts.push(other),
            }
        }
        prop_assert_eq!(Template::parse(&template.to_string()), Ok(template));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[$a-z{}().,0-9 -]{0,30}") {
        if let Ok(template) = Template::parse(&text) {
            prop_assert_eq!(Template::parse(&template.to_string()), Ok(template));
        }
    }
}
