//! Makes commands, one function a kind; what is rarely said is added by the `with_` functions.

use super::{Address, Allowance, Chain, Command, Flags, Kind, NO_ACCOUNT, Profile, Role, TokenId};
use crate::amount::Amount;
use crate::ledger::{AccountId, CommandId};

impl Command {
    /// A command with nothing in it but its kind and key.
    pub const fn of_kind(kind: Kind, id: CommandId) -> Self {
        let token = match kind {
            Kind::Post | Kind::Void | Kind::Expire => TokenId::NONE,
            _ => TokenId::FIRST,
        };
        Self {
            id,
            debit: NO_ACCOUNT,
            credit: NO_ACCOUNT,
            amount: Amount::ZERO,
            related: 0,
            reference: 0,
            deadline_ms: 0,
            expected_version: 0,
            token,
            timeout_s: 0,
            kind,
            flags: Flags::NONE,
            chain: Chain::Local,
            role: Role::Operator,
        }
    }

    const fn on_account(kind: Kind, id: CommandId, account: AccountId, amount: Amount) -> Self {
        let mut command = Self::of_kind(kind, id);
        command.debit = account;
        command.amount = amount;
        command
    }

    const fn between(
        kind: Kind,
        id: CommandId,
        sides: (AccountId, AccountId),
        amount: Amount,
    ) -> Self {
        let mut command = Self::on_account(kind, id, sides.0, amount);
        command.credit = sides.1;
        command
    }

    const fn on_hold(kind: Kind, id: CommandId, hold: CommandId) -> Self {
        let mut command = Self::of_kind(kind, id);
        command.related = hold.get();
        command
    }

    /// Opens `account`.
    pub const fn open(id: CommandId, account: AccountId) -> Self {
        Self::on_account(Kind::Open, id, account, Amount::ZERO)
    }

    /// Creates `amount` to `account`.
    pub const fn mint(id: CommandId, account: AccountId, amount: Amount) -> Self {
        let mut command = Self::of_kind(Kind::Mint, id);
        command.credit = account;
        command.amount = amount;
        command
    }

    /// Moves `amount` from `debit` to `credit`.
    pub const fn transfer(
        id: CommandId,
        debit: AccountId,
        credit: AccountId,
        amount: Amount,
    ) -> Self {
        Self::between(Kind::Transfer, id, (debit, credit), amount)
    }

    /// Destroys `amount` of `account`'s available units.
    pub const fn burn(id: CommandId, account: AccountId, amount: Amount) -> Self {
        Self::on_account(Kind::Burn, id, account, amount)
    }

    /// Lets `spender` move units out of `owner`'s account; it replaces what was allowed before.
    pub const fn approve(
        id: CommandId,
        owner: AccountId,
        spender: AccountId,
        allowance: Allowance,
    ) -> Self {
        let amount = match allowance {
            Allowance::Limited(amount) => amount,
            Allowance::Unlimited => Amount::ZERO,
        };
        let command = Self::between(Kind::Approve, id, (owner, spender), amount);
        match allowance {
            Allowance::Limited(_) => command,
            Allowance::Unlimited => command.with_flags(Flags::ALL),
        }
    }

    /// Moves `amount` from `owner` to `credit` by the allowance of `spender`.
    pub const fn transfer_from(
        id: CommandId,
        spender: AccountId,
        owner: AccountId,
        credit: AccountId,
        amount: Amount,
    ) -> Self {
        let mut command = Self::between(Kind::TransferFrom, id, (owner, credit), amount);
        command.related = spender.get();
        command
    }

    /// Makes `amount` of `account` unusable by its holder.
    pub const fn freeze(id: CommandId, account: AccountId, amount: Amount) -> Self {
        Self::on_account(Kind::Freeze, id, account, amount)
    }

    /// Makes `amount` of `account` usable again.
    pub const fn unfreeze(id: CommandId, account: AccountId, amount: Amount) -> Self {
        Self::on_account(Kind::Unfreeze, id, account, amount)
    }

    /// Makes the whole of `account` unusable by its holder.
    pub const fn freeze_whole(id: CommandId, account: AccountId) -> Self {
        Self::freeze(id, account, Amount::ZERO).with_flags(Flags::WHOLE)
    }

    /// Takes back a freeze of the whole `account`.
    pub const fn unfreeze_whole(id: CommandId, account: AccountId) -> Self {
        Self::unfreeze(id, account, Amount::ZERO).with_flags(Flags::WHOLE)
    }

    /// Says what is known about the holder of `account`.
    pub fn set_kyc(id: CommandId, account: AccountId, profile: Profile) -> Self {
        Self::on_account(Kind::SetKyc, id, account, Amount::ZERO).with_profile(profile)
    }

