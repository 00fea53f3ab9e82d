//! What the ledger answered, as the engine's families of the catalog.
//!
//! All series exist from the start, and their handles are kept by position, so that counting neither looks up nor allocates.

use crate::executor::Executor;
use crate::ledger::{Kind, Ledger, Outcome, Status};
use probe::metrics::{Counter, Registry};
use record::catalog::{
    CHAINS, LEDGER_STATUSES, TOKEN_DUPLICATE, TOKEN_OPERATION, TOKEN_SUPPLY, TOKEN_TRANSFER,
};
use std::sync::Arc;

/// The only chain of this version.
const CHAIN: &str = CHAINS[0];
/// Where commands come from in this version.
const SOURCE: &str = "api";

/// One counter for each of [`LEDGER_STATUSES`].
type ByStatus = [Counter; LEDGER_STATUSES.len()];

/// The counters of one engine.
#[derive(Debug)]
pub struct Metrics {
    opens: ByStatus,
    mints: ByStatus,
    transfers: ByStatus,
    replayed: Counter,
    mismatch: Counter,
}

impl Metrics {
    /// Registers the families.
    pub fn new(registry: &Registry) -> Self {
        for family in [
            &TOKEN_DUPLICATE,
            &TOKEN_OPERATION,
            &TOKEN_SUPPLY,
            &TOKEN_TRANSFER,
        ] {
            registry.precreate(family);
        }
        let operation =
            |name| by_status(|status| registry.counter(&TOKEN_OPERATION, &[CHAIN, name, status]));
        let duplicate = |result| registry.counter(&TOKEN_DUPLICATE, &[SOURCE, result]);
        Self {
            opens: operation("open"),
            mints: operation("mint"),
            transfers: by_status(|status| registry.counter(&TOKEN_TRANSFER, &[CHAIN, status])),
            replayed: duplicate("replayed"),
            mismatch: duplicate("mismatch"),
        }
    }

    /// Counts an answer to a command of that kind.
    pub fn count(&self, kind: Kind, outcome: &Outcome) {
        match outcome {
            Outcome::Replayed { .. } => self.replayed.inc(),
            Outcome::Reused { .. } => self.mismatch.inc(),
            Outcome::Recorded { .. } | Outcome::Unrecorded(_) => {}
        }
        let by_status = match kind {
            Kind::Open => &self.opens,
            Kind::Mint => &self.mints,
            Kind::Transfer => &self.transfers,
        };
        by_status[position(label(outcome))].inc();
    }
}

/// Has the supply read at each scrape.
pub fn watch_supply(registry: &Registry, executor: Arc<Executor>) {
    let gauge = registry.gauge(&TOKEN_SUPPLY, &[CHAIN]);
    registry.on_scrape(move || {
        if let Ok(supply) = executor.read(Ledger::supply) {
            gauge.set(supply.to_tokens_rounded());
        }
    });
}

fn by_status(counter: impl Fn(&str) -> Counter) -> ByStatus {
    std::array::from_fn(|position| counter(LEDGER_STATUSES[position]))
}

/// The value of the label `status` for an outcome; an earlier answer counts as such, whatever it says.
fn label(outcome: &Outcome) -> &'static str {
    if outcome.is_replayed() {
        return "replayed";
    }
    match outcome.status() {
        Status::Ok => "success",
        Status::IdReserved | Status::AmountZero | Status::AccountsSame => "invalid",
        Status::IdReused => "mismatch",
        Status::DebitUnknown | Status::CreditUnknown => "unknown",
        Status::AccountExists | Status::SupplyCapExceeded => "conflict",
        Status::InsufficientAvailable => "insufficient",
        Status::Capacity => "capacity",
    }
}

/// Where a label value stands in the catalog's list; a test holds every label of ours against the list.
fn position(label: &str) -> usize {
    LEDGER_STATUSES
        .iter()
        .position(|status| *status == label)
        .expect("every label is in the catalog")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Sequence;
    use std::collections::BTreeSet;

    /// An outcome for every status, and a replay.
    fn outcomes() -> Vec<Outcome> {
        let sequence = Sequence::FIRST;
        let mut outcomes: Vec<_> = Status::ALL.into_iter().map(Outcome::Unrecorded).collect();
        outcomes.push(Outcome::Replayed {
            status: Status::Ok,
            sequence,
        });
        outcomes.push(Outcome::Reused {
            field: "amount",
            sequence,
        });
        outcomes
    }

    #[test]
    fn the_labels_are_exactly_those_of_the_catalog() {
        let used: BTreeSet<_> = outcomes().iter().map(label).collect();
        assert_eq!(used, LEDGER_STATUSES.iter().copied().collect());
    }

    #[test]
    fn every_outcome_counts_once_under_its_kind() {
        let metrics = Metrics::new(&Registry::new());
        for outcome in outcomes() {
            metrics.count(Kind::Mint, &outcome);
        }
        let sum = |counters: &ByStatus| counters.iter().map(Counter::get).sum::<f64>();
        let close = |left: f64, right: f64| (left - right).abs() < 0.5;
        assert!(close(sum(&metrics.mints), outcomes().len() as f64));
        assert!(close(sum(&metrics.opens) + sum(&metrics.transfers), 0.0));
        assert!(close(metrics.replayed.get(), 1.0) && close(metrics.mismatch.get(), 1.0));
    }

    #[test]
    fn every_series_exists_before_the_first_command() {
        let registry = Registry::new();
        let _metrics = Metrics::new(&registry);
        let text = registry.render();
        for status in LEDGER_STATUSES {
            let series = format!("token_transfer_total{{chain=\"local\",status=\"{status}\"}} 0");
            assert!(text.contains(&series), "{series}");
        }
        assert!(text.contains("token_supply_tokens{chain=\"local\"} 0"));
    }
}
