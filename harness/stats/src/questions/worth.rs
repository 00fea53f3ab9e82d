//! Does it matter? What was offered, and how much of it came back well enough.

use crate::judge::{Judgement, Verdict};
use crate::words::{nanoseconds, number, share};
use record::run::{Model, RunRecord};

pub(super) fn answer(record: &RunRecord, judgement: &Judgement) -> String {
    let trust = if judgement.verdict == Verdict::Invalid {
        "Not before the run is valid. "
    } else {
        ""
    };
    format!("{trust}{}. {}.", load(record), good_enough(record))
}

fn load(record: &RunRecord) -> String {
    let plan = &record.plan;
    let model = plan.model.name();
    let load = if plan.model == Model::Closed {
        format!(
            "closed model, {} users (their times do not show a stall as callers would feel it)",
            plan.users
        )
    } else {
        format!("{model} model, {}/s offered", number(record.offered_rate()))
    };
    format!(
        "It does where the load is like this: {load}, {}",
        mix(record)
    )
}

fn mix(record: &RunRecord) -> String {
    let scenarios = &record.plan.scenarios;
    let all: f64 = scenarios.iter().map(|(_, weight)| f64::from(*weight)).sum();
    match scenarios.as_slice() {
        [] => "requests to one address".to_owned(),
        [(name, _)] => format!("{name} only"),
        many => {
            let part = |(name, weight): &(String, u32)| {
                format!("{name} {:.0} %", f64::from(*weight) / all * 100.0)
            };
            many.iter().map(part).collect::<Vec<_>>().join(", ")
        }
    }
}

fn good_enough(record: &RunRecord) -> String {
    let Some((slo, goodput)) = record.slo().zip(record.goodput()) else {
        return "Whether the times are good enough is unknown: the plan has neither slo nor a threshold on response time".to_owned();
    };
    let within = nanoseconds(slo.as_nanos() as f64);
    let of = if record.plan.model == Model::Closed {
        record.tps()
    } else {
        record.offered_rate()
    };
    let part = if of > 0.0 {
        format!(
            " ({} of what {})",
            share(goodput / of),
            if record.plan.model == Model::Closed {
                "was committed"
            } else {
                "was offered"
            }
        )
    } else {
        String::new()
    };
    format!(
        "Goodput, committed within {within}: {}/s{part}",
        number(goodput)
    )
}
