//! The target's own account of what it did, and the lines in which it tells its parent.

use record::histogram::Histogram;
use std::net::SocketAddr;

/// Every line of ours begins with it: a test harness prints lines of its own around them.
const MARK: &str = "yardstick ";

/// What the target did, by its own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// Requests answered.
    pub answered: u64,
    /// From the end of a request's reading to the moment before the last byte was written: the median, in nanoseconds. A client cannot
    /// measure less, because it began before and ended after.
    pub service_p50_ns: u64,
    /// The same at the 90th percentile.
    pub service_p90_ns: u64,
    /// The same in the mean.
    pub service_mean_ns: u64,
    /// The longest time for which the whole process stood still, by a thread that does nothing but look.
    pub longest_gap_ns: u64,
}

impl Facts {
    pub(super) fn of(service: &Histogram, longest_gap_ns: u64) -> Self {
        let at = |q| service.quantile(q).unwrap_or_default();
        Self {
            answered: service.count(),
            service_p50_ns: at(0.5),
            service_p90_ns: at(0.9),
            service_mean_ns: service.mean_ns().unwrap_or_default().round() as u64,
            longest_gap_ns,
        }
    }
}

/// What the target says to its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// It listens there.
    Listens(SocketAddr),
    /// The first request has come.
    Asked,
    /// It is done.
    Did(Facts),
}

impl Said {
    /// The line; the break before it ends whatever somebody else began to print.
    pub(super) fn line(self) -> String {
        let text = match self {
            Self::Listens(address) => format!("listens {address}"),
            Self::Asked => "asked".to_owned(),
            Self::Did(facts) => format!(
                "did {} {} {} {} {}",
                facts.answered,
                facts.service_p50_ns,
                facts.service_p90_ns,
                facts.service_mean_ns,
                facts.longest_gap_ns
            ),
        };
        format!("\n{MARK}{text}\n")
    }

    /// `None` for a line that is not ours.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let mut words = line.trim().strip_prefix(MARK)?.split(' ');
        match words.next()? {
            "listens" => Some(Self::Listens(words.next()?.parse().ok()?)),
            "asked" => Some(Self::Asked),
            "did" => {
                let mut number = || words.next()?.parse().ok();
                Some(Self::Did(Facts {
                    answered: number()?,
                    service_p50_ns: number()?,
                    service_p90_ns: number()?,
                    service_mean_ns: number()?,
                    longest_gap_ns: number()?,
                }))
            }
            _ => None,
        }
    }
}
