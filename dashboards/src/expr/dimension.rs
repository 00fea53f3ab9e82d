//! What a value measures: it decides the unit of a panel and which values may share one.

use record::catalog::{Family, Unit};

/// A unit, with rates kept apart from amounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dimension {
    /// Requests.
    Requests,
    /// Other things counted, tokens and facts included.
    Count,
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// Requests per second.
    RequestRate,
    /// Other events per second.
    EventRate,
    /// Bytes per second.
    ByteRate,
    /// CPU seconds per second: cores kept busy.
    Cores,
    /// A part of a whole, 0..1.
    Share,
}

impl Dimension {
    /// What the raw value of a family measures.
    pub fn of(family: &Family) -> Self {
        match family.unit {
            Unit::Seconds => Self::Seconds,
            Unit::Bytes => Self::Bytes,
            Unit::Count if family.name.ends_with("requests_total") => Self::Requests,
            Unit::Count | Unit::Tokens | Unit::Info => Self::Count,
        }
    }

    /// Grafana's id of the unit.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Requests | Self::Count => "short",
            Self::Seconds => "s",
            Self::Bytes => "bytes",
            Self::RequestRate => "reqps",
            Self::EventRate => "ops",
            Self::ByteRate => "Bps",
            Self::Cores => "none",
            Self::Share => "percentunit",
        }
    }

    /// How far an axis reaches where the values stay below: Grafana gives a line of zeros an axis to 100, and a share one to
    /// 10 000 %. `None` where no value is natural.
    pub fn least_axis(self) -> Option<f64> {
        match self {
            Self::Requests | Self::Count | Self::RequestRate | Self::EventRate => Some(1.0),
            Self::Share => Some(0.01),
            Self::Cores => Some(0.1),
            Self::Seconds | Self::Bytes | Self::ByteRate => None,
        }
    }

    /// The same thing per second.
    pub fn per_second(self) -> Self {
        match self {
            Self::Requests => Self::RequestRate,
            Self::Bytes => Self::ByteRate,
            Self::Seconds => Self::Cores,
            _ => Self::EventRate,
        }
    }

    /// The same thing per event, where `events` is counted over the same time; `None` where that means nothing.
    pub fn per_event(self, events: Self) -> Option<Self> {
        let rates = matches!(events, Self::RequestRate | Self::EventRate);
        match self {
            Self::EventRate | Self::RequestRate if rates => Some(Self::Count),
            Self::ByteRate if rates => Some(Self::Bytes),
            Self::Cores if rates => Some(Self::Seconds),
            _ => None,
        }
    }

    /// The dimension of a panel that shows both, or `None` if they do not belong on one axis.
    pub fn combine(self, other: Self) -> Option<Self> {
        match (self, other) {
            (a, b) if a == b => Some(a),
            (Self::RequestRate, Self::EventRate) | (Self::EventRate, Self::RequestRate) => {
                Some(Self::EventRate)
            }
            (Self::Requests, Self::Count) | (Self::Count, Self::Requests) => Some(Self::Count),
            // A number of processors bounds how many are kept busy.
            (Self::Cores, Self::Count) | (Self::Count, Self::Cores) => Some(Self::Cores),
            _ => None,
        }
    }
}
