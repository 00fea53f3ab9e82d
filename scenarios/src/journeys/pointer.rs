//! JSON pointers (RFC 6901), taken apart once.

use serde_json::Value;

/// A place in a JSON document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pointer {
    tokens: Vec<String>,
}

impl Pointer {
    /// Reads a pointer: empty for the whole document, or `/` before each token.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self { tokens: Vec::new() });
        }
        let Some(rest) = text.strip_prefix('/') else {
            return Err(format!("pointer \"{text}\" does not begin with /"));
        };
        let unescaped = |token: &str| token.replace("~1", "/").replace("~0", "~");
        Ok(Self {
            tokens: rest.split('/').map(unescaped).collect(),
        })
    }

    /// What is there.
    pub(super) fn find<'v>(&self, document: &'v Value) -> Option<&'v Value> {
        self.tokens
            .iter()
            .try_fold(document, |value, token| match value {
                Value::Object(members) => members.get(token),
                Value::Array(items) => items.get(index(token)?),
                _ => None,
            })
    }
}

// Digits only, and no leading zero: `+1` and `01` are no indexes.
fn index(token: &str) -> Option<usize> {
    let plain =
        token.bytes().all(|b| b.is_ascii_digit()) && (token == "0" || !token.starts_with('0'));
    plain.then(|| token.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn the_examples_of_the_rfc_are_found() {
        let document = json!({"foo": ["bar", "baz"], "": 0, "a/b": 1, "m~n": 8, " ": 7});
        let find = |pointer: &str| Pointer::parse(pointer).unwrap().find(&document).cloned();
        assert_eq!(find(""), Some(document.clone()));
        assert_eq!(find("/foo/0"), Some(json!("bar")));
        assert_eq!(find("/"), Some(json!(0)));
        assert_eq!(find("/a~1b"), Some(json!(1)));
        assert_eq!(find("/m~0n"), Some(json!(8)));
        assert_eq!(find("/ "), Some(json!(7)));
        for nowhere in ["/foo/2", "/foo/01", "/foo/+1", "/foo/-", "/foo/bar", "/x"] {
            assert_eq!(find(nowhere), None, "{nowhere}");
        }
    }

    #[test]
    fn a_pointer_without_its_slash_is_refused() {
        assert!(Pointer::parse("foo").unwrap_err().contains("foo"));
    }

    proptest! {
        #[test]
        fn any_pointer_finds_what_serde_json_finds(pointer in "(/(a|b|0|1|01|~0|~1|~01|\\+1))*") {
            let document = json!({"a": [{"b": 1}, {"~": {"/": 2}}], "b": {"0": [3], "~1": 4}, "/": 5});
            prop_assert_eq!(Pointer::parse(&pointer).unwrap().find(&document), document.pointer(&pointer));
        }
    }
}
