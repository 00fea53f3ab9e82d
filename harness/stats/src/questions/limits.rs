//! Did it break limits? Arithmetic on the record: more than the processors can do, or more at work than there is, did not happen.

use super::saturation::{target_processors, target_share};
use super::unknown;
use crate::limits::LITTLE;
use crate::little;
use crate::words::{nanoseconds, number, share};
use record::run::RunRecord;

pub(super) fn answer(record: &RunRecord) -> String {
    let parts = [processors(record), law(record)];
    let known: Vec<_> = parts.iter().flatten().cloned().collect();
    if known.is_empty() {
        return unknown(
            "neither the target's CPU time nor what was in flight was measured, so there is nothing to check the rates against",
        );
    }
    let broken = known.iter().any(|part| part.broken);
    let told: Vec<_> = known.into_iter().map(|part| part.text).collect();
    let head = if broken { "Yes" } else { "No" };
    format!("{head}: {}.", told.join("; "))
}

#[derive(Clone)]
struct Part {
    text: String,
    broken: bool,
}

// A few percent over is what reading the two clocks at slightly different moments makes.
const OVER: f64 = 1.05;

fn processors(record: &RunRecord) -> Option<Part> {
    let used = target_share(record)?;
    let requests = record.requests();
    let each =
        record.costs.target_cpu?.as_nanos() as f64 / (requests > 0).then_some(requests as f64)?;
    let most = target_processors(record) * 1e9 / each.max(1.0);
    let (cpu, most, qps) = (nanoseconds(each), number(most), number(record.qps()));
    Some(Part {
        text: format!(
            "at {cpu} of CPU time a request the target's processors could serve {most}/s, and served {qps}/s"
        ),
        broken: used > OVER,
    })
}

fn law(record: &RunRecord) -> Option<Part> {
    let little = little::of(record)?;
    let residual = little.residual().abs();
    let (limit, off) = (LITTLE.of(record), share(residual));
    let broken = little.excess() > limit;
    let text = if broken {
        format!("Little's law does not hold, {off} off")
    } else if residual <= limit {
        format!("Little's law holds, {off} off")
    } else {
        // Short work on an idle target: half a transaction at work, seen by samples, is known no better.
        format!(
            "Little's law cannot be checked closely: {:.2} transactions at work by samples and {:.2} by rate and time, a difference that chance and \
             wake-ups explain",
            little.counted, little.computed
        )
    };
    Some(Part { text, broken })
}
