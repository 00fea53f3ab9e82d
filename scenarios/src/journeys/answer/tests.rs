#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

/// Header fields without an exchange.
impl Fields for Vec<(&str, &str)> {
    fn first(&self, name: &str) -> Option<&str> {
        let mut fields = self.iter();
        fields
            .find(|(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| *value)
    }

    fn each(&self, name: &str, take: &mut dyn FnMut(&str)) {
        self.iter()
            .filter(|(field, _)| field.eq_ignore_ascii_case(name))
            .for_each(|(_, value)| take(value));
    }
}

#[test]
fn the_body_is_parsed_once_and_kept() {
    let fields = Vec::new();
    let answer = Answer::new(&fields, b"[1]", 3, Duration::ZERO);
    assert!(answer.json.get().is_none());
    let first = answer.json().unwrap();
    assert!(std::ptr::eq(first, answer.json().unwrap()));
    let other = Answer::new(&fields, b"[1", 2, Duration::ZERO);
    assert!(other.json().is_none());
    assert_eq!(other.json.get(), Some(&None));
}

#[test]
fn a_text_is_a_string_itself_or_the_json_of_another_value() {
    let mut buffer = "old".to_owned();
    assert_eq!(text(&Value::from("a\"b"), &mut buffer), "a\"b");
    assert_eq!(text(&Value::from(vec![1, 2]), &mut buffer), "[1,2]");
}
