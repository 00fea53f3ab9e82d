//! Thresholds as they are written: `p99 < 20ms`, `service_time: p(99.9) < 5ms`, `response_time{step=transfer}: p99<20ms`,
//! `error_ratio < 0.1%`, `qps >= 480`.
//!
//! ```text
//! rule  = [ metric [ "{" "step" "=" name "}" ] ":" ] term op value [ "over" duration ]    for durations
//!       | metric [ "{" "step" "=" name "}" ] [ ":" "rate" ] op value [ "over" duration ]  for ratios and rates
//! term  = "p" number | "p(" number ")" | "mean" | "avg" | "min" | "max"
//! op    = "<" | "<=" | ">" | ">="
//! value = number with unit for durations, 0..1 or % for ratios, number with or without "/s" for rates
//! ```
//!
//! Of single steps response time, service time and error ratio are known; the other metrics are of the whole run. `errors` is short for
//! `error_ratio`, `dropped` for `dropped_ratio`. With `over 10s` each stretch of ten seconds of the steady phase is judged, not all of it.

use crate::error::{PlanError, suggest};
use record::histogram::Histogram;
use record::quantity::{Rate, parse_duration, parse_rate};
use record::rule::{Metric, Operator, Rule, Term};
use record::run::Model;
use std::time::Duration;

/// The shortest stretch a rule may be judged on: windows are one second.
const LEAST_STRETCH: Duration = Duration::from_secs(1);

/// Reads rules with commas between, as in `p99<20ms,error_ratio<0.001`.
pub fn list(text: &str, model: Model) -> Result<Vec<Rule>, PlanError> {
    let mut inside = false;
    let is_between = |c: char| {
        inside = (inside || c == '{') && c != '}';
        c == ',' && !inside
    };
    text.split(is_between)
        .map(|rule| parse(rule, model))
        .collect()
}

/// Reads one rule. A term without a metric means response time in the open model and service time in the closed one, where a
/// response time cannot show a stall.
pub fn parse(text: &str, model: Model) -> Result<Rule, PlanError> {
    let text = text.trim();
    let fail = |what: String| PlanError::new(format!("threshold \"{text}\""), what);
    let (left, operator, value) = split(text).map_err(fail)?;
    let (metric, step, term) = left_side(left, model).map_err(fail)?;
    let (value, over) = stretch(value).map_err(fail)?;
    let limit = limit(&metric, value).map_err(fail)?;
    let rule = Rule {
        text: text.to_owned(),
        metric,
        step,
        term,
        operator,
        limit,
        over,
        abort: None,
    };
    decides(&rule, model).map_err(fail)?;
    Ok(rule)
}

fn split(text: &str) -> Result<(&str, Operator, &str), String> {
    const OPERATORS: [(&str, Operator); 4] = [
        ("<=", Operator::LessOrEqual),
        (">=", Operator::GreaterOrEqual),
        ("<", Operator::Less),
        (">", Operator::Greater),
    ];
    // Beyond the selector, whose = is none.
    let from = text.find('}').map_or(0, |at| at + 1);
    let is_sign = |c: char| "<>=!".contains(c);
    let at = text[from..].find(is_sign).map(|at| from + at);
    let at = at.ok_or("has no comparison; write it as in p99 < 20ms")?;
    let signs = text[at..].chars().take_while(|&c| is_sign(c)).count();
    let (written, value) = text[at..].split_at(signs);
    let known = OPERATORS.into_iter().find(|(sign, _)| *sign == written);
    let (_, operator) =
        known.ok_or_else(|| format!("\"{written}\" does not compare; write <, <=, > or >="))?;
    Ok((text[..at].trim(), operator, value.trim()))
}

// `20ms over 10s` is a limit and a stretch.
fn stretch(value: &str) -> Result<(&str, Option<Duration>), String> {
    let Some((value, over)) = value.split_once(" over ") else {
        return Ok((value, None));
    };
    let over = parse_duration(over).map_err(|error| error.to_string())?;
    if !(LEAST_STRETCH..=crate::limits::PHASE).contains(&over) {
        return Err(format!(
            "over {over:?} is not between {LEAST_STRETCH:?} and {:?}",
            crate::limits::PHASE
        ));
    }
    Ok((value.trim(), Some(over)))
}

fn left_side(left: &str, model: Model) -> Result<(Metric, Option<String>, Term), String> {
    let (selector, figure) = match left.find('}') {
        Some(end) => (&left[..=end], after_selector(&left[end + 1..])?),
        None => match left.split_once(':') {
            Some((selector, figure)) => (selector, Some(figure.trim())),
            None if metric(left).is_none() => return Ok((usual(model), None, term(left)?)),
            None => (left, None),
        },
    };
    let (metric, step) = selector_parts(selector.trim())?;
    let name = metric.name();
    let term = match figure {
        Some(figure) if metric.is_duration() => term(figure)?,
        None | Some("rate") if !metric.is_duration() => Term::Value,
        Some(_) => return Err(format!("\"{name}\" is one value; write {name} < …")),
        None => {
            return Err(format!(
                "says not which figure of \"{name}\"; write {name}: p99 < …"
            ));
        }
    };
    Ok((metric, step, term))
}

// What follows `}`: `: term`, or nothing.
fn after_selector(rest: &str) -> Result<Option<&str>, String> {
    match rest.trim() {
        "" => Ok(None),
        rest => match rest.strip_prefix(':') {
            Some(figure) => Ok(Some(figure.trim())),
            None => Err(format!("needs a : between }} and \"{rest}\"")),
        },
    }
}

