//! Mirrors of the record's small parts.

use super::rules::Rule;
use super::{Span, nanoseconds};
use crate::run::{self, Model, ProfileKind, ProfileOutcome};
use crate::wire::RecordError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

// A mirror with the same fields as its domain type, converted both ways field by field.
macro_rules! mirror {
    ($name:ident = $domain:ty { $($field:ident: $kind:ty),* $(,)? }) => {
        #[derive(Serialize, Deserialize)]
        pub(super) struct $name {
            $($field: $kind),*
        }

        impl From<&$domain> for $name {
            fn from(domain: &$domain) -> Self {
                Self { $($field: domain.$field.clone()),* }
            }
        }

        impl From<$name> for $domain {
            fn from(wire: $name) -> Self {
                Self { $($field: wire.$field),* }
            }
        }
    };
}

mirror!(Provenance = run::Provenance {
    version: String,
    revision: String,
    build: String,
    rustc: String,
    kernel: String,
    cpu: String,
    cores: u32,
    memory_bytes: u64,
    generator_processors: u32,
    generator_core: Option<u32>,
    target_core: Option<u32>,
    kept_awake: Option<bool>,
    command: Vec<String>,
});

mirror!(
    Allocations = run::Allocations {
        count: u64,
        bytes: u64,
        requests: u64,
    }
);

mirror!(
    AuditCheck = run::AuditCheck {
        name: String,
        held: bool,
        detail: String,
    }
);

mirror!(
    ArrivalCounts = run::Arrivals {
        scheduled: u64,
        succeeded: u64,
        failed: u64,
        timed_out: u64,
        in_flight: u64,
        unsent: u64,
        dropped: u64,
    }
);

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Arrivals(ArrivalCounts);

impl From<run::Arrivals> for Arrivals {
    fn from(arrivals: run::Arrivals) -> Self {
        Self((&arrivals).into())
    }
}

