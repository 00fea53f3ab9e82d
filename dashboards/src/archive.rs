//! Past runs as OpenMetrics text, from which `promtool tsdb create-blocks-from openmetrics` makes blocks for a Prometheus that was not there.

use record::archive::Scrape;
use std::fmt::Write as _;
use std::time::Duration;

/// Ends an OpenMetrics text.
pub const END: &str = "# EOF\n";

/// Where and when the samples of a run are to appear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed<'a> {
    /// The run, as its label.
    pub run_id: &'a str,
    /// Another job than the samples' own: `aligned` for runs that are laid over each other.
    pub job: Option<&'a str>,
    /// Added to the time of each sample, in milliseconds.
    pub shift_ms: i64,
}

/// The samples of one scrape, a line each: `name{job=…,instance=…,run_id=…,…} value seconds`. Labels that a series has already stay as they are,
/// as with `honor_labels`.
///
/// A time before 1970 is moved there; no clock of ours shows one.
pub fn open_metrics(scrape: &Scrape<'_>, placed: &Placed<'_>) -> String {
    let unix = i64::try_from(scrape.unix.as_millis()).unwrap_or(i64::MAX);
    let unix = unix.saturating_add(placed.shift_ms).max(0).unsigned_abs();
    let unix = Duration::from_millis(unix);
    let job = placed.job.unwrap_or(&scrape.source.job);
    let ours = [
        ("job", job),
        ("instance", scrape.source.instance.as_str()),
        ("run_id", placed.run_id),
    ];
    let mut text = String::new();
    for (series, value) in scrape.series {
        let (name, labels) = split(series);
        let ours = ours.iter().filter(|(key, _)| !has(labels, key));
        let mut all: Vec<_> = ours
            .map(|(key, label)| format!("{key}=\"{}\"", escaped(label)))
            .collect();
        if !labels.is_empty() {
            all.push(labels.to_owned());
        }
        let all = all.join(",");
        let _ = writeln!(
            text,
            "{name}{{{all}}} {value} {}.{:03}",
            unix.as_secs(),
            unix.subsec_millis()
        );
    }
    text
}

// The family's name, and what stands between the brackets.
fn split(series: &str) -> (&str, &str) {
    let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
    (name, labels.trim_end_matches('}').trim_end_matches(','))
}

fn has(labels: &str, key: &str) -> bool {
    labels
        .strip_prefix(key)
        .is_some_and(|rest| rest.starts_with('='))
        || labels.contains(&format!(",{key}=\""))
}

fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use record::archive::{Series, Source};

    #[test]
    fn labels_are_added_once_and_times_moved() {
        let source = Source {
            job: "loadtest".to_owned(),
            instance: "127.0.0.1:6061".to_owned(),
        };
        let series: Series = [
            ("up_total", "1"),
            ("a_bucket{le=\"+Inf\",x=\"}\"}", "3"),
            ("loadtest_run_info{run_id=\"other\",plan=\"p\"}", "1"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let scrape = Scrape {
            source: &source,
            unix: Duration::from_millis(10_250),
            series: &series,
        };
        let placed = Placed {
            run_id: "r\"1",
            job: None,
            shift_ms: 0,
        };
        assert_eq!(
            open_metrics(&scrape, &placed),
            "a_bucket{job=\"loadtest\",instance=\"127.0.0.1:6061\",run_id=\"r\\\"1\",le=\"+Inf\",x=\"}\"} 3 10.250\n\
             loadtest_run_info{job=\"loadtest\",instance=\"127.0.0.1:6061\",run_id=\"other\",plan=\"p\"} 1 10.250\n\
             up_total{job=\"loadtest\",instance=\"127.0.0.1:6061\",run_id=\"r\\\"1\"} 1 10.250\n"
        );
        let aligned = Placed {
            run_id: "r",
            job: Some("aligned"),
            shift_ms: -10_000,
        };
        let text = open_metrics(&scrape, &aligned);
        assert!(
            text.contains("job=\"aligned\"") && text.contains(" 0.250\n"),
            "{text}"
        );
    }
}
