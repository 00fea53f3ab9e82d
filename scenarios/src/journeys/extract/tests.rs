#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use plan::journey::Place as Planned;
use std::time::Duration;

fn kept(place: &Planned, body: &[u8]) -> Option<String> {
    let fields = vec![("Location", "/orders/7"), ("X-Empty", "")];
    let answer = Answer::new(&fields, body, body.len() as u64, Duration::ZERO);
    let mut values = Values::default();
    values.begin(&["before".to_owned()], &[], 1, 1);
    let extract = Extract::compile(place, 0).unwrap();
    let kept = extract.keep(&answer, &mut values);
    (kept == Kept::Yes).then(|| values.slot(0).to_owned())
}

fn pointer(text: &str) -> Planned {
    Planned::Pointer(text.to_owned())
}

fn pattern(text: &str) -> Planned {
    Planned::Pattern(text.to_owned())
}

#[test]
fn json_values_are_kept_as_checks_see_them() {
    let body = br#"{"token":"abc","n":12,"user":{"id":[1,2]}}"#;
    let found = |text: &str| kept(&pointer(text), body);
    assert_eq!(found("/token").as_deref(), Some("abc"));
    assert_eq!(found("/n").as_deref(), Some("12"));
    assert_eq!(found("/user").as_deref(), Some(r#"{"id":[1,2]}"#));
    assert_eq!(found("/tokens"), None);
    assert_eq!(kept(&pointer("/a"), b"not json"), None);
}

#[test]
fn headers_are_kept_whatever_their_case() {
    let found = |name: &str| kept(&Planned::Header(name.to_owned()), b"");
    assert_eq!(found("location").as_deref(), Some("/orders/7"));
    assert_eq!(found("x-empty").as_deref(), Some(""));
    assert_eq!(found("etag"), None);
}

#[test]
fn an_expression_keeps_its_group_or_the_whole_match() {
    let body = b"<input name=\"csrf\" value=\"a-1\"> \xff order 77";
    let found = |text: &str| kept(&pattern(text), body);
    assert_eq!(found(r#"value="([^"]+)""#).as_deref(), Some("a-1"));
    assert_eq!(found(r"order \d+").as_deref(), Some("order 77"));
    assert_eq!(found(r"id=(\d+)|order (\d+)").as_deref(), Some("77"));
    assert_eq!(found("order (x?)").as_deref(), Some(""));
    assert_eq!(found("nothing"), None);
}

#[test]
fn a_bad_place_is_refused() {
    assert!(Extract::compile(&pattern("("), 0).is_err());
    assert!(Extract::compile(&pointer("a"), 0).is_err());
}
