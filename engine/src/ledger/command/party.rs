//! Who sends a command, what is known about an account's holder, and which chain a command belongs to.

/// What the sender of a command may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(u8)]
pub enum Role {
    /// Moves units of its accounts.
    Holder = 1,
    /// Also opens, mints, burns, freezes and pauses.
    #[default]
    Operator = 2,
    /// Reads, and commands nothing.
    Regulator = 3,
    /// The engine itself, which also ends holds whose time is over.
    Engine = 4,
}

impl Role {
    /// The fixed number, as journals have it.
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// The role of that number.
    pub const fn from_number(number: u16) -> Option<Self> {
        match number {
            1 => Some(Self::Holder),
            2 => Some(Self::Operator),
            3 => Some(Self::Regulator),
            4 => Some(Self::Engine),
            _ => None,
        }
    }
}

/// The chain that a command belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(u8)]
pub enum Chain {
    /// None but this ledger.
    #[default]
    Local = 0,
    /// Ethereum.
    Eth = 1,
    /// Polygon.
    Polygon = 2,
    /// BNB Smart Chain.
    Bnb = 3,
}

impl Chain {
    /// Every chain, in order of its number.
    pub const ALL: [Self; 4] = [Self::Local, Self::Eth, Self::Polygon, Self::Bnb];

    /// The fixed number.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The chain of that number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// The name in bodies and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Eth => "eth",
            Self::Polygon => "polygon",
            Self::Bnb => "bnb",
        }
    }

    /// The chain of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|chain| chain.name() == name)
    }
}

/// What is known about an account's holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Profile {
    /// 0 unknown, 1 identified, 2 verified, 3 institutional.
    pub level: u8,
    /// Two capital letters of ISO 3166, or two zeros.
    pub jurisdiction: [u8; 2],
}

/// The highest KYC level.
pub const KYC_LEVEL_MAX: u8 = 3;

impl Profile {
    /// As commands carry it in their amount: the level in the lowest byte, then the two letters.
    pub const fn packed(self) -> u128 {
        self.level as u128
            | (self.jurisdiction[0] as u128) << 8
            | (self.jurisdiction[1] as u128) << 16
    }

    /// Reads [`Profile::packed`]; `None` if it is no level or no jurisdiction.
    pub fn unpack(packed: u128) -> Option<Self> {
        let [level, first, second, rest @ ..] = packed.to_le_bytes();
        let jurisdiction = [first, second];
        let named = jurisdiction.iter().all(u8::is_ascii_uppercase) || jurisdiction == [0; 2];
        (level <= KYC_LEVEL_MAX && named && rest.iter().all(|byte| *byte == 0)).then_some(Self {
            level,
            jurisdiction,
        })
    }

    /// The jurisdiction as text; `None` if it is not known.
    pub fn jurisdiction_text(&self) -> Option<&str> {
        (self.jurisdiction != [0; 2])
            .then(|| std::str::from_utf8(&self.jurisdiction).ok())
            .flatten()
    }
}
