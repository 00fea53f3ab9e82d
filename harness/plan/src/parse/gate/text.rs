//! Plans of gates as they are written: a template to start from, and the plan that was in force, to judge its rounds again with.

use record::comparison::{GatePlan, GatedMetric, Metric};
use std::fmt::Write as _;

/// A plan with every default and a comment on each key.
pub const TEMPLATE: &str = r#"# What `loadtest gate` measures and when it is red. Every line is a default: remove what you do not change.
schema = 1

# workload = "plan.toml"    # the load; without it the reference load
seed = 0                    # every coin comes from it
alpha = 0.01                # at most so many false alarms of gates that compare identical builds
looks = [6, 10, 16]         # valid rounds at which may be decided
spend = [0.0, 0.6, 0.4]     # shares of alpha that they spend
beta = 0.05                 # of the bound that a pass needs
test = "signed-rank"
rate_fraction = 0.6         # rate of the open windows ÷ capacity of the baseline
max_error_rate = "1%"       # beyond it a build has collapsed
error_rate_margin = "0.1%"

[slot]
# A build has two slots in a round, which are cut into turns of a tenth of a second: windows of both builds take four slots.
closed = "1s"               # throughput and CPU
open = "1s"                 # response time, allocations
# warmup = "3s"             # of a fresh process; without it as long as a pilot took to settle, at least 880 ms

# A margin is the worsening that matters; a floor the smallest difference that does. `gated = false` takes a metric out.
[metric.throughput]
margin = "3%"

[metric.cpu_per_request]
margin = "3%"

[metric.response_time_p50]
margin = "5%"

[metric.response_time_p99]
margin = "10%"
floor = "100us"

[metric.allocs_per_request]
margin = "1%"
floor = 0.01

[metric.rss_peak]
margin = "5%"
floor = "1MiB"

# [[slo]]
# rule = "response_time: p99 < 50ms"

# What makes a round worthless, for both builds alike.
[validity]
steal = "10%"
pressure = "20%"
generator_cpu = "80%"
send_delay = "10%"
achieved = "98%"
drift = "5%"
samples = 100
dropped = "30%"
"#;

/// The plan as TOML that reads back as the same plan.
pub fn text(plan: &GatePlan) -> String {
    let mut out = String::new();
    head(&mut out, plan);
    plan.metrics
        .iter()
        .for_each(|gated| metric(&mut out, gated));
    let removed = Metric::GATED
        .into_iter()
        .filter(|one| plan.metrics.iter().all(|gated| gated.metric != *one));
    for metric in removed {
        line(
            &mut out,
            format_args!("\n[metric.{}]\ngated = false", metric.name()),
        );
    }
    for slo in &plan.slos {
        line(
            &mut out,
            format_args!("\n[[slo]]\nrule = {}", quoted(&slo.text)),
        );
    }
    out
}

fn head(out: &mut String, plan: &GatePlan) {
    line(out, format_args!("schema = {}", super::SCHEMA));
    if let Some(workload) = &plan.workload {
        line(out, format_args!("workload = {}", quoted(workload)));
    }
    line(out, format_args!("seed = {}", plan.seed));
    line(
        out,
        format_args!("alpha = {:?}\nbeta = {:?}", plan.alpha, plan.beta),
    );
    line(
        out,
        format_args!("looks = {:?}\nspend = {:?}", plan.looks, plan.spend),
    );
    line(out, format_args!("test = \"{}\"", plan.test.name()));
    line(
        out,
        format_args!("rate_fraction = {:?}", plan.rate_fraction),
    );
    line(
        out,
        format_args!("max_error_rate = {:?}", plan.max_error_rate),
    );
    line(
        out,
        format_args!("error_rate_margin = {:?}", plan.error_rate_margin),
    );
    let ns = |length: std::time::Duration| format!("{}ns", length.as_nanos());
    let (closed, open) = (ns(plan.slot_closed), ns(plan.slot_open));
    line(
        out,
        format_args!("\n[slot]\nclosed = \"{closed}\"\nopen = \"{open}\""),
    );
    if let Some(warmup) = plan.slot_warmup {
        line(out, format_args!("warmup = \"{}\"", ns(warmup)));
    }
    let limits = &plan.validity;
    line(
        out,
        format_args!(
            "\n[validity]\nsteal = {:?}\npressure = {:?}",
            limits.steal, limits.pressure
        ),
    );
    line(
        out,
        format_args!(
            "generator_cpu = {:?}\nsend_delay = {:?}",
            limits.generator_cpu, limits.send_delay
        ),
    );
    line(
        out,
        format_args!(
            "achieved = {:?}\ndrift = {:?}",
            limits.achieved, limits.drift
        ),
    );
    line(
        out,
        format_args!(
            "samples = {}\ndropped = {:?}",
            limits.samples, limits.dropped
        ),
    );
}

fn metric(out: &mut String, gated: &GatedMetric) {
    line(
        out,
        format_args!(
            "\n[metric.{}]\nmargin = {:?}",
            gated.metric.name(),
            gated.margin
        ),
    );
    match (gated.floor, gated.metric.unit()) {
        (None, _) => line(out, format_args!("floor = 0")),
        (Some(floor), "ns") => line(out, format_args!("floor = \"{}ns\"", floor.round())),
        (Some(floor), _) => line(out, format_args!("floor = {floor:?}")),
    }
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{text}");
}

// A basic TOML string.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
