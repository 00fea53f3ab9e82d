//! Is a run invalid by what its own record says of the generator? The limits are those of measurement.md, section 9; the judgement itself
//! is in `stats`, which this crate does not know.

use driver::Measured;
use record::histogram::Histogram;
use record::run::{pacing_floor_ns, pacing_limit_ns};
use std::num::NonZeroUsize;

/// Why the numbers cannot be trusted; `None` if they can.
pub fn distrust(measured: &Measured) -> Option<String> {
    let health = &measured.health;
    let beyond = |share: Option<f64>, limit: f64| share.filter(|share| *share > limit);
    late(measured)
        .or_else(|| {
            (health.windows_late > 1).then(|| format!("late in {} windows", health.windows_late))
        })
        .or_else(|| {
            let worst = health
                .run_queue
                .as_ref()
                .filter(|worst| worst.share > 0.10)?;
            Some(format!(
                "{} waited {:.2} of the time",
                worst.thread, worst.share
            ))
        })
        .or_else(|| beyond(health.steal, 0.05).map(|share| format!("steal {share:.2}")))
        .or_else(|| {
            let pressure = beyond(health.cpu_pressure, 0.20)?;
            let outside = outside(measured).filter(|share| *share > 0.15)?;
            Some(format!("pressure {pressure:.2}, strangers {outside:.2}"))
        })
        .or_else(|| {
            let periods = health.throttled_periods.filter(|&periods| periods > 0)?;
            Some(format!("throttled in {periods} periods"))
        })
}

// The share of the machine that neither generator nor target used: they press each other too, and that is no stranger's doing.
fn outside(measured: &Measured) -> Option<f64> {
    let costs = &measured.costs;
    let own = (costs.generator_cpu? + costs.target_cpu?).as_secs_f64();
    let all = measured.steady.length().as_secs_f64() * f64::from(cores());
    Some(measured.health.machine_cpu? - own / all)
}

fn cores() -> u32 {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get) as u32
}

fn late(measured: &Measured) -> Option<String> {
    let mut response = Histogram::new();
    measured
        .steps
        .iter()
        .for_each(|step| response.add(&step.ok.response));
    let delay = measured.delays.pacing.quantile(0.99)?;
    let limit = pacing_limit_ns(pacing_floor_ns(cores()), response.quantile(0.99)?);
    (delay > limit).then(|| format!("pacing delay p99 {delay} ns, limit {limit} ns"))
}

/// True if the numbers count. Otherwise says so where it is seen.
#[expect(
    clippy::print_stderr,
    reason = "a test that decides nothing must be seen"
)]
pub fn is_trusted(test: &str, measured: &Measured) -> bool {
    let why = distrust(measured);
    if let Some(why) = &why {
        eprintln!("CANNOT JUDGE HERE: {test}: the run is invalid by its own record: {why}");
    }
    why.is_none()
}
