#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::amount::Amount;
use crate::ledger::{AccountId, CommandId, Ledger, Limits};
use proptest::prelude::*;

fn open(number: u128) -> Command {
    Command::open(CommandId::new(number), AccountId::new(number))
}

fn statuses(members: Vec<(Result<Command, Status>, bool)>) -> Vec<Status> {
    let batch = Batch::from_members(members);
    let mut outcomes = Vec::new();
    Ledger::new(Limits::default()).apply_batch(0, batch.commands(), &mut outcomes);
    let merged = batch.merge(&outcomes);
    assert_eq!(merged.size_hint().0, batch.len());
    merged.map(Outcome::status).collect()
}

#[test]
fn a_member_that_is_no_command_refuses_itself_and_its_chain_only() {
    let linked = |number| (Ok(open(number).with_flags(Flags::LINKED)), true);
    let plain = |number| (Ok(open(number)), false);
    let bad = |is_linked| (Err(Status::KindUnknown), is_linked);
    let (ok, unknown, failed) = (Status::Ok, Status::KindUnknown, Status::LinkedFailed);
    assert_eq!(
        statuses(vec![plain(1), bad(false), plain(2)]),
        [ok, unknown, ok]
    );
    assert_eq!(
        statuses(vec![linked(1), bad(true), plain(2), plain(3)]),
        [failed, unknown, failed, ok]
    );
    assert_eq!(
        statuses(vec![bad(true), linked(1)]),
        [unknown, Status::LinkedOpen]
    );
    assert_eq!(statuses(vec![linked(1), bad(true)]), [failed, unknown]);
    assert_eq!(statuses(vec![linked(1), plain(2)]), [ok, ok]);
}

#[test]
fn a_malformed_record_is_refused_in_its_place() {
    let mut records = [open(1), open(2), open(3)].map(|command| CommandRecord::new(&command));
    records[1].reserved = [1, 0, 0];
    let batch = Batch::from_records(&records, Role::Operator);
    assert_eq!(batch.commands(), [open(1), open(3)]);
    let mut outcomes = Vec::new();
    Ledger::new(Limits::default()).apply_batch(0, batch.commands(), &mut outcomes);
    let found: Vec<_> = batch.merge(&outcomes).map(Outcome::status).collect();
    assert_eq!(found, [Status::Ok, Status::ReservedNotZero, Status::Ok]);
}

proptest! {
    #[test]
    fn every_member_has_one_outcome(kinds in prop::collection::vec((0..3_u8, any::<bool>()), 0..40)) {
        let member = |(at, (kind, is_linked)): (usize, &(u8, bool))| {
            let number = at as u128 + 1;
            let flags = if *is_linked { Flags::LINKED } else { Flags::NONE };
            let zero = Amount::ZERO;
            let command = match kind {
                0 => Ok(open(number).with_flags(flags)),
                1 => Ok(Command::burn(CommandId::new(number), AccountId::new(1), zero).with_flags(flags)),
                _ => Err(Status::KindUnknown),
            };
            (command, *is_linked)
        };
        let members: Vec<_> = kinds.iter().enumerate().map(member).collect();
        prop_assert_eq!(statuses(members).len(), kinds.len());
    }
}
