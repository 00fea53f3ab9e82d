//! What the claim rests on, in every interleaving: relaxed is enough where one thread at a time has the account, and only there.
#![allow(clippy::unwrap_used, reason = "tests")]

use loom::sync::atomic::{AtomicU64, Ordering};
use loom::sync::{Arc, Mutex};
use loom::thread;

/// A balance and its version, changed one after the other.
#[derive(Debug, Default)]
struct Account {
    balance: AtomicU64,
    version: AtomicU64,
}

/// One thread changes both with `store`, another one that sees the new version with `load` must see the new balance.
fn published(store: Ordering, load: Ordering) {
    loom::model(move || {
        let account = Arc::new(Account::default());
        let writer = {
            let account = Arc::clone(&account);
            thread::spawn(move || {
                account.balance.store(7, Ordering::Relaxed);
                account.version.store(1, store);
            })
        };
        if account.version.load(load) == 1 {
            let balance = account.balance.load(Ordering::Relaxed);
            assert_eq!(balance, 7, "the version was there before the balance");
        }
        writer.join().unwrap();
    });
}

#[test]
fn relaxed_is_enough_behind_a_guard() {
    loom::model(|| {
        let account = Arc::new((Mutex::new(()), Account::default()));
        let add = |account: &(Mutex<()>, Account)| {
            let _guard = account.0.lock().unwrap();
            let balance = account.1.balance.load(Ordering::Relaxed);
            let version = account.1.version.load(Ordering::Relaxed);
            assert_eq!(balance, 7 * version);
            account.1.balance.store(balance + 7, Ordering::Relaxed);
            account.1.version.store(version + 1, Ordering::Relaxed);
        };
        let other = {
            let account = Arc::clone(&account);
            thread::spawn(move || add(&account))
        };
        add(&account);
        other.join().unwrap();
        assert_eq!(account.1.balance.load(Ordering::Relaxed), 14);
    });
}

#[test]
fn release_and_acquire_are_enough_without_one() {
    published(Ordering::Release, Ordering::Acquire);
}

#[test]
#[should_panic(expected = "the version was there before the balance")]
fn relaxed_without_a_guard_shows_halves() {
    published(Ordering::Relaxed, Ordering::Relaxed);
}
