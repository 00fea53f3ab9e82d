//! A build that misbehaves on demand says nothing about its code.

use crate::exit::Failure;
use record::run::RunRecord;

/// Refuses a window whose engine had faults on demand.
///
/// # Errors
/// The faults, and what lets them through.
pub(super) fn refuse(record: &RunRecord) -> Result<(), Failure> {
    let engine = record.target.engine.as_ref();
    let faults: Vec<_> = engine
        .into_iter()
        .flat_map(|engine| &engine.faults)
        .map(|fault| fault.spec.as_str())
        .collect();
    if faults.is_empty() {
        return Ok(());
    }
    let (url, faults) = (&record.target.url, faults.join(", "));
    Err(
        Failure::usage(format!("the build at {url} misbehaves on demand: {faults}"))
            .hint("start it without --inject, or gate the faults themselves with --allow-inject"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use record::run::{EngineFacts, FaultFacts};
    use record::specimen;

    #[test]
    fn a_window_with_a_fault_is_refused_and_one_without_is_not() {
        let mut record = specimen::record(&[1_000]);
        assert!(refuse(&record).is_ok());
        record.target.engine = Some(EngineFacts::default());
        assert!(refuse(&record).is_ok());
        let fault = FaultFacts {
            spec: "cpu=5%".to_owned(),
            fired: 0,
        };
        record.target.engine = Some(EngineFacts {
            faults: vec![fault],
            ..EngineFacts::default()
        });
        let refused = refuse(&record).expect_err("a fault");
        assert!(refused.message.contains("misbehaves on demand: cpu=5%"));
    }
}
