//! Profiles of any program that serves the URLs of Go's `net/http/pprof`.

use crate::fetch::{Fetch, GRACE, decompress};
use record::profile::{Label, Profile};
use record::tail::Metric;
use std::time::Duration;

/// Where such a program serves them.
#[derive(Debug, Clone)]
pub(crate) struct PprofSource {
    fetch: Fetch,
    /// What stands before the name of a profile, as in `http://127.0.0.1:6060/debug/pprof`.
    base_url: String,
    /// The label whose value is the `x-request-id` of the request that a sample served. The probe sets it because it is asked to; another
    /// program sets it by itself or never.
    request_label: String,
    /// Samples per second of CPU time; `None` for what is usual there.
    hz: Option<u32>,
}

impl PprofSource {
    pub(crate) fn new(
        base_url: &str,
        request_label: &str,
        hz: Option<u32>,
    ) -> Result<Self, String> {
        Ok(Self {
            fetch: Fetch::of(base_url)?,
            base_url: base_url.trim_end_matches('/').to_owned(),
            request_label: request_label.to_owned(),
            hz,
        })
    }

    /// A profile of the next `seconds`: the difference over them where the profile is a sum since the start. Samples carry the request
    /// label as far as the program knows it.
    pub(crate) async fn profile(&self, metric: Metric, seconds: u64) -> Result<Profile, String> {
        let rate = self.hz.filter(|_| metric == Metric::Cpu);
        let rate = rate.map_or_else(String::new, |hz| format!("&hz={hz}"));
        let url = format!(
            "{}/{}?seconds={seconds}&labels={}{rate}",
            self.base_url,
            metric.served_as(),
            self.request_label
        );
        let timeout = Duration::from_secs(seconds) + GRACE;
        let body = self.fetch.get(&url, timeout).await?;
        let place = |why: String| format!("{url}: {why}");
        let raw = decompress(body).map_err(place)?;
        let profile = Profile::decode(&raw).map_err(|e| place(e.to_string()))?;
        match profile.value_index(metric.column()) {
            Some(_) => Ok(profile),
            None => Err(place(format!("no column {}", metric.column()))),
        }
    }

    /// Makes the program name a few functions.
    pub(crate) async fn rehearse(&self) -> Result<(), String> {
        let url = format!("{}/{}", self.base_url, Metric::Alloc.served_as());
        self.fetch.get(&url, GRACE).await.map(|_| ())
    }

    /// The name of the label that tells requests apart.
    pub(crate) fn request_label(&self) -> &str {
        &self.request_label
    }

    /// The profile without that label: the same samples, whoever they served.
    pub(crate) fn of_all_requests(&self, profile: &Profile) -> Profile {
        profile.relabelled(|sample| {
            let others = sample.labels.iter();
            let others = others.filter(|label| label.key != self.request_label);
            others.cloned().collect::<Vec<Label>>()
        })
    }
}
