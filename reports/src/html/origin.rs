//! What was run, with all that is needed to run it again, and how to read the page.

use super::page;
use crate::{engine, show};
use maud::{Markup, html};
use record::files;
use record::quantity::format_nanoseconds;
use record::run::{ProfileKind, ProfileOutcome, Provenance, RunRecord};
use std::time::Duration;

/// Plan, command, machine, files.
pub(super) fn section(record: &RunRecord) -> Markup {
    let content = html! {
        p { (record.plan.words) }
        (plan(record))
        @if let Some(engine) = &record.target.engine {
            h3 { "Reference engine" }
            (page::facts(&[
                ("Switches", engine::switches(engine)),
                ("Journal", engine::syncs(engine)),
                ("Faults on demand", engine::faults(engine).unwrap_or_else(|| "none".to_owned())),
            ]))
        }
        h3 { "Machine and build" }
        (machine(&record.provenance))
        h3 { "Command" }
        pre { code { (command(&record.provenance.command)) } }
        details { summary { "The resolved plan" } pre { code { (record.plan.text) } } }
        h3 { "Files of this run" }
        ul.files { @for name in names(record) { li { a href=(name) { (name) } } } }
    };
    page::section("origin", "What was run", &content)
}

fn plan(record: &RunRecord) -> Markup {
    let plan = &record.plan;
    let length = |length: Duration| format_nanoseconds(length.as_nanos() as u64);
    let scenarios: Vec<String> = plan
        .scenarios
        .iter()
        .map(|(name, weight)| format!("{name} × {weight}"))
        .collect();
    page::facts(&[
        ("Seed", plan.seed.to_string()),
        ("Plan digest", plan.digest.clone()),
        (
            "Warm-up, then measured",
            format!("{}, then {}", length(plan.warmup), length(plan.duration)),
        ),
        ("Request timeout", length(plan.timeout)),
        ("Scenarios and weights", scenarios.join(", ")),
        (
            "Target's build",
            record
                .target
                .build
                .clone()
                .unwrap_or_else(|| "unknown".to_owned()),
        ),
    ])
}

fn machine(provenance: &Provenance) -> Markup {
    let told = |text: &str| {
        if text.is_empty() {
            "unknown".to_owned()
        } else {
            text.to_owned()
        }
    };
    let core = |core: Option<u32>| {
        core.map_or_else(|| "not pinned".to_owned(), |core| format!("core {core}"))
    };
    let memory = if provenance.memory_bytes == 0 {
        "unknown".to_owned()
    } else {
        show::bytes(provenance.memory_bytes as f64)
    };
    page::facts(&[
        (
            "loadtest",
            format!(
                "{} ({}, {} build)",
                provenance.version,
                told(&provenance.revision),
                told(&provenance.build)
            ),
        ),
        ("Compiler", told(&provenance.rustc)),
        (
            "Processor",
            format!(
                "{}, {}",
                told(&provenance.cpu),
                show::plural(provenance.cores as usize, "core")
            ),
        ),
        ("Memory", memory),
        ("Kernel", told(&provenance.kernel)),
        (
            "Generator, target",
            format!(
                "{}, {}",
                core(provenance.generator_core),
                core(provenance.target_core)
            ),
        ),
        ("Idle states", provenance.idle_states().to_owned()),
    ])
}

/// The command line as a shell would take it.
fn command(words: &[String]) -> String {
    let plain = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_./:=,+@%".contains(&b))
    };
    let quoted = words.iter().map(|word| {
        if plain(word) {
            word.clone()
        } else {
            format!("'{}'", word.replace('\'', "'\\''"))
        }
    });
    quoted.collect::<Vec<_>>().join(" ")
}

fn names(record: &RunRecord) -> Vec<&'static str> {
    let taken = |kind: ProfileKind| {
        let mut profiles = record.profiles.iter();
        profiles.any(|profile| {
            profile.kind == kind && matches!(profile.outcome, ProfileOutcome::Taken { .. })
        })
    };
    let mut names = vec![
        files::RECORD,
        files::SUMMARY,
        files::HLOG,
        files::WINDOWS,
        files::STEPS,
        files::JUNIT,
        files::METRICS,
    ];
    if taken(ProfileKind::Cpu) {
        names.extend([files::CPU_PROFILE, files::CPU_FLAMEGRAPH]);
    }
    if taken(ProfileKind::Alloc) {
        names.extend([files::ALLOC_PROFILE, files::ALLOC_FLAMEGRAPH]);
    }
    names
}

/// The three durations in three sentences.
pub(super) fn reading() -> Markup {
    let content = html! {
        (page::facts(&[
            ("Response time", "From the moment a request was due until its last byte arrived: what a caller feels. Judge by this one.".to_owned()),
            ("Service time", "From the moment it was sent until its last byte arrived: what the target and the network took for one exchange.".to_owned()),
            ("Send delay", "From due to sent. All users busy means that the target is slow, and it counts in response time; lateness of the generator itself makes a run invalid.".to_owned()),
        ]))
        p { "In the closed model a request is due when the answer before it has come, so a stalled target also stalls the load and response time cannot show the queue that "
            "independent callers would have met. In the open model arrivals keep coming, and it does." }
        p { "Percentiles come from merged histograms with an error of at most 0.1 %; they are never averaged. Failed requests have no part in them: a fast refusal must not "
            "improve a percentile." }
    };
    page::section("reading", "How to read this", &content)
}
