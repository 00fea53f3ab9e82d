//! The quantile curve: the whole distribution, tail included, on one axis.

use super::axis::{self, log_ns, nines_of};
use super::drawing::{Drawing, Ink, Series, Shade, Shape};
use super::thin::thin;
use crate::show::ENOUGH_BEYOND;
use record::histogram::Histogram;
use record::run::RunRecord;

/// Response and service time at every quantile.
pub(super) fn curve(record: &RunRecord) -> Drawing {
    let (response, service) = (record.response_time(), record.service_time());
    let at = |q| {
        [response.quantile(q), service.quantile(q)]
            .into_iter()
            .flatten()
    };
    let x = axis::nines(response.count().max(service.count()));
    Drawing {
        description:
            "Response time and service time at every quantile; the horizontal axis counts nines."
                .to_owned(),
        height: 320,
        y: axis::durations(
            at(0.0).min().unwrap_or(100_000),
            at(1.0).max().unwrap_or(10_000_000),
            "time, log scale",
        ),
        shades: thin_tail(&response, &x),
        series: vec![
            series("response time", Ink::First, 3.0, &response, x.high),
            series("service time", Ink::Second, 1.5, &service, x.high),
        ],
        x,
    }
}

fn series(name: &'static str, ink: Ink, weight: f64, times: &Histogram, end: f64) -> Series {
    // The last point has share 1, infinitely many nines; it is drawn where one sample lies beyond.
    let place = |(share, ns): (f64, u64)| (nines_of(share).min(end), log_ns(ns));
    let points: Vec<(f64, f64)> = times.curve().into_iter().map(place).collect();
    Series {
        name,
        ink,
        shape: Shape::Line(weight),
        stretches: vec![thin(&points)],
    }
}

/// Where so few samples lie beyond that the curve is chance.
fn thin_tail(times: &Histogram, x: &axis::Axis) -> Vec<Shade> {
    let from = (times.count() as f64 / ENOUGH_BEYOND).max(1.0).log10();
    let shade = Shade {
        from: from.clamp(x.low, x.high),
        to: x.high,
        label: "fewer than 10 samples beyond",
    };
    if times.is_empty() {
        Vec::new()
    } else {
        vec![shade]
    }
}