fn usual(model: Model) -> Metric {
    match model {
        Model::Open | Model::PartlyOpen => Metric::ResponseTime,
        Model::Closed => Metric::ServiceTime,
    }
}

fn metric(name: &str) -> Option<Metric> {
    let name = match name {
        "errors" => "error_ratio",
        "dropped" => "dropped_ratio",
        other => other,
    };
    let mut all = Metric::NAMES.into_iter();
    all.find_map(|(known, metric)| (known == name).then_some(metric))
}

fn selector_parts(selector: &str) -> Result<(Metric, Option<String>), String> {
    let (name, step) = match selector.split_once('{') {
        None => (selector, None),
        Some((name, labels)) => (name.trim(), Some(step(labels)?)),
    };
    let names = Metric::NAMES.map(|(name, _)| name);
    let metric = metric(name)
        .ok_or_else(|| format!("\"{name}\" is not a metric; {}", suggest(name, &names)))?;
    let of_steps = [
        Metric::ResponseTime,
        Metric::ServiceTime,
        Metric::ErrorRatio,
    ];
    if step.is_some() && !of_steps.contains(&metric) {
        return Err(format!(
            "\"{name}\" is known of the whole run only; remove {{step=…}}"
        ));
    }
    Ok((metric, step))
}

fn step(labels: &str) -> Result<String, String> {
    let inside = labels.strip_suffix('}').ok_or("misses the closing }")?;
    let (key, value) = inside.split_once('=').ok_or("needs {step=NAME}")?;
    match (key.trim(), value.trim().trim_matches('"')) {
        ("step", "") => Err("needs {step=NAME}".to_owned()),
        ("step", name) => Ok(name.to_owned()),
        (other, _) => Err(format!("selects by \"{other}\"; only step can be selected")),
    }
}

fn term(text: &str) -> Result<Term, String> {
    match text {
        "mean" | "avg" => Ok(Term::Mean),
        "min" => Ok(Term::Min),
        "max" | "p100" | "p(100)" => Ok(Term::Max),
        _ => match text.strip_prefix('p').filter(|rest| is_number(rest)) {
            Some(number) => quantile(number)
                .ok_or_else(|| format!("\"{text}\" is not a percentile between p0 and p100")),
            None => Err(no_term(text)),
        },
    }
}

fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit() || c == '(')
}

fn quantile(number: &str) -> Option<Term> {
    let inside = match number.strip_prefix('(') {
        Some(rest) => rest.strip_suffix(')')?.trim(),
        None => number.trim(),
    };
    let percent: f64 = inside.parse().ok()?;
    // Rounded, so that 99.9 % is the share 0.999 and not its neighbour.
    (0.0..100.0)
        .contains(&percent)
        .then(|| Term::Quantile((percent * 1e7).round() / 1e9))
}

fn no_term(text: &str) -> String {
    let figures = ["p99", "mean", "min", "max"];
    let metrics = Metric::NAMES.map(|(name, _)| name);
    let known: Vec<&str> = figures.into_iter().chain(metrics).collect();
    let hint = suggest(text, &known);
    format!("\"{text}\" is neither a figure nor a metric; {hint}")
}

fn limit(metric: &Metric, value: &str) -> Result<f64, String> {
    if metric.is_duration() {
        return parse_duration(value)
            .map(|limit| limit.as_nanos() as f64)
            .map_err(|e| e.to_string());
    }
    if metric.is_ratio() {
        let (number, scale) = match value.strip_suffix('%') {
            Some(percent) => (percent.trim(), 100.0),
            None => (value, 1.0),
        };
        return match number.parse::<f64>() {
            Ok(ratio) if ratio.is_finite() && (0.0..=scale).contains(&ratio) => Ok(ratio / scale),
            _ => Err(format!("\"{value}\" is not a ratio; write 0.001 or 0.1%")),
        };
    }
    parse_rate(value).map(Rate::get).map_err(|e| e.to_string())
}

// A rule that can never fail or never pass decides nothing, and one on the response time of a closed plan is blind to stalls.
fn decides(rule: &Rule, model: Model) -> Result<(), String> {
    if rule.metric == Metric::ResponseTime && model == Model::Closed {
        return Err("a closed plan has no response time to judge: its users wait, so a stall delays them instead of showing; use service_time, or an open plan".to_owned());
    }
    let (least, most) = bounds(&rule.metric);
    let never_fails = match rule.operator {
        Operator::Less => rule.limit > most,
        Operator::LessOrEqual => rule.limit >= most,
        Operator::Greater => rule.limit < least,
        Operator::GreaterOrEqual => rule.limit <= least,
    };
    let never_passes = match rule.operator {
        Operator::Less => rule.limit <= least,
        Operator::LessOrEqual => rule.limit < least,
        Operator::Greater => rule.limit >= most,
        Operator::GreaterOrEqual => rule.limit > most,
    };
    if never_fails {
        return Err("can never fail".to_owned());
    }
    if never_passes {
        return Err("can never pass".to_owned());
    }
    Ok(())
}

// What a metric can be at all; a histogram keeps durations between 1 ns and one hour.
fn bounds(metric: &Metric) -> (f64, f64) {
    if metric.is_duration() {
        (1.0, Histogram::HIGHEST_NS as f64)
    } else if metric.is_ratio() {
        (0.0, 1.0)
    } else {
        (0.0, f64::INFINITY)
    }
}

#[cfg(test)]
mod tests;
