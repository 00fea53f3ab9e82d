//! The figures of an arm, with their direction, their unit, and what is usually asked of them (statistics.md, section 4.1).

/// Which direction is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// Lower values are.
    Lower,
    /// Higher values are.
    Higher,
}

impl Better {
    /// What turns a difference into a worsening: +1 if lower is better, −1 if higher is.
    pub fn sign(self) -> f64 {
        match self {
            Self::Lower => 1.0,
            Self::Higher => -1.0,
        }
    }
}

/// A figure that one arm of one round has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metric {
    /// Good requests per second of the closed windows.
    Throughput,
    /// CPU time of the target per good request of the closed windows, nanoseconds.
    CpuPerRequest,
    /// Median response time of the open windows, nanoseconds.
    ResponseTimeP50,
    /// 90th percentile of it.
    ResponseTimeP90,
    /// 95th percentile of it.
    ResponseTimeP95,
    /// 99th percentile of it.
    ResponseTimeP99,
    /// 99.9th percentile of it: shown, hardly ever gated.
    ResponseTimeP999,
    /// Median service time of the open windows, nanoseconds.
    ServiceTimeP50,
    /// 99th percentile of it.
    ServiceTimeP99,
    /// Allocations of the target per request of the open windows.
    AllocsPerRequest,
    /// Bytes asked for per request of the open windows.
    BytesPerRequest,
    /// Context switches of the target per request of the open windows.
    SwitchesPerRequest,
    /// Time spent waiting for locks per request of the open windows, nanoseconds.
    LockWaitPerRequest,
    /// Largest resident memory of the target over both slots, bytes.
    RssPeak,
}

impl Metric {
    /// Every figure, in the order of reports.
    pub const ALL: [Self; 14] = [
        Self::Throughput,
        Self::CpuPerRequest,
        Self::ResponseTimeP50,
        Self::ResponseTimeP90,
        Self::ResponseTimeP95,
        Self::ResponseTimeP99,
        Self::ResponseTimeP999,
        Self::ServiceTimeP50,
        Self::ServiceTimeP99,
        Self::AllocsPerRequest,
        Self::BytesPerRequest,
        Self::SwitchesPerRequest,
        Self::LockWaitPerRequest,
        Self::RssPeak,
    ];

    /// What is gated where the plan does not choose.
    pub const GATED: [Self; 6] = [
        Self::Throughput,
        Self::CpuPerRequest,
        Self::ResponseTimeP50,
        Self::ResponseTimeP99,
        Self::AllocsPerRequest,
        Self::RssPeak,
    ];

    /// The name in plans, records and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Throughput => "throughput",
            Self::CpuPerRequest => "cpu_per_request",
            Self::ResponseTimeP50 => "response_time_p50",
            Self::ResponseTimeP90 => "response_time_p90",
            Self::ResponseTimeP95 => "response_time_p95",
            Self::ResponseTimeP99 => "response_time_p99",
            Self::ResponseTimeP999 => "response_time_p999",
            Self::ServiceTimeP50 => "service_time_p50",
            Self::ServiceTimeP99 => "service_time_p99",
            Self::AllocsPerRequest => "allocs_per_request",
            Self::BytesPerRequest => "bytes_per_request",
            Self::SwitchesPerRequest => "switches_per_request",
            Self::LockWaitPerRequest => "lock_wait_per_request",
            Self::RssPeak => "rss_peak",
        }
    }

    /// The figure of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.name() == name)
    }

    /// How a sentence calls it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Throughput => "throughput",
            Self::CpuPerRequest => "CPU per request",
            Self::ResponseTimeP50 => "P50 response time",
            Self::ResponseTimeP90 => "P90 response time",
            Self::ResponseTimeP95 => "P95 response time",
            Self::ResponseTimeP99 => "P99 response time",
            Self::ResponseTimeP999 => "P99.9 response time",
            Self::ServiceTimeP50 => "P50 service time",
            Self::ServiceTimeP99 => "P99 service time",
            Self::AllocsPerRequest => "allocations per request",
            Self::BytesPerRequest => "bytes allocated per request",
            Self::SwitchesPerRequest => "context switches per request",
            Self::LockWaitPerRequest => "lock wait per request",
            Self::RssPeak => "peak memory",
        }
    }

    /// Its unit: `per second`, `ns`, `bytes` or `count`.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Throughput => "per second",
            Self::AllocsPerRequest | Self::SwitchesPerRequest => "count",
            Self::BytesPerRequest | Self::RssPeak => "bytes",
            _ => "ns",
        }
    }

    /// Which direction is good.
    pub fn better(self) -> Better {
        match self {
            Self::Throughput => Better::Higher,
            _ => Better::Lower,
        }
    }

    /// The share 0..1 of the quantile of response time that it is.
    pub fn response_quantile(self) -> Option<f64> {
        match self {
            Self::ResponseTimeP50 => Some(0.5),
            Self::ResponseTimeP90 => Some(0.9),
            Self::ResponseTimeP95 => Some(0.95),
            Self::ResponseTimeP99 => Some(0.99),
            Self::ResponseTimeP999 => Some(0.999),
            _ => None,
        }
    }

    /// The share 0..1 of the quantile of service time that it is.
    pub fn service_quantile(self) -> Option<f64> {
        match self {
            Self::ServiceTimeP50 => Some(0.5),
            Self::ServiceTimeP99 => Some(0.99),
            _ => None,
        }
    }

    /// The relative worsening that matters where the plan does not say: 0.03 is 3 %.
    pub fn usual_margin(self) -> f64 {
        match self {
            Self::Throughput | Self::CpuPerRequest => 0.03,
            Self::AllocsPerRequest => 0.01,
            Self::ResponseTimeP95 => 0.08,
            Self::ResponseTimeP99 | Self::ServiceTimeP99 | Self::LockWaitPerRequest => 0.10,
            Self::ResponseTimeP999 => 0.20,
            _ => 0.05,
        }
    }

    /// The smallest difference in its own unit that matters where the plan does not say.
    pub fn usual_floor(self) -> Option<f64> {
        match self {
            Self::ResponseTimeP99 | Self::ResponseTimeP999 | Self::ServiceTimeP99 => {
                Some(100_000.0)
            }
            Self::LockWaitPerRequest => Some(1_000.0),
            Self::AllocsPerRequest => Some(0.01),
            Self::RssPeak => Some(1_048_576.0),
            _ => None,
        }
    }
}
