//! Blanks comments, literals and test items, and leaves every byte of the rest where it was.

/// Comments and the insides of literals become spaces; line breaks stay.
pub fn mask(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let blank = not_code(rest, out.chars().next_back());
        if blank > 0 {
            out.extend(rest[..blank].chars().flat_map(blanked));
            rest = &rest[blank..];
        } else {
            let next = rest.chars().next().expect("the rest is not empty");
            out.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    out
}

/// As many spaces as the character has bytes, so that offsets stay.
fn blanked(c: char) -> impl Iterator<Item = char> {
    let filler = if c == '\n' { '\n' } else { ' ' };
    std::iter::repeat_n(filler, c.len_utf8())
}

/// How many bytes at the start of `rest` are a comment or a literal; 0 if it begins with code.
fn not_code(rest: &str, before: Option<char>) -> usize {
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return block_comment(rest);
    }
    let in_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    match raw_string(rest) {
        Some(length) if !in_word => length,
        _ if rest.starts_with('"') => quoted(rest, '"'),
        _ if rest.starts_with('\'') => character(rest),
        _ => 0,
    }
}

/// Block comments nest.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        let tail = &rest.as_bytes()[at..];
        if tail.starts_with(b"/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if tail.starts_with(b"*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// `r"…"`, `r#"…"#` and their byte and C forms.
fn raw_string(rest: &str) -> Option<usize> {
    let body = rest
        .strip_prefix(['b', 'c'])
        .unwrap_or(rest)
        .strip_prefix('r')?;
    let hashes = body.len() - body.trim_start_matches('#').len();
    let inside = body[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = inside.find(&end).map_or(inside.len(), |at| at + end.len());
    Some(rest.len() - inside.len() + length)
}

/// From one quote to the next that no backslash protects.
fn quoted(rest: &str, quote: char) -> usize {
    let mut protected = false;
    for (at, c) in rest.char_indices().skip(1) {
        if c == quote && !protected {
            return at + c.len_utf8();
        }
        protected = c == '\\' && !protected;
    }
    rest.len()
}

/// A character literal; 0 for a lifetime.
fn character(rest: &str) -> usize {
    let mut chars = rest.chars().skip(1);
    match (chars.next(), chars.next()) {
        (Some('\\'), _) | (Some(_), Some('\'')) => quoted(rest, '\''),
        _ => 0,
    }
}

/// Where the brace opened at `open` closes; the end of the code if it never does.
pub fn closing(code: &str, open: usize) -> usize {
    let mut depth = 0_i32;
    for (at, byte) in code.bytes().enumerate().skip(open) {
        depth += i32::from(byte == b'{') - i32::from(byte == b'}');
        if depth == 0 {
            return at;
        }
    }
    code.len()
}

/// Blanks every item under `#[cfg(test)]` in code that is masked already.
pub fn without_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let Some(start) = code.find(MARK) else {
        return code.to_owned();
    };
    let body = &code[start..];
    let end = match (body.find('{'), body.find(';')) {
        (Some(brace), Some(semicolon)) if semicolon < brace => start + semicolon + 1,
        (Some(brace), _) => (closing(code, start + brace) + 1).min(code.len()),
        (None, Some(semicolon)) => start + semicolon + 1,
        (None, None) => code.len(),
    };
    let blank: String = code[start..end].chars().flat_map(blanked).collect();
    format!("{}{blank}{}", &code[..start], without_tests(&code[end..]))
}

/// The code that is left, with runs of spaces squeezed.
fn left(text: &str) -> String {
    let masked = mask(text);
    assert_eq!(masked.len(), text.len(), "bytes stay where they were");
    masked.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn comments_go() {
    assert_eq!(left("a // std::fs\nb /* x /* y */ std::env */ c"), "a b c");
    assert_eq!(left("//! über std::fs\na"), "a");
}

#[test]
fn literals_go() {
    assert_eq!(
        left(r#"f("std::fs \" x", 'a', '\'', '"') + b"x""#),
        "f( , , , ) + b"
    );
    assert_eq!(left(r##"r"\" + r#"a " b"# + br"c" + d"##), "+ + + d");
    assert_eq!(left(r#"for"x""#), "for");
}

#[test]
fn lifetimes_stay() {
    assert_eq!(
        left("fn f<'a>(x: &'a str) -> &'static str"),
        "fn f<'a>(x: &'a str) -> &'static str"
    );
}

#[test]
fn test_items_go() {
    let shipped = without_tests(
        "a;\n#[cfg(test)]\nmod tests;\nb;\n#[cfg(test)]\nmod t { fn f() { unsafe {} } }\nc;",
    );
    let words: Vec<_> = shipped.split_whitespace().collect();
    assert_eq!(words, ["a;", "b;", "c;"]);
    assert_eq!(shipped.lines().position(|line| line == "c;"), Some(6));
}