    /// Ends `account`, which must be empty.
    pub const fn close(id: CommandId, account: AccountId) -> Self {
        Self::on_account(Kind::Close, id, account, Amount::ZERO)
    }

    /// Stops the movements of `token`.
    pub const fn pause(id: CommandId, token: TokenId) -> Self {
        Self::of_kind(Kind::Pause, id).with_token(token)
    }

    /// Lets the movements of `token` go on.
    pub const fn unpause(id: CommandId, token: TokenId) -> Self {
        Self::of_kind(Kind::Unpause, id).with_token(token)
    }

    /// Reserves `amount` of `debit` for `credit` during `timeout_s` seconds; 0 is the token's usual time.
    pub const fn hold_for(
        id: CommandId,
        debit: AccountId,
        credit: AccountId,
        amount: Amount,
        timeout_s: u32,
    ) -> Self {
        let mut command = Self::between(Kind::Hold, id, (debit, credit), amount);
        command.timeout_s = timeout_s;
        command
    }

    /// Moves `amount` of what `hold` reserved and releases the rest.
    pub const fn post(id: CommandId, hold: CommandId, amount: Amount) -> Self {
        let mut command = Self::on_hold(Kind::Post, id, hold);
        command.amount = amount;
        command
    }

    /// Moves all that `hold` reserved.
    pub const fn post_all(id: CommandId, hold: CommandId) -> Self {
        Self::on_hold(Kind::Post, id, hold).with_flags(Flags::ALL)
    }

    /// Releases what `hold` reserved.
    pub const fn void(id: CommandId, hold: CommandId) -> Self {
        Self::on_hold(Kind::Void, id, hold)
    }

    /// Releases what `hold` reserved because its time is over; only the engine sends it.
    pub const fn expire(id: CommandId, hold: CommandId) -> Self {
        Self::on_hold(Kind::Expire, id, hold).with_role(Role::Engine)
    }

    /// Under that key.
    #[must_use]
    pub const fn with_id(mut self, id: CommandId) -> Self {
        self.id = id;
        self
    }

    /// Of that token.
    #[must_use]
    pub const fn with_token(mut self, token: TokenId) -> Self {
        self.token = token;
        self
    }

    /// With these flags besides those it has.
    #[must_use]
    pub const fn with_flags(mut self, flags: Flags) -> Self {
        self.flags = self.flags.and(flags);
        self
    }

    /// Sent by somebody of that role.
    #[must_use]
    pub const fn with_role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// For that chain.
    #[must_use]
    pub const fn with_chain(mut self, chain: Chain) -> Self {
        self.chain = chain;
        self
    }

    /// Only if the changed account still has that version; 0 for any.
    #[must_use]
    pub const fn with_expected_version(mut self, version: u64) -> Self {
        self.expected_version = version;
        self
    }

    /// Not worth starting after that time, in milliseconds since 1970; 0 for ever.
    #[must_use]
    pub const fn with_deadline_ms(mut self, deadline_ms: u64) -> Self {
        self.deadline_ms = deadline_ms;
        self
    }

    /// With the sender's own reference.
    #[must_use]
    pub const fn with_reference(mut self, reference: u128) -> Self {
        self.reference = reference;
        self
    }

    /// A hold that lasts so long, in seconds.
    #[must_use]
    pub const fn with_timeout_s(mut self, timeout_s: u32) -> Self {
        self.timeout_s = timeout_s;
        self
    }

    /// An open or a change of KYC with that profile.
    #[must_use]
    pub fn with_profile(mut self, profile: Profile) -> Self {
        // 24 bits are always in range.
        self.amount = Amount::from_units(profile.packed()).unwrap_or(Amount::MAX);
        self
    }

    /// An open of an account with that address on its chain.
    #[must_use]
    pub fn with_address(mut self, address: Address) -> Self {
        let mut words = [0; 32];
        words[..20].copy_from_slice(&address);
        let (low, high) = words.split_at(16);
        let word = |bytes: &[u8]| bytes.try_into().map_or(0, u128::from_le_bytes);
        self.related = word(low);
        self.reference = word(high);
        self
    }

    /// An approval that must replace that allowance.
    #[must_use]
    pub const fn with_expected_allowance(mut self, expected: Allowance) -> Self {
        self.related = expected.packed();
        self.with_flags(Flags::EXPECTED)
    }

    /// A post or void that says which accounts its hold is between.
    #[must_use]
    pub const fn with_sides(mut self, debit: AccountId, credit: AccountId) -> Self {
        self.debit = debit;
        self.credit = credit;
        self
    }
}
