//! Our numbers → the structs that the `prometheus` crate encodes.

use std::collections::HashMap;
use std::sync::Arc;

use prometheus::core::{Collector, Desc};
use prometheus::proto;
use record::catalog::Kind;

use super::cells::Distribution;
use super::family::{FamilyCells, Series};

/// A family as the `prometheus` registry wants it.
pub(super) struct Exposed {
    cells: Arc<FamilyCells>,
    description: Desc,
}

impl Exposed {
    pub fn new(cells: Arc<FamilyCells>) -> prometheus::Result<Self> {
        let family = cells.family();
        let keys = family.labels.iter().map(|label| label.key.to_owned());
        let description = Desc::new(
            family.name.to_owned(),
            family.help.to_owned(),
            keys.collect(),
            HashMap::new(),
        )?;
        Ok(Self { cells, description })
    }
}

impl Collector for Exposed {
    fn desc(&self) -> Vec<&Desc> {
        vec![&self.description]
    }

    fn collect(&self) -> Vec<proto::MetricFamily> {
        let family = self.cells.family();
        let mut message = proto::MetricFamily::default();
        message.set_name(family.name.to_owned());
        message.set_help(family.help.to_owned());
        message.set_field_type(match family.kind {
            Kind::Counter => proto::MetricType::COUNTER,
            Kind::Gauge => proto::MetricType::GAUGE,
            Kind::Histogram(_) => proto::MetricType::HISTOGRAM,
        });
        let series = self.cells.all();
        let metrics = series
            .iter()
            .map(|(values, series)| self.metric(values, series));
        message.set_metric(metrics.collect());
        vec![message]
    }
}

impl Exposed {
    fn metric(&self, values: &[String], series: &Series) -> proto::Metric {
        let keys = self.cells.family().labels.iter().map(|label| label.key);
        let pairs = keys.zip(values).map(|(key, value)| pair(key, value));
        let mut metric = proto::Metric::from_label(pairs.collect());
        match series {
            Series::Counter(counter) => {
                let mut message = proto::Counter::default();
                message.set_value(counter.get());
                metric.set_counter(message);
            }
            Series::Gauge(gauge) => {
                let mut message = proto::Gauge::default();
                message.set_value(gauge.get());
                metric.set_gauge(message);
            }
            Series::Histogram(cells) => metric.set_histogram(histogram(cells)),
        }
        metric
    }
}

fn pair(key: &str, value: &str) -> proto::LabelPair {
    let mut pair = proto::LabelPair::default();
    pair.set_name(key.to_owned());
    pair.set_value(value.to_owned());
    pair
}

/// The count is the sum of the buckets that were read, so that the two agree whatever is added meanwhile.
fn histogram(cells: &Distribution) -> proto::Histogram {
    let counts = cells.counts();
    let mut cumulative = 0;
    let finite = cells.grid().bounds_ns().iter().zip(&counts);
    let buckets = finite.map(|(bound_ns, count)| {
        cumulative += count;
        let mut bucket = proto::Bucket::default();
        bucket.set_upper_bound(*bound_ns as f64 / 1e9);
        bucket.set_cumulative_count(cumulative);
        bucket
    });
    let mut message = proto::Histogram::default();
    message.set_bucket(buckets.collect());
    message.set_sample_count(counts.iter().sum());
    message.set_sample_sum(cells.sum_seconds());
    message
}
