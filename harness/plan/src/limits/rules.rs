//! Thresholds that the rest of the plan leaves without data, or without meaning.

use crate::Plan;
use crate::error::Fault;
use record::rule::{Metric, Operator, Rule};
use record::run::Model;

/// Every threshold against the plan.
pub(super) fn check(plan: &Plan) -> Result<(), Fault> {
    for (at, rule) in plan.thresholds.iter().enumerate() {
        let judged = goodput(plan, rule)
            .and_then(|()| inner_step(plan, rule))
            .and_then(|()| stretch(plan, rule));
        judged.map_err(|what| {
            let called = format!("threshold \"{}\"", rule.text);
            Fault::called(&format!("threshold[{at}].rule"), &called, what)
        })?;
    }
    Ok(())
}

// No stretch of that length ever comes to be.
fn stretch(plan: &Plan, rule: &Rule) -> Result<(), String> {
    match rule.over {
        Some(over) if over > plan.duration => Err(format!(
            "the steady phase of {:?} is shorter than {over:?}; judge a shorter stretch, or run longer",
            plan.duration
        )),
        _ => Ok(()),
    }
}

// What is good has to be said: by `slo`, or by an upper limit on the response time of everything.
fn goodput(plan: &Plan, rule: &Rule) -> Result<(), String> {
    let is_upper = |other: &Rule| {
        let upper = matches!(other.operator, Operator::Less | Operator::LessOrEqual);
        upper && other.metric == Metric::ResponseTime && other.step.is_none()
    };
    if rule.metric != Metric::Goodput || plan.slo.is_some() || plan.thresholds.iter().any(is_upper)
    {
        return Ok(());
    }
    Err("nobody says which response time is good; write slo = \"50ms\" too".to_owned())
}

// A step that waits for an answer whose time nobody assumed is due when that answer comes, so its response time shows no stall.
fn inner_step(plan: &Plan, rule: &Rule) -> Result<(), String> {
    let (Metric::ResponseTime, Some(name), Model::PartlyOpen) =
        (&rule.metric, &rule.step, plan.model)
    else {
        return Ok(());
    };
    for journey in plan
        .scenarios
        .iter()
        .filter_map(|choice| choice.journey.as_ref())
    {
        let at = journey.steps.iter().position(|step| step.name == *name);
        let before = &journey.steps[..at.unwrap_or(0)];
        if let Some(open) = before.iter().find(|step| step.expected.is_none()) {
            return Err(format!(
                "step \"{name}\" is due when the answer of \"{0}\" is there, so a stall of \"{0}\" would not show; write expected = … at \"{0}\", or judge service_time",
                open.name
            ));
        }
    }
    Ok(())
}
