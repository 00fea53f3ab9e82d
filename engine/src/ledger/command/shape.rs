//! What is wrong with a command whatever the state: the statuses 10 to 18, in their order.

use super::{Allowance, Command, Fields, Flags, Kind, Profile, Role};
use crate::ledger::Status;

/// A refusal by shape, and the field at fault by its name in bodies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShapeError {
    /// One of the statuses 10 to 18.
    pub status: Status,
    /// Which field.
    pub field: &'static str,
}

impl ShapeError {
    pub(in crate::ledger) const fn new(status: Status, field: &'static str) -> Self {
        Self { status, field }
    }
}

impl Command {
    /// Whether the ledger would look at it at all.
    ///
    /// # Errors
    /// The first status of shape that fits, which the ledger would answer without recording anything.
    pub fn check_shape(&self) -> Result<(), ShapeError> {
        self.check_ids()?;
        self.check_fields()?;
        self.check_amount()?;
        self.check_sides()?;
        self.check_role()
    }

    fn check_ids(&self) -> Result<(), ShapeError> {
        let reserved = |field| ShapeError::new(Status::IdReserved, field);
        if self.id.is_reserved() {
            return Err(reserved("id"));
        }
        if self.kind == Kind::Open && self.debit.is_reserved() {
            return Err(reserved("account"));
        }
        Ok(())
    }

    /// Status 14: a field or flag that the kind does not take, or a value that the field cannot have.
    pub(in crate::ledger) fn check_fields(&self) -> Result<(), ShapeError> {
        let stray = self.stray_field().or_else(|| self.bad_value());
        match stray {
            Some(field) => Err(ShapeError::new(Status::FieldNotAllowed, field)),
            None => Ok(()),
        }
    }

    fn stray_field(&self) -> Option<&'static str> {
        let (kind, takes) = (self.kind, self.kind.fields());
        let whole = self.flags.has(Flags::WHOLE) || self.flags.has(Flags::ALL);
        [
            (self.debit.get() != 0, Fields::DEBIT, kind.debit_name()),
            (self.credit.get() != 0, Fields::CREDIT, kind.credit_name()),
            (!self.amount.is_zero(), Fields::AMOUNT, kind.amount_name()),
            (self.related != 0, Fields::RELATED, kind.related_name()),
            (self.reference != 0, Fields::REFERENCE, "reference"),
            (
                self.expected_version != 0,
                Fields::VERSION,
                "expected_version",
            ),
            (self.token.0 != 0, Fields::TOKEN, "token"),
            (self.timeout_s != 0, Fields::TIMEOUT, "timeout_s"),
        ]
        .into_iter()
        .find_map(|(given, field, name)| (given && !takes.has(field)).then_some(name))
        .or_else(|| (!kind.flags().has(self.flags)).then_some("flags"))
        .or_else(|| (whole && !self.amount.is_zero()).then_some("amount"))
    }

    fn bad_value(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Open | Kind::SetKyc if Profile::unpack(self.amount.units()).is_none() => {
                Some("kyc_level")
            }
            Kind::Open if self.reference >> 32 != 0 => Some("address"),
            Kind::Approve if !self.expects_well() => Some("expected"),
            _ => None,
        }
    }

    fn expects_well(&self) -> bool {
        if self.flags.has(Flags::EXPECTED) {
            Allowance::unpack(self.related).is_some()
        } else {
            self.related == 0
        }
    }

    /// Status 15. An approval of nothing takes an allowance back, and ERC-20 demands that transfers of nothing work.
    fn check_amount(&self) -> Result<(), ShapeError> {
        let may_be_zero = matches!(self.kind, Kind::Approve) || self.flags.has(Flags::ERC20);
        match self.amount() {
            Some(amount) if amount.is_zero() && !may_be_zero => {
                Err(ShapeError::new(Status::AmountZero, "amount"))
            }
            _ => Ok(()),
        }
    }

    /// Status 17.
    fn check_sides(&self) -> Result<(), ShapeError> {
        let both = Fields::DEBIT.and(Fields::CREDIT);
        let two = self.kind.fields().has(both) && !self.names_hold();
        if two && self.debit == self.credit && !self.flags.has(Flags::ERC20) {
            return Err(ShapeError::new(
                Status::AccountsSame,
                self.kind.credit_name(),
            ));
        }
        Ok(())
    }

    /// Status 18.
    fn check_role(&self) -> Result<(), ShapeError> {
        let allowed = match self.kind {
            Kind::Expire => self.role == Role::Engine,
            _ if self.needs_operator() => matches!(self.role, Role::Operator | Role::Engine),
            _ => self.role != Role::Regulator,
        };
        if allowed {
            Ok(())
        } else {
            Err(ShapeError::new(Status::RoleDenied, "kind"))
        }
    }

    /// Whether it takes an operator.
    pub const fn needs_operator(&self) -> bool {
        match self.kind {
            Kind::Open
            | Kind::SetKyc
            | Kind::Close
            | Kind::Mint
            | Kind::Freeze
            | Kind::Unfreeze
            | Kind::Pause
            | Kind::Unpause => true,
            Kind::Burn => self.flags.has(Flags::FROM_FROZEN),
            _ => false,
        }
    }
}
