//! Every outcome counts once, under a label that the catalog has.

use super::*;
use crate::amount::Amount;
use crate::ledger::{AccountId, CommandId, Sequence};
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

fn one() -> Amount {
    Amount::from_units(1).unwrap()
}

fn mint() -> Command {
    Command::mint(CommandId::new(1), AccountId::new(1), one())
}

fn of_kind(metrics: &Metrics, kind: Kind) -> f64 {
    let counters = &metrics.by_kind[0][usize::from(kind.number()) - 1];
    counters.iter().map(Counter::get).sum()
}

fn close(left: f64, right: f64) -> bool {
    (left - right).abs() < 0.5
}

#[test]
fn statuses_of_the_ledger_have_exactly_the_labels_of_the_catalog() {
    let used: BTreeSet<_> = outcomes().iter().filter_map(status).collect();
    assert_eq!(used, LEDGER_STATUSES.iter().copied().collect());
    for outcome in outcomes() {
        let of_service = outcome.status().number() >= 90;
        assert_eq!(status(&outcome).is_none(), of_service, "{outcome:?}");
    }
}

#[test]
fn statuses_of_the_service_have_exactly_the_reasons_of_the_catalog() {
    let used: BTreeSet<_> = Status::ALL.into_iter().filter_map(reason).collect();
    assert_eq!(used, SHED_REASONS.iter().copied().collect());
    for status in Status::ALL {
        let has_reason = status.number() >= 90 && status != Status::JournalFailed;
        assert_eq!(reason(status).is_some(), has_reason, "{status:?}");
    }
}

#[test]
fn every_outcome_counts_once_under_its_kind_or_as_shed() {
    let metrics = Metrics::default();
    for outcome in outcomes() {
        metrics.count(&mint(), &outcome);
    }
    let shed: f64 = metrics.shed.iter().map(Counter::get).sum();
    assert!(close(shed, SHED_REASONS.len() as f64));
    // One is left: a failed journal counts nowhere.
    let rest = outcomes().len() - SHED_REASONS.len() - 1;
    assert!(close(of_kind(&metrics, Kind::Mint), rest as f64));
    assert!(close(of_kind(&metrics, Kind::Open), 0.0));
    assert!(close(metrics.replayed.get(), 1.0) && close(metrics.mismatch.get(), 1.0));
}

#[test]
fn a_batch_counts_like_its_members() {
    let open = Command::open(CommandId::new(2), AccountId::new(2));
    let commands = [mint(), mint(), open, open, mint(), mint()];
    let recorded = |status, number| Outcome::Recorded {
        status,
        sequence: Sequence::new(number).unwrap(),
    };
    let outcomes = [
        recorded(Status::Ok, 1),
        recorded(Status::Ok, 2),
        recorded(Status::Ok, 3),
        recorded(Status::AccountExists, 4),
        Outcome::Unrecorded(Status::LateInQueue),
        Outcome::Unrecorded(Status::LateInQueue),
    ];
    let (alone, together) = (Registry::new(), Registry::new());
    let metrics = Metrics::new(&alone);
    for (command, outcome) in commands.iter().zip(&outcomes) {
        metrics.count(command, outcome);
    }
    Metrics::new(&together).count_batch(&commands, &outcomes);
    assert_eq!(alone.render(), together.render());
}

#[test]
fn kinds_and_chains_are_counted_where_their_number_says() {
    for (at, kind) in Kind::ALL.into_iter().enumerate() {
        assert_eq!(usize::from(kind.number()), at + 1);
    }
    for (at, chain) in Chain::ALL.into_iter().enumerate() {
        assert_eq!(usize::from(chain.number()), at);
    }
    assert_eq!(Chain::ALL.map(Chain::name).as_slice(), CHAINS);
}

#[test]
fn transfers_by_allowance_and_posts_are_transfers() {
    let metrics = Metrics::default();
    let ok = Outcome::Recorded {
        status: Status::Ok,
        sequence: Sequence::FIRST,
    };
    let account = AccountId::new;
    for command in [
        Command::transfer(CommandId::new(1), account(1), account(2), one()),
        Command::transfer_from(CommandId::new(2), account(3), account(1), account(2), one()),
        Command::post_all(CommandId::new(3), CommandId::new(9)),
    ] {
        metrics.count(&command, &ok);
    }
    assert!(close(of_kind(&metrics, Kind::Transfer), 3.0));
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
    for series in [
        "token_supply_tokens{chain=\"local\"} 0",
        "token_store_fault_total{store=\"redis\",kind=\"crc\"} 0",
        "token_journal_group_commands_bucket{le=\"8192\"} 0",
        "token_commit_duration_seconds_count 0",
    ] {
        assert!(text.contains(series), "{series}\n{text}");
    }
}
