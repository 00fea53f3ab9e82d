//! The profiles of a run taken apart by how slow the requests were.

mod viewer;

pub(crate) use viewer::data;

use crate::flamegraph::{self, FlamegraphError, Options, Side, Stacks, Widths};
use record::files;
use record::profile::Profile;
use record::run::ProfileKind;
use record::tail::{BAND_LABEL, Band, ENDPOINT_LABEL, Metric, Tail};

/// Fewer samples than this are drawn faded, with their count.
pub const ENOUGH_SAMPLES: u64 = 100;

/// One band of one profile.
#[derive(Debug, Clone, Default)]
pub struct BandStacks {
    /// By the profile's main value.
    pub stacks: Stacks,
    /// Samples that were taken.
    pub samples: u64,
    /// Sum of the main value: nanoseconds or bytes.
    pub total: i64,
}

/// A profile by band.
#[derive(Debug, Clone)]
pub struct BandedMetric {
    /// What it counts.
    pub metric: Metric,
    /// In the order of [`Band::ALL`].
    pub bands: Vec<BandStacks>,
    /// The same by endpoint, in the order of [`Tail::endpoints`], and last what belongs to none of them.
    pub endpoints: Vec<Vec<BandStacks>>,
    /// What one sample stands for, in the unit of the main value, where all stand for the same.
    pub sample_value: Option<i64>,
}

impl BandedMetric {
    fn of(metric: Metric, profile: &Profile, tail: &Tail) -> Option<Self> {
        let column = profile.value_index(metric.column())?;
        let period = profile.header().period.max(1);
        let stacks = |only: &Profile| {
            let total = only.total(column);
            let samples = match metric {
                Metric::Alloc => total / period,
                Metric::Cpu | Metric::Block | Metric::Mutex => only.total(0),
            };
            BandStacks {
                stacks: only.folded(column),
                samples: u64::try_from(samples).unwrap_or(0),
                total,
            }
        };
        let names: Vec<&str> = tail.endpoints.iter().map(|one| one.name.as_str()).collect();
        let of_endpoint = |only: &Profile, at: usize| {
            stacks(&only.filtered(|sample| {
                let label = sample.label(ENDPOINT_LABEL);
                names.iter().position(|name| label == Some(*name))
                    == (at < names.len()).then_some(at)
            }))
        };
        let mut endpoints = vec![Vec::new(); names.len() + 1];
        let bands = Band::ALL.map(|band| {
            let only = profile.filtered(|sample| sample.label(BAND_LABEL) == Some(band.name()));
            for (at, of) in endpoints.iter_mut().enumerate() {
                of.push(of_endpoint(&only, at));
            }
            stacks(&only)
        });
        Some(Self {
            metric,
            bands: bands.into(),
            endpoints,
            sample_value: (metric == Metric::Cpu).then_some(period),
        })
    }

    /// One band of it.
    pub fn band(&self, band: Band) -> &BandStacks {
        &self.bands[band as usize]
    }

    /// Sum of the main value over all bands.
    pub fn total(&self) -> i64 {
        self.bands.iter().map(|band| band.total).sum()
    }
}

/// All profiles by band, and what is known of the requests.
#[derive(Debug, Clone)]
pub struct Banded<'a> {
    /// Requests by band, and where their time went.
    pub tail: &'a Tail,
    /// The profiles that are there.
    pub metrics: Vec<BandedMetric>,
}

impl<'a> Banded<'a> {
    /// Takes profiles apart whose samples say their band.
    pub fn of(tail: &'a Tail, profiles: &[(Metric, Profile)]) -> Self {
        let metrics = profiles.iter();
        Self {
            tail,
            metrics: metrics
                .filter_map(|(metric, profile)| BandedMetric::of(*metric, profile, tail))
                .collect(),
        }
    }

    /// The profile of that metric.
    pub fn metric(&self, metric: Metric) -> Option<&BandedMetric> {
        self.metrics.iter().find(|one| one.metric == metric)
    }

