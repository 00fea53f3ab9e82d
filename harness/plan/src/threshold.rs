//! Thresholds as they are written: `p99 < 20ms`, `service_time: p(99.9) < 5ms`, `response_time{step=transfer}: p99<20ms`,
//! `error_ratio < 0.1%`, `qps >= 480`.
//!
//! ```text
//! rule = [ metric [ "{" "step" "=" name "}" ] ":" ] term op value      for durations
//!      | metric op value                                               for ratios and rates
//! term = "p" number | "p(" number ")" | "mean" | "min" | "max"
//! op   = "<" | "<=" | ">" | ">="
//! ```

use crate::error::{PlanError, suggest};
use record::quantity::{parse_duration, parse_rate};
use record::rule::{Metric, Operator, Rule, Term};
use record::run::Model;

/// Reads one rule. A term without a metric means response time in the open model and service time in the closed one, where a
/// response time cannot show a stall.
pub fn parse(text: &str, model: Model) -> Result<Rule, PlanError> {
    let text = text.trim();
    let fail = |what: String| PlanError::new(format!("threshold \"{text}\""), what);
    let (left, operator, value) = split(text)
        .ok_or_else(|| fail("has no comparison; write it as in p99 < 20ms".to_owned()))?;
    let (metric, step, term) = left_side(left, model).map_err(fail)?;
    let limit = limit(&metric, value).map_err(fail)?;
    let rule = Rule {
        text: text.to_owned(),
        metric,
        step,
        term,
        operator,
        limit,
    };
    decides(&rule, model).map_err(fail)?;
    Ok(rule)
}

fn split(text: &str) -> Option<(&str, Operator, &str)> {
    let at = text.find(['<', '>'])?;
    let (left, rest) = text.split_at(at);
    let (operator, length) = match rest.as_bytes() {
        [b'<', b'=', ..] => (Operator::LessOrEqual, 2),
        [b'>', b'=', ..] => (Operator::GreaterOrEqual, 2),
        [b'<', ..] => (Operator::Less, 1),
        _ => (Operator::Greater, 1),
    };
    Some((left.trim(), operator, rest[length..].trim()))
}

fn left_side(left: &str, model: Model) -> Result<(Metric, Option<String>, Term), String> {
    if let Some((selector, term)) = left.split_once(':') {
        let (metric, step) = selector_parts(selector.trim())?;
        if !metric.is_duration() {
            return Err(format!(
                "\"{}\" has no quantiles; write {} < …",
                metric.name(),
                metric.name()
            ));
        }
        return Ok((metric, step, self::term(term.trim())?));
    }
    let whole = Metric::NAMES
        .into_iter()
        .find_map(|(name, metric)| (name == left).then_some(metric));
    if let Some(metric) = whole {
        if metric.is_duration() {
            return Err(format!(
                "says not which figure of \"{left}\"; write {left}: p99 < …"
            ));
        }
        return Ok((metric, None, Term::Value));
    }
    let usual = match model {
        Model::Open => Metric::ResponseTime,
        Model::Closed => Metric::ServiceTime,
    };
    Ok((usual, None, term(left)?))
}

fn selector_parts(selector: &str) -> Result<(Metric, Option<String>), String> {
    let (name, step) = match selector.split_once('{') {
        None => (selector, None),
        Some((name, labels)) => {
            let inside = labels.strip_suffix('}').ok_or("misses the closing }")?;
            let (key, value) = inside.split_once('=').ok_or("needs {step=NAME}")?;
            if key.trim() != "step" {
                return Err(format!(
                    "selects by \"{}\"; only step can be selected",
                    key.trim()
                ));
            }
            (name, Some(value.trim().trim_matches('"').to_owned()))
        }
    };
    let name = name.trim();
    let names: Vec<&str> = Metric::NAMES.iter().map(|(name, _)| *name).collect();
    let found = Metric::NAMES
        .into_iter()
        .find_map(|(known, metric)| (known == name).then_some(metric));
    let metric =
        found.ok_or_else(|| format!("\"{name}\" is not a metric; {}", suggest(name, &names)))?;
    Ok((metric, step))
}

fn term(text: &str) -> Result<Term, String> {
    let quantile = text.strip_prefix('p').map(|rest| {
        let rest = rest.trim();
        rest.strip_prefix('(')
            .and_then(|inner| inner.strip_suffix(')'))
            .unwrap_or(rest)
            .trim()
    });
    match (text, quantile) {
        ("mean" | "avg", _) => Ok(Term::Mean),
        ("min", _) => Ok(Term::Min),
        ("max", _) => Ok(Term::Max),
        (_, Some(number)) => match number.parse::<f64>() {
            // Rounded, so that 99.9 % is the share 0.999 and not its neighbour.
            Ok(percent) if (0.0..100.0).contains(&percent) => {
                Ok(Term::Quantile((percent * 1e7).round() / 1e9))
            }
            _ => Err(format!(
                "\"{text}\" is not a percentile between p0 and p99.999…"
            )),
        },
        _ => {
            let known: Vec<&str> = ["p99", "mean", "min", "max"]
                .into_iter()
                .chain(Metric::NAMES.iter().map(|(name, _)| *name))
                .collect();
            Err(format!(
                "\"{text}\" is neither a figure nor a metric; {}",
                suggest(text, &known)
            ))
        }
    }
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
    parse_rate(value)
        .map(record::quantity::Rate::get)
        .map_err(|e| e.to_string())
}

// A rule that can never fail or never pass decides nothing, and one on the response time of a closed plan is blind to stalls.
fn decides(rule: &Rule, model: Model) -> Result<(), String> {
    if rule.metric == Metric::ResponseTime && model == Model::Closed {
        return Err("a closed plan has no response time to judge: its users wait, so a stall delays them instead of showing; use service_time, or an open plan".to_owned());
    }
    let never_fails = match rule.operator {
        Operator::LessOrEqual => rule.metric.is_ratio() && rule.limit >= 1.0,
        Operator::GreaterOrEqual => rule.limit <= 0.0,
        _ => false,
    };
    let never_passes = match rule.operator {
        Operator::Less => rule.limit <= 0.0,
        Operator::LessOrEqual => rule.metric.is_duration() && rule.limit <= 0.0,
        Operator::Greater => rule.metric.is_ratio() && rule.limit >= 1.0,
        Operator::GreaterOrEqual => false,
    };
    if never_fails {
        return Err("can never fail".to_owned());
    }
    if never_passes {
        return Err("can never pass".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests;
