//! Edges of the pages that the model does not reach.

use super::*;

#[test]
fn a_page_that_ends_exactly_has_no_next() {
    let ledger = two_accounts();
    assert_eq!(ledger.accounts(None, 2).next, None);
    assert_eq!(ledger.accounts(None, 1).next, Some(account(1)));
    assert_eq!(ledger.accounts(Some(account(2)), 1).accounts, []);
    assert_eq!(ledger.journal(Sequence::FIRST, 3).next, None);
    assert_eq!(ledger.journal(Sequence::FIRST, 2).next, Sequence::new(3));
    assert!(
        ledger
            .journal(Sequence::new(4).unwrap(), 3)
            .entries
            .is_empty()
    );
}

#[test]
fn a_statement_starts_only_at_entries_of_its_account() {
    let mut ledger = two_accounts();
    ledger.apply(NOW, &transfer(104, 2, 1, 1));
    let before = |sequence| {
        ledger
            .statement(account(1), Sequence::new(sequence), 9)
            .map(|page| page.lines.len())
    };
    assert_eq!(before(1), Ok(0), "its opening");
    assert_eq!(before(3), Ok(0), "its first movement");
    assert_eq!(
        before(2),
        Err(StatementError::BeforeUnknown),
        "another account's"
    );
    assert_eq!(before(4), Err(StatementError::BeforeUnknown), "a refusal");
    assert_eq!(before(5), Err(StatementError::BeforeUnknown), "none yet");
    assert_eq!(
        ledger
            .statement(account(9), None, 9)
            .map(|page| page.lines.len()),
        Err(StatementError::AccountUnknown)
    );
}

#[test]
fn entries_reach_over_segments() {
    let mut ledger = ledger(Limits::default(), &[open(1, 1), open(2, 2), mint(3, 1, 1)]);
    let last = 40_000;
    for key in 4..=last {
        let (from, to) = if key % 2 == 0 { (1, 2) } else { (2, 1) };
        assert_eq!(
            ledger.apply(NOW, &transfer(key, from, to, 1)).status(),
            Status::Ok
        );
    }
    let totals = ledger.check().unwrap();
    assert_eq!(totals.sequence, Sequence::new(last as u64));
    let page = ledger.journal(Sequence::new(16_380).unwrap(), 10);
    let keys: Vec<_> = page
        .entries
        .iter()
        .map(|(_, entry)| entry.command().id().get())
        .collect();
    assert_eq!(keys, (16_380..16_390).collect::<Vec<_>>());
    assert_eq!(
        ledger
            .statement(account(1), None, usize::MAX)
            .unwrap()
            .lines
            .len(),
        39_998
    );
}
