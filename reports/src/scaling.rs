//! A sweep over levels of concurrency in words: what `loadtest sweep` prints and writes.

use crate::show;
use record::quantity::format_nanoseconds;
use stats::capacity::Limiter;
use stats::usl::{Fitted, Interval, Scalability};
use std::fmt::Write as _;

/// One level.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuredLevel {
    /// Users who each wait for their answer.
    pub users: u32,
    /// Transactions per second of each whole window of the steady phase.
    pub windows: Vec<f64>,
    /// Median service time, nanoseconds.
    pub p50_ns: Option<u64>,
    /// 99th percentile of service time, nanoseconds.
    pub p99_ns: Option<u64>,
    /// Failed ÷ all requests.
    pub error_ratio: Option<f64>,
    /// Why it is not among the levels of the fit, a fragment each; empty if it is.
    pub invalid: Vec<String>,
    /// Its run folder, relative to the folder of the sweep.
    pub folder: String,
}

impl MeasuredLevel {
    /// Mean throughput with its 95 % interval from the spread between windows, per second; `None` without windows.
    pub fn throughput(&self) -> Option<Interval> {
        let count = self.windows.len() as f64;
        let point = (count > 0.0).then(|| self.windows.iter().sum::<f64>() / count)?;
        let squares: f64 = self.windows.iter().map(|x| (x - point).powi(2)).sum();
        // Two standard errors; from one window nothing is known of the spread.
        let half = if count > 1.0 {
            2.0 * (squares / (count - 1.0) / count).sqrt()
        } else {
            f64::INFINITY
        };
        Some(Interval {
            low: (point - half).max(0.0),
            point,
            high: point + half,
        })
    }
}

/// Everything a sweep established.
#[derive(Debug, Clone, PartialEq)]
pub struct Sweep {
    /// The run id of the sweep.
    pub run_id: String,
    /// The plan's name.
    pub plan: String,
    /// What was loaded.
    pub target: String,
    /// The levels in order.
    pub levels: Vec<MeasuredLevel>,
    /// What the law says of them.
    pub scalability: Scalability,
    /// What was used up at the level of highest throughput.
    pub limiter: Option<Limiter>,
    /// Why the sweep ended before its last level, a fragment.
    pub cut_short: Option<String>,
}

/// One line about a level that has just ended.
pub fn line(level: &MeasuredLevel) -> String {
    let mut line = row(level).join("  ");
    if let Some(why) = level.invalid.first() {
        let _ = write!(line, "  invalid: {why}");
    }
    line
}

const HEADINGS: [&str; 5] = ["users", "throughput", "95 % of it", "p50", "p99"];

fn row(level: &MeasuredLevel) -> [String; 5] {
    let told = |ns: Option<u64>| ns.map_or_else(|| "-".to_owned(), format_nanoseconds);
    let (mean, range) = level.throughput().map_or_else(
        || ("-".to_owned(), "-".to_owned()),
        |x| (show::rate(x.point), range(&x)),
    );
    let users = show::count(u64::from(level.users));
    [
        format!("{users:>6}"),
        format!("{mean:>12}"),
        format!("{range:>20}"),
        format!("{:>8}", told(level.p50_ns)),
        format!("{:>8}", told(level.p99_ns)),
    ]
}

fn range(interval: &Interval) -> String {
    if interval.high.is_finite() {
        format!(
            "{}..{}",
            show::number(interval.low),
            show::number(interval.high)
        )
    } else {
        "unknown".to_owned()
    }
}

/// What the law says, a sentence each.
pub fn words(sweep: &Sweep) -> Vec<String> {
    let mut words = Vec::new();
    if let Some(why) = &sweep.cut_short {
        words.push(format!("cut short: {why}"));
    }
    match &sweep.scalability {
        Scalability::NotEnoughLevels(why) => words.push(format!("not enough levels: {why}")),
        Scalability::Fitted(fitted) => words.extend(fitted.words()),
    }
    if let Some(limiter) = &sweep.limiter {
        words.push(format!(
            "at the highest throughput: {} ({})",
            limiter.resource.name(),
            limiter.evidence
        ));
    }
    words
}

/// Name and value of each parameter; empty without a fit.
pub(crate) fn parameters(sweep: &Sweep) -> Vec<(&'static str, String)> {
    let Scalability::Fitted(fitted) = &sweep.scalability else {
        return Vec::new();
    };
    let Fitted { g, s, k, peak, .. } = fitted.as_ref();
    let digits = |one: &Interval| {
        format!(
            "{} ({}..{})",
            small(one.point),
            small(one.low),
            small(one.high)
        )
    };
    let mut all = vec![
        (
            "g, throughput of one user",
            format!("{} ({})", show::rate(g.point), range(g)),
        ),
        ("s, contention", digits(s)),
        ("k, coherency", digits(k)),
    ];
    if let Some(peak) = peak {
        all.push((
            "N*, users at the peak",
            format!(
                "{} ({})",
                show::number(peak.users.point),
                range(&peak.users)
            ),
        ));
        all.push((
            "peak throughput",
            format!(
                "{} ({})",
                show::rate(peak.throughput.point),
                range(&peak.throughput)
            ),
        ));
    }
    all
}

// Contention and coherency differ by orders of magnitude.
fn small(value: f64) -> String {
    if value == 0.0 {
        "0".to_owned()
    } else if value.abs() < 1e-3 {
        format!("{value:.2e}")
    } else {
        format!("{value:.4}")
    }
}

/// The result for people.
pub fn text(sweep: &Sweep, folder: &str) -> String {
    let [users, mean, range, p50, p99] = HEADINGS;
    let mut text = format!("{users:>6}  {mean:>12}  {range:>20}  {p50:>8}  {p99:>8}\n");
    for level in &sweep.levels {
        let _ = writeln!(text, "{}", line(level));
    }
    for (name, value) in parameters(sweep) {
        let _ = writeln!(text, "{:<27}{value}", format!("{name}:"));
    }
    for sentence in words(sweep) {
        let _ = writeln!(text, "{sentence}");
    }
    let _ = writeln!(text, "folder: {folder}");
    text
}

/// The result for a pull request, `sweep.md`.
pub fn markdown(sweep: &Sweep) -> String {
    let safe = crate::markdown::safe;
    let mut text = format!(
        "## Scalability: {}\n\nAgainst {}. Sweep {}.\n\n",
        safe(&sweep.plan),
        safe(&sweep.target),
        safe(&sweep.run_id)
    );
    for sentence in words(sweep) {
        let _ = writeln!(text, "- {}", safe(&sentence));
    }
    let _ = write!(
        text,
        "\n| {} |\n| ---: | ---: | ---: | ---: | ---: |\n",
        HEADINGS.join(" | ")
    );
    for level in &sweep.levels {
        let cells = row(level).map(|cell| cell.trim().to_owned());
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    for (name, value) in parameters(sweep) {
        let _ = write!(text, "\n- {name}: {value}");
    }
    text.push('\n');
    text
}

#[cfg(test)]
pub(crate) mod tests;