    /// What a request of a band cost on average; `None` for a band of work that belongs to no request we know.
    pub fn per_request(&self, metric: &BandedMetric, band: Band) -> Option<f64> {
        let requests = self.tail.told_apart(band);
        (requests > 0).then(|| metric.band(band).total as f64 / requests as f64)
    }

    /// Flamegraphs as files, by the name each has in the run folder: one a band, and the tail against the median in both directions. What
    /// has nothing to draw is left out.
    ///
    /// # Errors
    /// A drawing that failed.
    pub fn pictures(&self, run_id: &str) -> Result<Vec<(String, Vec<u8>)>, FlamegraphError> {
        let mut pictures = Vec::new();
        let mut keep = |name: String, drawn: Result<Vec<u8>, FlamegraphError>| match drawn {
            Ok(svg) => {
                pictures.push((name, svg));
                Ok(())
            }
            Err(FlamegraphError::Empty | FlamegraphError::NoRequests(_)) => Ok(()),
            Err(error) => Err(error),
        };
        for metric in &self.metrics {
            for band in Band::ALL {
                let options = self.options(metric, band, run_id);
                let drawn = flamegraph::svg(&metric.band(band).stacks, &options);
                keep(picture(metric.metric, band), drawn)?;
            }
            let side = |band: Band| Side {
                stacks: &metric.band(band).stacks,
                requests: self.tail.told_apart(band),
            };
            let options = difference_options(metric.metric, run_id);
            for widths in [Widths::Candidate, Widths::Baseline] {
                let (slow, usual) = (side(Band::GtP99), side(Band::LeP50));
                let drawn = flamegraph::difference(usual, slow, widths, &options);
                keep(difference(metric.metric, widths), drawn)?;
            }
        }
        Ok(pictures)
    }

    fn options(&self, metric: &BandedMetric, band: Band, run_id: &str) -> Options {
        let (unit, scale) = match metric.metric {
            Metric::Alloc => ("bytes", 1.0),
            Metric::Cpu | Metric::Block | Metric::Mutex => ("ms", 1e-6),
        };
        let samples = metric.band(band).samples;
        let few = if samples < ENOUGH_SAMPLES {
            ", too few to rely on"
        } else {
            ""
        };
        Options {
            title: format!("{}, requests {}", words(metric.metric), band.words()),
            subtitle: format!(
                "run {run_id}: {} requests, {samples} samples{few}",
                self.tail.told_apart(band)
            ),
            count_name: unit.to_owned(),
            scale,
            kind: kind(metric.metric),
        }
    }
}

fn difference_options(metric: Metric, run_id: &str) -> Options {
    let unit = match metric {
        Metric::Alloc => "bytes per 1,000 requests",
        Metric::Cpu | Metric::Block | Metric::Mutex => "ns per 1,000 requests",
    };
    Options {
        title: format!(
            "{} per request: above P99 (candidate) against up to P50 (baseline)",
            words(metric)
        ),
        subtitle: format!("run {run_id}; colour is the change of the function itself"),
        count_name: unit.to_owned(),
        scale: 1.0,
        kind: kind(metric),
    }
}

/// Chooses the colours.
fn kind(metric: Metric) -> ProfileKind {
    match metric {
        Metric::Alloc => ProfileKind::Alloc,
        Metric::Cpu | Metric::Block | Metric::Mutex => ProfileKind::Cpu,
    }
}

/// What people read.
pub(crate) fn words(metric: Metric) -> &'static str {
    match metric {
        Metric::Cpu => "CPU time",
        Metric::Alloc => "Bytes allocated",
        Metric::Block => "Waiting for locks",
        Metric::Mutex => "Making others wait for locks",
    }
}

/// The file of a band's flamegraph.
pub(crate) fn picture(metric: Metric, band: Band) -> String {
    format!("{}/{}-{}.svg", files::FLAMES, metric.name(), band.name())
}

/// The file of a flamegraph of the tail against the median.
pub(crate) fn difference(metric: Metric, widths: Widths) -> String {
    let of = match widths {
        Widths::Candidate => "grew",
        Widths::Baseline => "shrank",
    };
    format!("{}/{}-tail-{of}.svg", files::FLAMES, metric.name())
}

#[cfg(test)]
mod tests;
