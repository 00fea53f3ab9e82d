//! What an answer must satisfy, made ready. The status is no check here: the driver judges it, with the codes that the step expects.

use super::answer::{Answer, text};
use super::pointer::Pointer;
use super::template::{Escape, Names, Scene, Template};
use plan::journey;
use regex::Regex;
use std::time::Duration;

#[derive(Debug)]
pub(super) enum Check {
    JsonEquals { pointer: Pointer, equals: Template },
    JsonMatches { pointer: Pointer, pattern: Regex },
    BodyContains(Template),
    HeaderContains { name: String, contains: Template },
    Within(Duration),
    MostBytes(u64),
}

/// Texts that a check renders, in buffers that are kept.
#[derive(Debug, Default)]
pub(super) struct Texts {
    wanted: String,
    found: String,
}

impl Texts {
    fn wanted(&mut self, template: &Template, scene: &Scene<'_>) -> &str {
        self.wanted.clear();
        template.render(scene, &mut self.wanted);
        &self.wanted
    }
}

impl Check {
    /// Makes a check ready; `None` for one of the status.
    pub(super) fn compile(
        check: &journey::Check,
        names: &mut impl Names,
    ) -> Result<Option<Self>, String> {
        use journey::Check as Plan;
        let mut template = |text| Template::compile(text, Escape::Nothing, names);
        Ok(Some(match check {
            Plan::Status(_) => return Ok(None),
            Plan::JsonEquals { pointer, equals } => Self::JsonEquals {
                pointer: Pointer::parse(pointer)?,
                equals: template(equals)?,
            },
            Plan::JsonMatches { pointer, pattern } => Self::JsonMatches {
                pointer: Pointer::parse(pointer)?,
                pattern: Regex::new(pattern).map_err(|e| expression(pattern, &e))?,
            },
            Plan::BodyContains(text) => Self::BodyContains(template(text)?),
            Plan::HeaderContains { name, contains } => Self::HeaderContains {
                name: name.clone(),
                contains: template(contains)?,
            },
            Plan::Within(most) => Self::Within(*most),
            Plan::MostBytes(most) => Self::MostBytes(*most),
        }))
    }

    pub(super) fn holds(&self, answer: &Answer<'_>, scene: &Scene<'_>, texts: &mut Texts) -> bool {
        match self {
            Self::JsonEquals { pointer, equals } => {
                let Some(value) = answer.json().and_then(|json| pointer.find(json)) else {
                    return false;
                };
                texts.wanted(equals, scene);
                text(value, &mut texts.found) == texts.wanted
            }
            Self::JsonMatches { pointer, pattern } => {
                let value = answer.json().and_then(|json| pointer.find(json));
                value.is_some_and(|value| pattern.is_match(text(value, &mut texts.found)))
            }
            Self::BodyContains(template) => contains(answer.body, texts.wanted(template, scene)),
            Self::HeaderContains {
                name,
                contains: part,
            } => {
                let wanted = texts.wanted(part, scene);
                let value = answer.fields.first(name);
                value.is_some_and(|value| value.contains(wanted))
            }
            Self::Within(most) => answer.service <= *most,
            Self::MostBytes(most) => answer.body_bytes <= *most,
        }
    }
}

/// What is wrong with an expression, in one line: the crate's own words draw a picture.
pub(super) fn expression(pattern: &str, error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    let why = last.trim().trim_start_matches("error: ");
    format!("expression \"{pattern}\": {why}")
}

// A text that is UTF-8 cannot lie across bytes that are not, so looking between those is enough.
fn contains(body: &[u8], text: &str) -> bool {
    text.is_empty() || body.utf8_chunks().any(|chunk| chunk.valid().contains(text))
}

#[cfg(test)]
mod tests;
