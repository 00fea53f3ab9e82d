//! The text format itself: OpenMetrics 1.0.0, the chapters on the ABNF, on labels and on histograms.

use record::catalog::{Family, Kind, Unit};
use record::grid::Grid;
use record::histogram::Histogram;
use std::fmt::Write as _;
use std::time::Duration;

/// An exposition under construction. Families are written one after the other, each whole.
pub(super) struct Writer {
    text: String,
    run_id: String,
    timestamp: String,
}

/// One family, its head written: takes samples.
pub(super) struct Open<'a> {
    out: &'a mut Writer,
    /// Without the suffix that samples add.
    name: &'static str,
    suffix: &'static str,
    family: &'static Family,
}

impl Writer {
    /// Every sample gets this run and this time since the Unix epoch, to the millisecond that time series databases keep.
    pub(super) fn new(run_id: &str, at: Duration) -> Self {
        Self {
            text: String::new(),
            run_id: escape(run_id),
            timestamp: format!("{}.{:03}", at.as_secs(), at.subsec_millis()),
        }
    }

    /// Opens a family of counters.
    pub(super) fn counter(&mut self, family: &'static Family) -> Open<'_> {
        self.open(family, "counter", "_total")
    }

    /// Opens a family of gauges.
    pub(super) fn gauge(&mut self, family: &'static Family) -> Open<'_> {
        self.open(family, "gauge", "")
    }

    /// Opens a family of histograms with the bounds the catalog gives it.
    pub(super) fn histogram(&mut self, family: &'static Family) -> Open<'_> {
        self.open(family, "histogram", "")
    }

    /// A family that is one fact.
    pub(super) fn info(&mut self, family: &'static Family, labels: &[(&str, &str)]) {
        let open = self.open(family, "info", "_info");
        let labels = labels.iter().map(|(key, value)| (*key, escape(value)));
        let labels: Vec<_> = labels.collect();
        open.out.sample(family.name, &labels, "1");
    }

    fn open(&mut self, family: &'static Family, kind: &str, suffix: &'static str) -> Open<'_> {
        let name = family.name.strip_suffix(suffix).unwrap_or(family.name);
        let _ = writeln!(self.text, "# TYPE {name} {kind}");
        if let Some(unit) = unit(family.unit) {
            let _ = writeln!(self.text, "# UNIT {name} {unit}");
        }
        let _ = writeln!(self.text, "# HELP {name} {}", escape(family.help));
        Open {
            out: self,
            name,
            suffix,
            family,
        }
    }

    fn sample(&mut self, name: &str, labels: &[(&str, String)], value: &str) {
        let _ = write!(self.text, "{name}{{run_id=\"{}\"", self.run_id);
        for (key, value) in labels {
            let _ = write!(self.text, ",{key}=\"{value}\"");
        }
        let _ = writeln!(self.text, "}} {value} {}", self.timestamp);
    }

    /// The whole text with its end mark, without which a reader takes it for cut.
    pub(super) fn finish(mut self) -> String {
        self.text.push_str("# EOF\n");
        self.text
    }
}

impl Open<'_> {
    /// One sample; label values in the catalog's order.
    pub(super) fn count(&mut self, values: &[&str], count: u64) {
        self.write(values, &count.to_string());
    }

    /// The same for a value that is not counted; one that is not finite is left out.
    pub(super) fn number(&mut self, values: &[&str], value: f64) {
        if value.is_finite() {
            self.write(values, &value.to_string());
        }
    }

    fn write(&mut self, values: &[&str], value: &str) {
        let name = format!("{}{}", self.name, self.suffix);
        let labels = self.labels(values);
        self.out.sample(&name, &labels, value);
    }

    fn labels(&self, values: &[&str]) -> Vec<(&'static str, String)> {
        let keys = self.family.labels.iter().map(|label| label.key);
        keys.zip(values.iter().map(|value| escape(value))).collect()
    }

    /// The buckets, sum and count of one series: buckets are cumulative, in seconds.
    pub(super) fn times(&mut self, values: &[&str], times: &Histogram) {
        let grid = match self.family.kind {
            Kind::Histogram(grid) => grid,
            Kind::Counter | Kind::Gauge => Grid::Coarse,
        };
        let labels = self.labels(values);
        let finite = grid.bounds_ns().iter();
        let bounds = finite.map(|ns| (*ns as f64 / 1e9).to_string());
        let mut seen = 0;
        for (bound, count) in bounds.chain(["+Inf".to_owned()]).zip(times.buckets(grid)) {
            seen += count;
            let labels = [labels.as_slice(), &[("le", bound)]].concat();
            let name = format!("{}_bucket", self.name);
            self.out.sample(&name, &labels, &seen.to_string());
        }
        let sum = times.sum_ns() as f64 / 1e9;
        let (count_name, sum_name) = (format!("{}_count", self.name), format!("{}_sum", self.name));
        self.out
            .sample(&count_name, &labels, &times.count().to_string());
        self.out.sample(&sum_name, &labels, &sum.to_string());
    }
}

// The unit must be the end of the name; what is only counted has none.
fn unit(unit: Unit) -> Option<&'static str> {
    match unit {
        Unit::Seconds => Some("seconds"),
        Unit::Bytes => Some("bytes"),
        Unit::Count | Unit::Tokens | Unit::Info => None,
    }
}

/// Label values and help texts: backslash, quote and line break. Other control characters may stand in UTF-8.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
