//! What the reference engine says of itself at the end of a run: its switches, its faults on demand, what its syncs took.

use driver::Client;
use plan::Plan;
use record::run::{EngineFacts, FaultFacts};
use serde_json::Value;
use std::time::Duration;

/// Asked where the plan drives the reference engine, whoever started it; nobody else's service is asked. `None` if there is no such answer.
pub(super) async fn facts(plan: &Plan, client: &Client) -> Option<EngineFacts> {
    let written = plan
        .scenarios
        .iter()
        .filter(|choice| choice.journey.is_none());
    let drives = written.map(|choice| choice.name.as_str());
    if !drives.into_iter().any(|name| name != scenarios::HTTP.name) {
        return None;
    }
    let body = client.get("/v1/info").await.ok()?;
    read(&body)
}

// What is not there, or of another form, is left out: an older engine says less.
fn read(body: &[u8]) -> Option<EngineFacts> {
    let info: Value = serde_json::from_slice(body).ok()?;
    let journal = info.get("journal")?;
    let switches = info.get("switches").and_then(Value::as_object);
    let switches = switches.into_iter().flatten();
    let faults = info.get("faults").and_then(Value::as_array);
    let faults = faults.into_iter().flatten();
    let median = journal.get("sync_median_seconds").and_then(Value::as_f64);
    Some(EngineFacts {
        switches: switches
            .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect(),
        faults: faults
            .filter_map(|fault| {
                Some(FaultFacts {
                    spec: fault.get("spec")?.as_str()?.to_owned(),
                    fired: fault.get("fired")?.as_u64()?,
                })
            })
            .collect(),
        syncs: journal.get("groups").and_then(Value::as_u64)?,
        sync_median: median.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
    })
}

/// A warning for the record, where the engine misbehaved on demand.
pub(super) fn warning(facts: &EngineFacts) -> Option<String> {
    let faults: Vec<_> = facts
        .faults
        .iter()
        .map(|fault| format!("{} ({} times)", fault.spec, fault.fired))
        .collect();
    (!faults.is_empty()).then(|| format!("the engine misbehaved on demand: {}", faults.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_engine_says_is_read_and_anything_else_is_nothing() {
        let body = br#"{"name":"engine","switches":{"journal":"group"},"faults":[{"spec":"cpu=5%","fired":7}],
            "journal":{"folder":null,"groups":3,"sync_median_seconds":0.0015}}"#;
        let facts = read(body).expect("an answer of the engine");
        assert_eq!(facts.switches["journal"], "group");
        assert_eq!(facts.sync_median, Some(Duration::from_micros(1500)));
        assert_eq!(
            warning(&facts).as_deref(),
            Some("the engine misbehaved on demand: cpu=5% (7 times)")
        );
        assert_eq!(read(b"hello"), None);
        assert_eq!(warning(&EngineFacts::default()), None);
    }
}
