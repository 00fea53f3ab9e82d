//! The flags of a command, as bits of the 128-byte record.

/// A set of flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags(u16);

impl Flags {
    /// None of them.
    pub const NONE: Self = Self(0);
    /// The next command of the batch belongs to the same chain: all of it takes effect, or nothing.
    pub const LINKED: Self = Self(1);
    /// A freeze or unfreeze of the whole account instead of an amount.
    pub const WHOLE: Self = Self(1 << 1);
    /// A post of everything that is held; an approval without limit.
    pub const ALL: Self = Self(1 << 2);
    /// A burn of frozen instead of available units.
    pub const FROM_FROZEN: Self = Self(1 << 3);
    /// By the rules of ERC-20: transfers of nothing and to oneself are legal and only leave an entry.
    pub const ERC20: Self = Self(1 << 4);
    /// An approval says in `related` which allowance it expects to replace. A flag, because an expected allowance of 0 means
    /// something.
    pub const EXPECTED: Self = Self(1 << 5);

    /// Every flag with its name in bodies.
    pub const NAMED: [(Self, &'static str); 6] = [
        (Self::LINKED, "linked"),
        (Self::WHOLE, "whole"),
        (Self::ALL, "all"),
        (Self::FROM_FROZEN, "from_frozen"),
        (Self::ERC20, "erc20"),
        (Self::EXPECTED, "expected"),
    ];

    /// The flags of these bits; `None` if one of them means nothing.
    pub const fn from_bits(bits: u16) -> Option<Self> {
        if bits >> Self::NAMED.len() == 0 {
            Some(Self(bits))
        } else {
            None
        }
    }

    /// The bits.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// Both sets together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of `other` are set.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}
