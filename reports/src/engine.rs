//! What the reference engine said of itself, in words.

use crate::show;
use record::quantity::format_nanoseconds;
use record::run::EngineFacts;

/// The switches that change most what is measured, in the order of a sentence.
const MAIN: [&str; 5] = ["journal", "store", "cache", "balances", "minting"];

/// All switches, by the name of their flag.
pub(crate) fn switches(engine: &EngineFacts) -> String {
    named(engine.switches.iter())
}

fn named<'a>(switches: impl Iterator<Item = (&'a String, &'a String)>) -> String {
    let switches: Vec<_> = switches
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    if switches.is_empty() {
        "unknown".to_owned()
    } else {
        switches.join(", ")
    }
}

/// How many syncs there were, and what one took.
pub(crate) fn syncs(engine: &EngineFacts) -> String {
    let count = show::plural(engine.syncs as usize, "sync");
    match engine.sync_median {
        Some(median) => format!(
            "{count}, median {}",
            format_nanoseconds(median.as_nanos() as u64)
        ),
        None => count,
    }
}

/// The faults on demand; `None` if there were none.
pub(crate) fn faults(engine: &EngineFacts) -> Option<String> {
    let faults: Vec<_> = engine
        .faults
        .iter()
        .map(|fault| format!("{} fired {} times", fault.spec, show::count(fault.fired)))
        .collect();
    (!faults.is_empty()).then(|| faults.join(", "))
}

/// The main switches, the journal and the faults in one line.
pub(crate) fn words(engine: &EngineFacts) -> String {
    let main = MAIN
        .iter()
        .filter_map(|name| engine.switches.get_key_value(*name));
    let told = format!("{}; {}", named(main), syncs(engine));
    match faults(engine) {
        Some(faults) => format!("{told}; faults: {faults}"),
        None => told,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use record::run::FaultFacts;
    use std::time::Duration;

    #[test]
    fn switches_syncs_and_faults_are_told() {
        let pairs = [
            ("balances", "single"),
            ("journal", "group"),
            ("queue-items", "2048"),
        ];
        let mut engine = EngineFacts {
            switches: pairs
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            faults: vec![FaultFacts {
                spec: "cpu=5%".to_owned(),
                fired: 1234,
            }],
            syncs: 2,
            sync_median: Some(Duration::from_micros(1500)),
        };
        assert_eq!(
            words(&engine),
            "journal group, balances single; 2 syncs, median 1.50 ms; faults: cpu=5% fired 1,234 times"
        );
        assert_eq!(
            switches(&engine),
            "balances single, journal group, queue-items 2048"
        );
        engine = EngineFacts::default();
        assert_eq!(words(&engine), "unknown; 0 syncs");
    }
}
