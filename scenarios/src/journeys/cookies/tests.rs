#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use proptest::prelude::*;
use std::time::Duration;

fn sent_after(fields: &[&str]) -> String {
    let mut jar = Jar::default();
    let fields: Vec<_> = fields.iter().map(|&value| ("Set-Cookie", value)).collect();
    jar.take(&Answer::new(&fields, b"", 0, Duration::ZERO));
    let mut out = String::new();
    jar.write(&mut out);
    out
}

#[test]
fn cookies_are_sent_back_in_the_order_they_were_set() {
    assert_eq!(
        sent_after(&["sid=31d4; Path=/; HttpOnly", "lang=en-US", "t=a=b"]),
        "sid=31d4; lang=en-US; t=a=b"
    );
}

#[test]
fn a_later_value_takes_the_place_of_an_earlier_one() {
    assert_eq!(sent_after(&["a=1", "b=2", "a=3", "A=4"]), "a=3; b=2; A=4");
}

#[test]
fn an_age_of_nothing_removes_a_cookie() {
    for age in [
        "Max-Age=0",
        " max-age = 00 ",
        "Max-Age=-1",
        "Max-Age=5; Max-Age=0",
    ] {
        assert_eq!(
            sent_after(&["a=1", "b=2", &format!("a=x; {age}")]),
            "b=2",
            "{age}"
        );
    }
    for age in [
        "Max-Age=1",
        "Max-Age=",
        "Max-Age=soon",
        "Max-Age=0; Max-Age=9",
        "Expires=0",
    ] {
        assert_eq!(sent_after(&["a=1", &format!("a=x; {age}")]), "a=x", "{age}");
    }
    assert_eq!(sent_after(&["never=there; Max-Age=0"]), "");
}

#[test]
fn what_is_no_cookie_is_left_out() {
    let long = format!("a={}", "x".repeat(MOST_BYTES));
    for field in ["", "novalue", "=1", " =1", "a=\u{1}", &long] {
        assert_eq!(sent_after(&[field]), "", "{field}");
    }
}

#[test]
fn a_jar_is_bounded() {
    let fields: Vec<_> = (0..MOST_COOKIES + 10).map(|n| format!("c{n}=1")).collect();
    let sent = sent_after(&fields.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(sent.split("; ").count(), MOST_COOKIES);
}

proptest! {
    #[test]
    fn no_field_can_end_the_line_of_a_request(field in "(?s).{0,40}|[a-z=;\\r\\n ]{0,40}") {
        let sent = sent_after(&[&field]);
        prop_assert!(!sent.chars().any(|c| c.is_ascii_control() && c != '\t'), "{:?}", sent);
    }
}
