//! Where the load goes, and through which client.

use crate::EngineOption;
use std::time::Duration;

/// Where the load goes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TargetPlan {
    /// Base URL; absent for the reference engine.
    pub url: Option<String>,
    /// Base URL of `/metrics` and `/debug/pprof`.
    pub admin: Option<String>,
    /// What stands before the names of Go's `net/http/pprof`, as in `http://127.0.0.1:6060/debug/pprof`; absent for that path below `admin`.
    pub pprof: Option<String>,
    /// The label whose value is the `x-request-id` of the request that a sample served; absent for [`Self::USUAL_LABEL`].
    pub request_label: Option<String>,
    /// Samples a CPU profile takes per second of CPU time, 1 to [`crate::limits::PROFILE_HZ`]; absent for what the target usually takes. Only our
    /// own probe can be asked: a Go program takes 100 whatever it is told.
    pub profile_hz: Option<u32>,
    /// Whether every request carries a W3C `traceparent`, sampled: one trace for each arrival.
    pub traceparent: bool,
    /// A command that starts the target, with `{port}` where its port belongs; not together with `url`.
    pub command: Option<String>,
    /// The path that answers 2xx once the started target can be used.
    pub ready: Option<String>,
    /// How long the started target may take until it can be used; absent for the usual time.
    pub start_within: Option<Duration>,
    /// Which processors the started target may use.
    pub processors: TargetProcessors,
    /// Which client sends.
    pub client: ClientChoice,
    /// Redirects that are followed, each; 0 takes the redirect as the answer. Needs the client `reqwest`.
    pub redirects: u32,
    /// What the reference engine is started with, where it is started.
    pub engine: Vec<EngineOption>,
}

/// Which processors a target may use that the run starts itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TargetProcessors {
    /// Those that the generator does not have, so that neither holds up the other.
    #[default]
    Rest,
    /// The generator's too: for a generator that has little to do, and a target that can use more processors than are left.
    All,
}

impl TargetPlan {
    /// How long a started target may take if nobody says otherwise.
    pub const USUAL_START: Duration = Duration::from_secs(30);

    /// What the probe calls that label.
    pub const USUAL_LABEL: &str = "request";

    /// Where profiles are asked for, if anybody knows; `admin` is where the target's operations are.
    pub fn pprof(&self, admin: Option<&str>) -> Option<String> {
        let below = |admin: &str| format!("{}/debug/pprof", admin.trim_end_matches('/'));
        self.pprof.clone().or_else(|| admin.map(below))
    }

    /// How long the started target may take until it can be used.
    pub fn start_within(&self) -> Duration {
        self.start_within.unwrap_or(Self::USUAL_START)
    }

    /// True if there is a target of the user's own.
    pub fn is_given(&self) -> bool {
        self.url.is_some() || self.command.is_some()
    }
}

/// What is wrong with the address of profiles.
pub(crate) fn not_a_base(text: &str) -> Option<String> {
    let rest = text
        .strip_prefix("http://")
        .or_else(|| text.strip_prefix("https://"));
    match rest {
        Some(rest) if !rest.starts_with('/') && !rest.is_empty() => None,
        _ => Some(format!(
            "\"{text}\" is not an address such as http://127.0.0.1:6060/debug/pprof"
        )),
    }
}

/// Which client sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClientChoice {
    /// Ours for plain HTTP, reqwest for https.
    #[default]
    Auto,
    /// Ours: HTTP/1.1 without TLS, the one whose cost is known.
    Plain,
    /// reqwest: TLS, HTTP/2, redirects, at several times the CPU.
    Reqwest,
}

impl ClientChoice {
    /// The name in a plan.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Plain => "plain",
            Self::Reqwest => "reqwest",
        }
    }
}
