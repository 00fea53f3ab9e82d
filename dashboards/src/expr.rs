//! PromQL built from the catalog, so that a query cannot ask for what nobody exposes.
//!
//! Three steps, each its own type: a [`Selector`] picks the series of one family, a [`Series`] is what a function makes of
//! them, an [`Expr`] is aggregated and may stand on a panel. Nonsense is a panic at build time: an unknown family or label,
//! a value outside a closed list, a rate over a gauge, a quantile of a counter, panels that mix seconds with bytes. All
//! boards are built by a test, so such a panic never reaches a user.

use std::fmt;

use record::catalog::{self, Family, Kind, Values};

pub use dimension::Dimension;

mod dimension;
mod histogram;

/// The matchers that every selector of a board holds, called S in the design. All of `$run_id` is `.*`, which also matches a
/// series without that label.
const BOARD_MATCHERS: [&str; 3] = [
    r#"job=~"$job""#,
    r#"instance=~"$instance""#,
    r#"run_id=~"$run_id""#,
];
/// The job of backfilled runs whose steady phases begin at the same time.
pub const ALIGNED_JOB: &str = "aligned";
/// Labels that Prometheus or the discovery adds to every series.
const SCRAPE_LABELS: [&str; 3] = ["job", "instance", "run_id"];

/// Over how much time a function looks back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// `$__rate_interval`: at least four scrapes; for lines over time.
    RateInterval,
    /// `$__range`: all the board shows; only for instant queries.
    Range,
    /// A literal such as `1m`; only for rules, which know no variables.
    Fixed(&'static str),
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RateInterval => "$__rate_interval",
            Self::Range => "$__range",
            Self::Fixed(window) => window,
        })
    }
}

/// The series of one family that satisfy some matchers.
#[derive(Debug, Clone)]
pub struct Selector {
    family: &'static Family,
    matchers: Vec<String>,
}

/// The series of `family` that the board's variables leave.
pub fn on_board(family: &'static Family) -> Selector {
    selector(family, BOARD_MATCHERS.map(str::to_owned).to_vec())
}

/// One of two runs that are laid over each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    /// What is compared with.
    A,
    /// What is compared.
    B,
}

impl Run {
    /// The variable of the board that names it.
    pub fn variable(self) -> &'static str {
        match self {
            Self::A => "run_a",
            Self::B => "run_b",
        }
    }
}

