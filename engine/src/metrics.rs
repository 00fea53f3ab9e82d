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
    /// By the position of the kind in [`Kind::ALL`]; kinds that count as transfers share theirs.
    by_kind: [ByStatus; Kind::ALL.len()],
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
        let counter = |kind: Kind, status: &str| match kind {
            Kind::Transfer | Kind::TransferFrom | Kind::Post => {
                registry.counter(&TOKEN_TRANSFER, &[CHAIN, status])
            }
            _ => registry.counter(&TOKEN_OPERATION, &[CHAIN, kind.name(), status]),
        };
        let duplicate = |result| registry.counter(&TOKEN_DUPLICATE, &[SOURCE, result]);
        Self {
            by_kind: Kind::ALL.map(|kind| by_status(|status| counter(kind, status))),
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
        // Numbers of kinds are from 1 without gaps.
        let by_status = &self.by_kind[usize::from(kind.number() - 1)];
        by_status[position(label(outcome))].inc();
    }
}

impl Metrics {
    /// Counts the answers to commands of these kinds; a counter is touched once for a run of equal answers.
    pub fn count_batch(&self, kinds: &[Kind], outcomes: &[Outcome]) {
        let mut pairs = kinds.iter().zip(outcomes).peekable();
        while let Some((kind, outcome)) = pairs.next() {
            let mut more = 0_u32;
            let plain = matches!(outcome, Outcome::Recorded { .. });
            while plain
                && pairs
                    .next_if(|(next, other)| {
                        *next == kind && other.is_new() && other.status() == outcome.status()
                    })
                    .is_some()
            {
                more += 1;
            }
            self.count(*kind, outcome);
            let counter = &self.by_kind[usize::from(kind.number() - 1)][position(label(outcome))];
            counter.add(more.into());
        }
    }
}

/// Has the supply read at each scrape.
pub fn watch_supply(registry: &Registry, executor: Arc<Executor>) {
    let gauge = registry.gauge(&TOKEN_SUPPLY, &[CHAIN]);
    registry.on_scrape(move || {
        if let Ok(supply) = executor.read_blocking(Ledger::supply) {
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
        Status::IdReused => "mismatch",
        Status::RoleDenied => "denied",
        Status::HoldExpired | Status::LateInQueue => "expired",
        Status::AmountPrecision => "invalid",
        other => match other.number() {
            10..=20 => "invalid",
            40..=44 => "unknown",
            50..=54 => "denied",
            55..=57 => "kyc",
            71..=75 => "insufficient",
            90.. => "capacity",
            _ => "conflict",
        },
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
        let sum = |kind: Kind| {
            let counters = &metrics.by_kind[usize::from(kind.number()) - 1];
            counters.iter().map(Counter::get).sum::<f64>()
        };
        let close = |left: f64, right: f64| (left - right).abs() < 0.5;
        assert!(close(sum(Kind::Mint), outcomes().len() as f64));
        assert!(close(sum(Kind::Open) + sum(Kind::Transfer), 0.0));
        assert!(close(metrics.replayed.get(), 1.0) && close(metrics.mismatch.get(), 1.0));
    }

    #[test]
    fn kinds_are_counted_where_their_number_says() {
        for (at, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(kind.number()), at + 1);
        }
    }

    #[test]
    fn transfers_by_allowance_and_posts_are_transfers() {
        let metrics = Metrics::new(&Registry::new());
        let ok = Outcome::Recorded {
            status: Status::Ok,
            sequence: Sequence::FIRST,
        };
        for kind in [Kind::Transfer, Kind::TransferFrom, Kind::Post] {
            metrics.count(kind, &ok);
        }
        let transfers = &metrics.by_kind[usize::from(Kind::Transfer.number()) - 1];
        assert!((transfers[0].get() - 3.0).abs() < 0.5);
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
