//! One test case, and text made safe for XML 1.0.

/// What became of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It holds; the figures it stands on go into `system-out`.
    Passed { detail: String },
    /// It does not hold.
    Failure {
        kind: &'static str,
        message: String,
        detail: String,
    },
    /// It cannot be trusted.
    Error {
        kind: &'static str,
        message: String,
        detail: String,
    },
    /// It was not judged.
    Skipped { message: String },
}

/// One `testcase`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Case {
    group: &'static str,
    name: String,
    pub(super) outcome: Outcome,
}

impl Case {
    pub(super) fn new(group: &'static str, name: &str, outcome: Outcome) -> Self {
        Self {
            group,
            name: name.to_owned(),
            outcome,
        }
    }

    /// The element. The class is `<plan>.<group>`: what most viewers fold by.
    pub(super) fn xml(&self, plan: &str, seconds: f64) -> String {
        let class = attribute(&format!("{plan}.{}", self.group));
        let name = attribute(&self.name);
        let head =
            format!("    <testcase classname=\"{class}\" name=\"{name}\" time=\"{seconds:.3}\"");
        let inside = match &self.outcome {
            Outcome::Passed { detail } if detail.is_empty() => return head + "/>\n",
            Outcome::Passed { detail } => {
                format!("<system-out>{}</system-out>", content(detail))
            }
            Outcome::Skipped { message } => {
                format!("<skipped message=\"{}\"/>", attribute(message))
            }
            Outcome::Failure {
                kind,
                message,
                detail,
            } => told("failure", kind, message, detail),
            Outcome::Error {
                kind,
                message,
                detail,
            } => told("error", kind, message, detail),
        };
        format!("{head}>\n      {inside}\n    </testcase>\n")
    }
}

fn told(element: &str, kind: &str, message: &str, detail: &str) -> String {
    format!(
        "<{element} type=\"{kind}\" message=\"{}\">{}</{element}>",
        attribute(message),
        content(detail)
    )
}

/// Text between tags.
pub(super) fn content(text: &str) -> String {
    text.chars().map(escaped).collect()
}

/// Text of a quoted attribute; a parser would turn a bare line break into a blank.
pub(super) fn attribute(text: &str) -> String {
    content(text)
        .replace('\n', "&#10;")
        .replace('\r', "&#13;")
        .replace('\t', "&#9;")
}

// Characters that XML 1.0 cannot hold at all, escaped or not (production 2, `Char`), become the replacement character.
fn escaped(c: char) -> String {
    match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\'' => "&apos;".to_owned(),
        '\t' | '\n' | '\r' => c.to_string(),
        '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => '\u{fffd}'.to_string(),
        _ => c.to_string(),
    }
}
