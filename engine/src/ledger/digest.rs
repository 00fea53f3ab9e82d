//! One number that stands for the whole state: equal histories give equal digests, on every machine.
//!
//! FNV-1a over 64-bit words with 128-bit state (Fowler, Noll, Vo; <http://www.isthe.com/chongo/tech/comp/fnv/>). It finds
//! divergence, not forgery: proof against forgery is the business of the journal's chain.

use super::Ledger;
use super::command::Allowance;

const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

/// A digest under way.
struct Digest(u128);

impl Digest {
    fn word(&mut self, word: u64) {
        self.0 = (self.0 ^ u128::from(word)).wrapping_mul(PRIME);
        // The product moves bits only upwards.
        self.0 ^= self.0 >> 67;
    }

    fn wide(&mut self, value: u128) {
        self.word(value as u64);
        self.word((value >> 64) as u64);
    }
}

impl Ledger {
    /// The digest of accounts, tokens, holds, allowances and the length of the history; costs a pass over all of them.
    pub fn digest(&self) -> u128 {
        let mut digest = Digest(OFFSET);
        digest.word(u64::from(self.entries.len()));
        self.digest_tokens(&mut digest);
        self.digest_accounts(&mut digest);
        self.digest_holds(&mut digest);
        self.digest_allowances(&mut digest);
        digest.0
    }

    fn digest_tokens(&self, digest: &mut Digest) {
        for token in self.state.tokens.iter() {
            let sums = &token.sums;
            digest.word(u64::from(token.spec.id.0) << 1 | u64::from(sums.is_paused));
            for value in [
                sums.supply.units(),
                sums.balances,
                sums.frozen,
                sums.held,
                sums.minted,
                sums.burned,
            ] {
                digest.wide(value);
            }
            digest.word(u64::from(sums.accounts) << 32 | u64::from(sums.open_holds));
        }
    }

    /// In order of opening, which the commands decide.
    fn digest_accounts(&self, digest: &mut Digest) {
        for account in self.state.accounts.iter() {
            digest.wide(account.id.get());
            for part in [account.balance, account.frozen, account.held] {
                digest.wide(part.units());
            }
            digest.word(account.version);
            digest.word(account.sequence.get());
            digest.word(u64::from(account.token.0) << 32 | account.profile.packed() as u64);
            digest.word(account.state as u64);
        }
    }

    fn digest_holds(&self, digest: &mut Digest) {
        for hold in self.state.holds.iter() {
            digest.wide(hold.id.get());
            digest.wide(hold.amount.units());
            digest.word(hold.deadline_ms);
            digest.word(hold.sequence.get() << 2 | hold.state as u64);
        }
    }

    /// The map has no order of its own.
    fn digest_allowances(&self, digest: &mut Digest) {
        let mut allowances: Vec<_> = self.state.allowances.iter().collect();
        allowances.sort_unstable_by_key(|(key, _)| **key);
        for ((owner, spender), allowance) in allowances {
            digest.wide(self.state.accounts.get(*owner).id.get());
            digest.wide(spender.get());
            digest.wide(match allowance {
                Allowance::Limited(amount) => amount.units(),
                Allowance::Unlimited => u128::MAX,
            });
        }
    }
}