impl From<Arrivals> for run::Arrivals {
    fn from(arrivals: Arrivals) -> Self {
        arrivals.0.into()
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct Audit {
    checks: Vec<AuditCheck>,
}

impl From<&run::Audit> for Audit {
    fn from(audit: &run::Audit) -> Self {
        Self {
            checks: audit.checks.iter().map(Into::into).collect(),
        }
    }
}

impl From<Audit> for run::Audit {
    fn from(audit: Audit) -> Self {
        Self {
            checks: audit.checks.into_iter().map(Into::into).collect(),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "how", content = "why", rename_all = "snake_case")]
pub(super) enum Ending {
    Completed,
    Interrupted,
    TargetDied(String),
    Failed(String),
}

impl From<&run::Ending> for Ending {
    fn from(ending: &run::Ending) -> Self {
        match ending.clone() {
            run::Ending::Completed => Self::Completed,
            run::Ending::Interrupted => Self::Interrupted,
            run::Ending::TargetDied(why) => Self::TargetDied(why),
            run::Ending::Failed(why) => Self::Failed(why),
        }
    }
}

impl From<Ending> for run::Ending {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Completed => Self::Completed,
            Ending::Interrupted => Self::Interrupted,
            Ending::TargetDied(why) => Self::TargetDied(why),
            Ending::Failed(why) => Self::Failed(why),
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct Costs {
    generator_cpu_ns: Option<u64>,
    target_cpu_ns: Option<u64>,
    generator_memory_bytes: Option<u64>,
    target_memory_bytes: Option<u64>,
    allocations: Option<Allocations>,
}

impl From<&run::Costs> for Costs {
    fn from(costs: &run::Costs) -> Self {
        Self {
            generator_cpu_ns: costs.generator_cpu.map(nanoseconds),
            target_cpu_ns: costs.target_cpu.map(nanoseconds),
            generator_memory_bytes: costs.generator_memory_bytes,
            target_memory_bytes: costs.target_memory_bytes,
            allocations: costs.allocations.as_ref().map(Into::into),
        }
    }
}

impl From<Costs> for run::Costs {
    fn from(costs: Costs) -> Self {
        Self {
            generator_cpu: costs.generator_cpu_ns.map(Duration::from_nanos),
            target_cpu: costs.target_cpu_ns.map(Duration::from_nanos),
            generator_memory_bytes: costs.generator_memory_bytes,
            target_memory_bytes: costs.target_memory_bytes,
            allocations: costs.allocations.map(Into::into),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
enum Outcome {
    Taken {
        span: Span,
        samples: u64,
        total: i64,
        requests: u64,
    },
    Absent {
        why: String,
    },
}

#[derive(Serialize, Deserialize)]
pub(super) struct Profile {
    kind: String,
    #[serde(flatten)]
    outcome: Outcome,
}

impl From<&run::ProfileFacts> for Profile {
    fn from(profile: &run::ProfileFacts) -> Self {
        let outcome = match profile.outcome.clone() {
            ProfileOutcome::Absent(why) => Outcome::Absent { why },
            ProfileOutcome::Taken {
                span,
                samples,
                total,
                requests,
            } => Outcome::Taken {
                span: span.into(),
                samples,
                total,
                requests,
            },
        };
        Self {
            kind: profile.kind.name().to_owned(),
            outcome,
        }
    }
}

impl TryFrom<Profile> for run::ProfileFacts {
    type Error = RecordError;

    fn try_from(profile: Profile) -> Result<Self, RecordError> {
        let kind = match profile.kind.as_str() {
            "cpu" => ProfileKind::Cpu,
            "alloc" => ProfileKind::Alloc,
            other => {
                return Err(RecordError::Damaged {
                    place: "profiles".to_owned(),
                    why: format!("unknown profile kind \"{other}\""),
                });
            }
        };
        let outcome = match profile.outcome {
            Outcome::Absent { why } => ProfileOutcome::Absent(why),
            Outcome::Taken {
                span,
                samples,
                total,
                requests,
            } => ProfileOutcome::Taken {
                span: span.into(),
                samples,
                total,
                requests,
            },
        };
        Ok(Self { kind, outcome })
    }
}

#[derive(Serialize, Deserialize)]
struct Scenario {
    name: String,
    weight: u32,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Plan {
    name: String,
    digest: String,
    model: String,
    words: String,
    seed: u64,
    offered_rate: Option<f64>,
    users: u32,
    warmup_ns: u64,
    duration_ns: u64,
    timeout_ns: u64,
    scenarios: Vec<Scenario>,
    #[serde(default)]
    slo_ns: Option<u64>,
    #[serde(default)]
    level: bool,
    #[serde(default)]
    health_limits: BTreeMap<String, f64>,
    thresholds: Vec<Rule>,
    text: String,
}

impl From<&run::PlanFacts> for Plan {
    fn from(plan: &run::PlanFacts) -> Self {
        let scenario = |(name, weight): &(String, u32)| Scenario {
            name: name.clone(),
            weight: *weight,
        };
        Self {
            name: plan.name.clone(),
            digest: plan.digest.clone(),
            model: plan.model.name().to_owned(),
            words: plan.words.clone(),
            seed: plan.seed,
            offered_rate: plan.offered_rate,
            users: plan.users,
            warmup_ns: nanoseconds(plan.warmup),
            duration_ns: nanoseconds(plan.duration),
            timeout_ns: nanoseconds(plan.timeout),
            scenarios: plan.scenarios.iter().map(scenario).collect(),
            slo_ns: plan.slo.map(nanoseconds),
            level: plan.is_level,
            health_limits: plan.health_limits.iter().cloned().collect(),
            thresholds: plan.thresholds.iter().map(Into::into).collect(),
            text: plan.text.clone(),
        }
    }
}

impl TryFrom<Plan> for run::PlanFacts {
    type Error = RecordError;

    fn try_from(plan: Plan) -> Result<Self, RecordError> {
        let model = Model::parse(&plan.model).ok_or_else(|| RecordError::Damaged {
            place: "plan".to_owned(),
            why: format!("unknown model \"{}\"", plan.model),
        })?;
        Ok(Self {
            name: plan.name,
            digest: plan.digest,
            model,
            words: plan.words,
            seed: plan.seed,
            offered_rate: plan.offered_rate,
            users: plan.users,
            warmup: Duration::from_nanos(plan.warmup_ns),
            duration: Duration::from_nanos(plan.duration_ns),
            timeout: Duration::from_nanos(plan.timeout_ns),
            scenarios: plan
                .scenarios
                .into_iter()
                .map(|s| (s.name, s.weight))
                .collect(),
            slo: plan.slo_ns.map(Duration::from_nanos),
            is_level: plan.level,
            health_limits: plan.health_limits.into_iter().collect(),
            thresholds: plan
                .thresholds
                .into_iter()
                .map(TryInto::try_into)
                .collect::<Result<_, _>>()?,
            text: plan.text,
        })
    }
}