/// The series of `family` that one of two backfilled runs left, moved to a common time.
pub fn of_run(run: Run, family: &'static Family) -> Selector {
    let run_id = format!(r#"run_id="${}""#, run.variable());
    selector(family, vec![format!(r#"job="{ALIGNED_JOB}""#), run_id])
}

/// All series of `family`: rules know no variables.
pub fn in_rule(family: &'static Family) -> Selector {
    selector(family, Vec::new())
}

fn selector(family: &'static Family, matchers: Vec<String>) -> Selector {
    let name = family.name;
    assert_eq!(
        catalog::find(name),
        Some(family),
        "{name} is not in the catalog"
    );
    Selector { family, matchers }
}

impl Selector {
    /// Keeps the series whose label `key` is `value`.
    pub fn with(self, key: &str, value: &str) -> Self {
        self.check_value(key, value);
        self.and(format!(r#"{key}="{value}""#), key)
    }

    /// Drops the series whose label `key` is `value`.
    pub fn without(self, key: &str, value: &str) -> Self {
        self.check_value(key, value);
        self.and(format!(r#"{key}!="{value}""#), key)
    }

    /// Keeps the series whose label `key` matches the anchored regular expression.
    pub fn like(self, key: &str, regex: &str) -> Self {
        self.and(format!(r#"{key}=~"{regex}""#), key)
    }

    fn and(mut self, matcher: String, key: &str) -> Self {
        check_labels(self.family.name, &labels_of(self.family), &[key]);
        self.matchers.push(matcher);
        self
    }

    fn check_value(&self, key: &str, value: &str) {
        let label = self.family.labels.iter().find(|label| label.key == key);
        if let Some(Values::Closed(values)) = label.map(|label| label.values) {
            let name = self.family.name;
            assert!(
                values.contains(&value),
                "{name}: {key} is never {value:?}, only {values:?}"
            );
        }
    }

    /// How fast a counter grows, per second.
    pub fn rate(self, window: Window) -> Series {
        self.expect(Kind::Counter, "rate");
        let dimension = Dimension::of(self.family).per_second();
        self.windowed("rate", window, dimension)
    }

    /// By how much a counter grew. It is extrapolated to the window's edges, so round what is shown.
    pub fn increase(self, window: Window) -> Series {
        self.expect(Kind::Counter, "increase");
        let dimension = Dimension::of(self.family);
        self.windowed("increase", window, dimension)
    }

    /// The value of a gauge.
    pub fn value(self) -> Series {
        self.expect(Kind::Gauge, "a plain value");
        Series {
            text: self.text(""),
            labels: labels_of(self.family),
            dimension: Dimension::of(self.family),
        }
    }

    /// The highest value of a gauge; for facts of value 1, whether they were seen at all.
    pub fn highest(self, window: Window) -> Series {
        self.expect(Kind::Gauge, "max_over_time");
        let dimension = Dimension::of(self.family);
        self.windowed("max_over_time", window, dimension)
    }

    /// How often a gauge changed.
    pub fn changes(self, window: Window) -> Series {
        self.expect(Kind::Gauge, "changes");
        self.windowed("changes", window, Dimension::Count)
    }

    /// `name{matchers}`, or the bare name where there is nothing to match.
    pub fn text(&self, suffix: &str) -> String {
        let name = self.family.name;
        match self.matchers.as_slice() {
            [] => format!("{name}{suffix}"),
            matchers => format!("{name}{suffix}{{{}}}", matchers.join(",")),
        }
    }

    fn windowed(self, function: &str, window: Window, dimension: Dimension) -> Series {
        Series {
            text: format!("{function}({}[{window}])", self.text("")),
            labels: labels_of(self.family),
            dimension,
        }
    }

    fn expect(&self, kind: Kind, function: &str) {
        let (name, is) = (self.family.name, self.family.kind);
        assert_eq!(is, kind, "{function} of {name}, which is a {is:?}");
    }
}

fn labels_of(family: &Family) -> Vec<&'static str> {
    let own = family.labels.iter().map(|label| label.key);
    own.chain(SCRAPE_LABELS).collect()
}

fn check_labels(name: &str, has: &[&str], wanted: &[&str]) {
    for label in wanted {
        assert!(
            has.contains(label),
            "{name} has no label {label}, only {has:?}"
        );
    }
}

/// One value per series, labels still on.
#[derive(Debug, Clone)]
pub struct Series {
    text: String,
    labels: Vec<&'static str>,
    dimension: Dimension,
}

impl Series {
    /// All series in one.
    pub fn sum(self) -> Expr {
        Expr::whole(format!("sum({})", self.text), self.dimension)
    }

    /// The highest of all series.
    pub fn max(self) -> Expr {
        Expr::whole(format!("max({})", self.text), self.dimension)
    }

    /// One series for each value of the labels `by`.
    pub fn sum_by(self, by: &[&str]) -> Expr {
        self.aggregate("sum", by)
    }

    /// The highest for each value of the labels `by`: for facts that several processes repeat.
    pub fn max_by(self, by: &[&str]) -> Expr {
        self.aggregate("max", by)
    }

    /// Every series by itself, for annotations.
    pub fn each(self) -> Expr {
        Expr::whole(self.text, self.dimension)
    }

    fn aggregate(self, operator: &str, by: &[&str]) -> Expr {
        check_labels(&self.text, &self.labels, by);
        let text = format!("{operator} by ({}) ({})", by.join(", "), self.text);
        Expr::whole(text, self.dimension)
    }
}

/// Whether an expression needs brackets as an operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Whole,
    Binary,
}

/// A finished query, with what its value measures.
#[derive(Debug, Clone)]
pub struct Expr {
    text: String,
    dimension: Dimension,
    form: Form,
}

impl Expr {
    fn whole(text: String, dimension: Dimension) -> Self {
        let form = Form::Whole;
        Self {
            text,
            dimension,
            form,
        }
    }

    /// 1 for each process of a job that the last scrape did not reach: what Prometheus says of itself, so no family of ours.
    pub fn scrapes_failing(job: &str) -> Self {
        let up = format!(r#"up{{job="{job}"}}"#);
        Self::whole(up, Dimension::Count).equals(0.0)
    }

    fn binary(self, operator: &str, right: &str, dimension: Dimension) -> Self {
        Self {
            text: format!("{} {operator} {right}", self.operand()),
            dimension,
            form: Form::Binary,
        }
    }

    fn operand(&self) -> String {
        match self.form {
            Form::Whole => self.text.clone(),
            Form::Binary => format!("({})", self.text),
        }
    }

    /// What the value measures.
    pub fn dimension(&self) -> Dimension {
        self.dimension
    }

    /// This part of a whole that measures the same: 0..1.
    pub fn share_of(self, whole: &Self) -> Self {
        let same = self.dimension.combine(whole.dimension).is_some();
        assert!(same, "{self} is no share of {whole}");
        self.binary("/", &whole.operand(), Dimension::Share)
    }

    /// How much of this there is for one of `events`: bytes per request. Empty below one event per second, where what
    /// the process does besides outweighs the events; without any, an infinite value leaves a panel without axis and line.
    pub fn per(self, events: &Self) -> Self {
        let dimension = self.dimension.per_event(events.dimension);
        let dimension = dimension.unwrap_or_else(|| panic!("{self} per {events} has no unit"));
        self.binary("/", &format!("({} > 1)", events.operand()), dimension)
    }

    /// This, and 0 for every series that only `all` has. Unlike `or vector(0)` it stays empty where `all` is missing.
    pub fn or_zero_of(self, all: &Self) -> Self {
        let dimension = self.dimension;
        self.binary("or", &format!("0 * {}", all.operand()), dimension)
    }

    /// By how much this differs from `base`, which measures the same: 0.03 is 3 % more.
    pub fn change_from(self, base: &Self) -> Self {
        let same = self.dimension.combine(base.dimension).is_some();
        assert!(same, "{self} is not to be compared with {base}");
        let ratio = self.binary("/", &base.operand(), Dimension::Share);
        Self {
            text: format!("{} - 1", ratio.text),
            ..ratio
        }
    }

    /// This less `other`, which measures the same.
    pub fn minus(self, other: &Self) -> Self {
        let dimension = self.dimension.combine(other.dimension);
        let dimension = dimension.unwrap_or_else(|| panic!("{self} less {other} means nothing"));
        self.binary("-", &other.operand(), dimension)
    }

    /// The series of this, and those of `other` that this has not.
    pub fn or(self, other: &Self) -> Self {
        let dimension = self.dimension.combine(other.dimension);
        let dimension = dimension.unwrap_or_else(|| panic!("{self} and {other} in one column"));
        self.binary("or", &other.operand(), dimension)
    }

    /// Only where this is above the value of `limit`, series by series with the same labels `on`.
    pub fn above_each(self, on: &[&str], limit: &Self) -> Self {
        let dimension = self.dimension;
        let operator = format!("> on ({})", on.join(", "));
        self.binary(&operator, &limit.operand(), dimension)
    }

    /// A tenth, a half, the double.
    pub fn times(self, factor: f64) -> Self {
        let dimension = self.dimension;
        self.binary("*", &factor.to_string(), dimension)
    }

    /// Whole numbers: an increase of three is estimated as 3.06.
    pub fn rounded(self) -> Self {
        Self::whole(format!("round({})", self.text), self.dimension)
    }

    /// Multiples of `step`: an increase is extrapolated, and its last digits say nothing.
    pub fn rounded_to(self, step: f64) -> Self {
        Self::whole(format!("round({}, {step})", self.text), self.dimension)
    }

    /// Only where the value is `number`.
    pub fn equals(self, number: f64) -> Self {
        let dimension = self.dimension;
        self.binary("==", &number.to_string(), dimension)
    }

    /// Only where the value is above `number`.
    pub fn above(self, number: f64) -> Self {
        let dimension = self.dimension;
        self.binary(">", &number.to_string(), dimension)
    }

    /// Only where `other` has a series with the same labels `on`.
    pub fn where_also(self, on: &[&str], other: &Self) -> Self {
        let dimension = self.dimension;
        let operator = format!("and on ({})", on.join(", "));
        self.binary(&operator, &other.operand(), dimension)
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests;
