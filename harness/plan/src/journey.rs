//! Journeys without code: what a user does to any HTTP service, as data. The plan file describes them, `scenarios` acts them out.

mod template;

pub use template::{RESERVED, is_name};

use std::time::Duration;

/// What one user does, step by step.
#[derive(Debug, Clone, PartialEq)]
pub struct Journey {
    /// In order; each is one request.
    pub steps: Vec<Step>,
    /// Whether cookies that the target sets are sent back to it, for as long as a visit lasts.
    pub cookies: bool,
}

/// One request, and what is made of its answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its name in thresholds, reports and metrics.
    pub name: String,
    /// What is sent.
    pub request: RequestTemplate,
    /// What the answer must satisfy; with none of a status, 2xx.
    pub checks: Vec<Check>,
    /// What is kept of the answer for later steps.
    pub extracts: Vec<Extract>,
    /// Service time assumed for the intended start of the next step (partly open model); `None` waits for the answer.
    pub expected: Option<Duration>,
    /// Pause after the answer.
    pub think: Think,
}

/// A request with holes in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestTemplate {
    /// In capitals.
    pub method: String,
    /// Path and query; begins with `/`.
    pub path: Template,
    /// Name and value.
    pub headers: Vec<(String, Template)>,
    /// The body, if there is one.
    pub body: Option<Template>,
}

/// Text with variables: `${name}`, `${feeder.column}`, or a built-in one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Template {
    /// Literal and variable parts, in order.
    pub parts: Vec<Part>,
}

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// As it stands.
    Text(String),
    /// A value of an earlier step's [`Extract`], of the run (`-e NAME=VALUE`), or of a plan's `[vars]`.
    Variable(String),
    /// The column of the feeder's row that this visit drew.
    Column {
        /// The feeder.
        feeder: String,
        /// Its column.
        column: String,
    },
    /// The arrival's number, from 0: `${arrival}`.
    Arrival,
    /// The user's number, from 0: `${user}`.
    User,
    /// The run's name: `${run}`.
    Run,
    /// A UUID that depends on seed, arrival and step only: `${uuid}`.
    Uuid,
    /// A whole number in `from..=to` that depends on seed, arrival and step only: `${random(1,100)}`.
    Random {
        /// The least.
        from: i64,
        /// The most.
        to: i64,
    },
}

/// What an answer must satisfy.
#[derive(Debug, Clone, PartialEq)]
pub enum Check {
    /// One of these status codes.
    Status(Vec<u16>),
    /// The JSON value at the pointer equals this text (strings without quotes, other values as JSON).
    JsonEquals {
        /// RFC 6901.
        pointer: String,
        /// What must be there.
        equals: Template,
    },
    /// There is a JSON value at the pointer that matches the regular expression.
    JsonMatches {
        /// RFC 6901.
        pointer: String,
        /// The expression.
        pattern: String,
    },
    /// The body contains this text.
    BodyContains(Template),
    /// The header field is there and contains this text.
    HeaderContains {
        /// In lower case.
        name: String,
        /// What it must contain.
        contains: Template,
    },
    /// The answer came within this service time.
    Within(Duration),
    /// The body has at most this many bytes.
    MostBytes(u64),
}

/// What is kept of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extract {
    /// The variable it becomes.
    pub variable: String,
    /// Where it is.
    pub from: Place,
}

/// A place in an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// JSON pointer (RFC 6901).
    Pointer(String),
    /// Header field, in lower case.
    Header(String),
    /// Regular expression over the body: the first group, or the whole match without one.
    Pattern(String),
}

/// A pause, drawn from the seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Think {
    /// The shortest.
    pub least: Duration,
    /// The longest; equal to `least` for a fixed pause.
    pub most: Duration,
}

impl Think {
    /// No pause.
    pub const NONE: Self = Self {
        least: Duration::ZERO,
        most: Duration::ZERO,
    };
}

/// Where values come from that users send.
#[derive(Debug, Clone, PartialEq)]
pub struct Feeder {
    /// Its name in templates.
    pub name: String,
    /// Its rows.
    pub rows: Rows,
    /// How a visit takes one.
    pub pick: FeederPick,
}

/// The rows of a feeder.
#[derive(Debug, Clone, PartialEq)]
pub enum Rows {
    /// CSV with a head line, or JSON lines (`.jsonl`, `.ndjson`); the path is relative to the plan file.
    File(String),
    /// Whole numbers `from..=to`, in the column `value`.
    Numbers {
        /// The first.
        from: i64,
        /// The last.
        to: i64,
    },
    /// These values, in the column `value`.
    Values(Vec<String>),
}

/// How a visit takes a row. Each depends on seed and arrival number only.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FeederPick {
    /// In order, from the first again after the last.
    Sequential,
    /// A seeded permutation, another one for each pass.
    Shuffle,
    /// In order and each once; too few rows for the plan is a mistake in the plan.
    Unique,
    /// All alike, with repetitions.
    Random,
    /// Zipf's law with this exponent: the first rows far more often.
    Zipf(f64),
}
