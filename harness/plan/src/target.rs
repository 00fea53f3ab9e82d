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
    /// A command that starts the target, with `{port}` where its port belongs; not together with `url`.
    pub command: Option<String>,
    /// The path that answers 2xx once the started target can be used.
    pub ready: Option<String>,
    /// How long the started target may take until it can be used; absent for the usual time.
    pub start_within: Option<Duration>,
    /// Which client sends.
    pub client: ClientChoice,
    /// Redirects that are followed, each; 0 takes the redirect as the answer. Needs the client `reqwest`.
    pub redirects: u32,
    /// What the reference engine is started with, where it is started.
    pub engine: Vec<EngineOption>,
}

impl TargetPlan {
    /// How long a started target may take if nobody says otherwise.
    pub const USUAL_START: Duration = Duration::from_secs(30);

    /// How long the started target may take until it can be used.
    pub fn start_within(&self) -> Duration {
        self.start_within.unwrap_or(Self::USUAL_START)
    }

    /// True if there is a target of the user's own.
    pub fn is_given(&self) -> bool {
        self.url.is_some() || self.command.is_some()
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
